"""“Get back to them on Tuesday” comes back on Tuesday."""

from datetime import timedelta

import pytest

from supportdesk import timers
from supportdesk.models import Delivery, User
from tests.factories import NOW, make_agent, make_queue, make_solved, make_team, make_ticket
from tickets.models import Ticket

LATER = NOW + timedelta(days=6)


@pytest.fixture
def ticket(agent: User) -> Ticket:
    return make_ticket(owner=agent)


def due_events(ticket: Ticket) -> list[dict[str, object]]:
    return [event.data for event in ticket.events.filter(kind="follow_up_due")]


def test_it_comes_back_once_and_on_time(ticket: Ticket, agent: User) -> None:
    follow_up = ticket.follow_up(due_at=LATER, what="Is the wheel true?", by=agent, at=NOW)

    timers.run_due(at=LATER - timedelta(seconds=1))
    assert due_events(ticket) == []
    assert not Ticket.objects.follow_up_due_for(agent, at=LATER - timedelta(seconds=1)).exists()
    timers.run_due(at=LATER)
    timers.run_due(at=LATER + timedelta(days=9))

    assert due_events(ticket) == [
        {
            "follow_up_id": follow_up.pk,
            "what": "Is the wheel true?",
            "to": "Tomás Oliveira",
            "to_id": agent.pk,
        }
    ]
    follow_up.refresh_from_db()
    assert follow_up.reminded_at == LATER
    assert list(Ticket.objects.follow_up_due_for(agent, at=LATER)) == [ticket]
    mails = Delivery.objects.filter(kind="staff", recipient=agent.email, created_at=LATER)
    assert "Is the wheel true?" in mails.get().payload["text"]


def test_after_the_ticket_is_solved_too(ticket: Ticket, agent: User) -> None:
    ticket.follow_up(due_at=LATER, by=agent, at=NOW)
    make_solved(ticket, agent, at=NOW)
    timers.run_due(at=LATER)
    assert len(due_events(ticket)) == 1


def test_what_is_done_before_does_not_come_back(ticket: Ticket, agent: User) -> None:
    done = ticket.follow_up(due_at=LATER, by=agent, at=NOW)
    ticket.follow_up(due_at=LATER, what="the other", by=agent, at=NOW)
    ticket.followed_up(done, by=agent, at=NOW)
    timers.run_due(at=LATER)
    assert [data["what"] for data in due_events(ticket)] == ["the other"]


def test_of_somebody_who_left_it_comes_to_whoever_answers_for_the_ticket(agent: User) -> None:
    lead = make_agent("Lena Brandt")
    ticket = make_ticket(queue=make_queue(team=make_team(lead=lead)))
    ticket.follow_up(due_at=LATER, by=agent, at=NOW)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    timers.run_due(at=LATER)
    assert [data["to_id"] for data in due_events(ticket)] == [lead.pk]
