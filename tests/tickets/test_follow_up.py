from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import no_trace, one_event, twin
from tickets.errors import NotNow, TicketChanged
from tickets.models import FollowUp, Ticket

TUESDAY = NOW + timedelta(days=6)


def test_set_for_me(agent: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "follow_up_set") as added:
        follow_up = ticket.follow_up(due_at=TUESDAY, what=" Is it true? ", by=agent, at=NOW)
    assert (follow_up.user, follow_up.what, follow_up.due_at) == (agent, "Is it true?", TUESDAY)
    assert added.event.data == {
        "follow_up_id": follow_up.pk,
        "due_at": TUESDAY.isoformat(),
        "what": "Is it true?",
    }
    assert list(FollowUp.objects.due(at=TUESDAY - timedelta(seconds=1))) == []
    assert list(Ticket.objects.follow_up_due_for(agent, at=TUESDAY)) == [ticket]


def test_set_for_somebody_else(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    ticket.follow_up(due_at=TUESDAY, by=agent, user=colleague, at=NOW)
    assert list(Ticket.objects.follow_up_due_for(colleague, at=TUESDAY)) == [ticket]
    assert not Ticket.objects.follow_up_due_for(agent, at=TUESDAY).exists()


@pytest.mark.parametrize("due_at", [NOW, NOW - timedelta(days=1)])
def test_not_for_the_past(agent: User, due_at: object) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        ticket.follow_up(due_at=due_at, by=agent, at=NOW)  # type: ignore[arg-type]


def test_followed_up(agent: User) -> None:
    ticket = make_ticket()
    follow_up = ticket.follow_up(due_at=TUESDAY, by=agent, at=NOW)
    with one_event(ticket, "follow_up_done") as added:
        ticket.followed_up(follow_up, by=agent, at=NOW)
    assert added.event.data == {"follow_up_id": follow_up.pk}
    assert not Ticket.objects.follow_up_due_for(agent, at=TUESDAY).exists()


def test_of_two_who_did_it_one_is_told(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    follow_up = ticket.follow_up(due_at=TUESDAY, by=agent, at=NOW)
    other = twin(ticket)
    ticket.followed_up(follow_up, by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.followed_up(follow_up, by=colleague, at=NOW)


def test_not_another_ticket_s(agent: User) -> None:
    ticket = make_ticket()
    follow_up = make_ticket().follow_up(due_at=TUESDAY, by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.followed_up(follow_up, by=agent, at=NOW)
