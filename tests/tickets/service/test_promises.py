"""A promise as time goes by: remembered before it is due, broken after it, escalated, made good."""

from datetime import UTC, datetime, timedelta

import pytest

from supportdesk import timers
from supportdesk.models import Desk, Role, Team, Timer, User
from tests.factories import (
    NOW,
    make_agent,
    make_queue,
    make_reply,
    make_solved,
    make_team,
    make_ticket,
)
from tickets.models import Event, Queue, Ticket
from tickets.states import State

SOON = datetime(2026, 3, 11, 15, tzinfo=UTC)
DUE = datetime(2026, 3, 11, 16, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def lead(db: None) -> User:
    return make_agent("Lena Brandt")


@pytest.fixture
def queue(lead: User) -> Queue:
    return make_queue("Bikes", team=make_team("Bikes", lead=lead))


def happened(ticket: Ticket, *kinds: str) -> list[tuple[str, datetime]]:
    """What the desk itself did to the ticket, in order."""
    events = ticket.events.filter(by_user=None, by_customer=None)
    if kinds:
        events = events.filter(kind__in=kinds)
    return [(event.kind, event.at) for event in events.order_by("pk")]


def standing(ticket: Ticket) -> dict[str, datetime]:
    rows = Timer.objects.filter(group_key=f"ticket:{ticket.pk}", fired_at=None, cancelled_at=None)
    return {timer.kind: timer.due_at for timer in rows}


def test_a_new_ticket_has_its_clocks(queue: Queue) -> None:
    assert standing(make_ticket(queue=queue)) == {"promise_soon": SOON, "promise_due": DUE}


def test_owner_reminded_once_broken_once_escalated_once(queue: Queue, lead: User) -> None:
    ticket = make_ticket(queue=queue, owner=make_agent("Tomás Oliveira"))

    for minutes in range(0, 6 * 60, 7):
        timers.run_due(at=NOW + timedelta(minutes=minutes))

    assert [kind for kind, _at in happened(ticket)] == [
        "owner_reminded",
        "promise_broken",
        "escalated",
    ]
    assert ticket.events.get(kind="owner_reminded").data["to"] == "Tomás Oliveira"
    assert ticket.events.get(kind="escalated").data["to"] == "Lena Brandt"
    ticket.refresh_from_db()
    assert ticket.broken_at == DUE
    assert ticket.promises.get().state == "broken"
    assert Ticket.objects.with_broken_promise().get() == ticket


def test_not_a_second_early(queue: Queue) -> None:
    ticket = make_ticket(queue=queue)

    timers.run_due(at=SOON - A_SECOND)
    assert happened(ticket) == []
    timers.run_due(at=DUE - A_SECOND)
    assert happened(ticket) == [("owner_reminded", DUE - A_SECOND)]
    timers.run_due(at=DUE)
    assert happened(ticket, "promise_broken") == [("promise_broken", DUE)]


def test_without_an_owner_the_lead_is_reminded(queue: Queue, lead: User) -> None:
    ticket = make_ticket(queue=queue)
    timers.run_due(at=SOON)
    assert ticket.events.get(kind="owner_reminded").data["to_id"] == lead.pk


def test_after_a_pause_nobody_is_reminded_of_what_is_already_broken(queue: Queue) -> None:
    ticket = make_ticket(queue=queue)
    timers.run_due(at=DUE + timedelta(minutes=1))
    assert [kind for kind, _at in happened(ticket)] == ["promise_broken", "escalated"]


def test_an_answer_keeps_the_promise_and_starts_the_next(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    make_reply(ticket, agent, at=NOW + timedelta(hours=3))

    # Eight opening hours after the customer can read it, and an hour before that.
    read_at = NOW + timedelta(hours=3, seconds=10)
    tomorrow = timedelta(hours=24)
    assert standing(ticket) == {
        "promise_soon": read_at + tomorrow - timedelta(hours=1),
        "promise_due": read_at + tomorrow,
    }
    timers.run_due(at=DUE + timedelta(hours=1))
    assert happened(ticket) == []


def test_undo_winds_the_clocks_again(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    before = standing(ticket)
    message = make_reply(ticket, agent, at=DUE - A_SECOND * 3)
    ticket.undo(message, by=agent, at=DUE + A_SECOND * 2)

    assert standing(ticket) == before
    timers.run_due(at=DUE + A_SECOND * 3)
    assert happened(ticket, "promise_broken") == [("promise_broken", DUE + A_SECOND * 3)]
    ticket.refresh_from_db()
    assert ticket.broken_at == DUE


def test_undo_after_the_reminder_does_not_remind_again(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    timers.run_due(at=SOON)
    message = make_reply(ticket, agent, at=SOON + A_SECOND)
    ticket.undo(message, by=agent, at=SOON + A_SECOND * 2)
    timers.run_due(at=DUE - A_SECOND)
    assert happened(ticket) == [("owner_reminded", SOON)]


def test_no_reminder_for_a_promise_shorter_than_the_warning(agent: User) -> None:
    ticket = make_ticket(queue=make_queue(first_reply_minutes=45))
    assert standing(ticket) == {"promise_due": NOW + timedelta(minutes=45)}


def test_the_reminder_comes_while_somebody_is_there(queue: Queue) -> None:
    monday = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
    ticket = make_ticket(queue=queue)
    make_reply(ticket, make_agent(), at=NOW, promise_at=monday)
    assert standing(ticket)["promise_soon"] == datetime(2026, 3, 13, 16, 30, tzinfo=UTC)


def test_on_a_desk_without_hours_the_reminder_is_plain_time_before(queue: Queue) -> None:
    Desk.objects.update(hours={})
    ticket = make_ticket(queue=queue)
    assert standing(ticket)["promise_soon"] == SOON


def test_nobody_answers_supervisors_hear_of_it(queue: Queue, team: Team) -> None:
    ruth = make_agent("Ruth Abernathy", role=Role.SUPERVISOR, team=queue.team)
    ticket = make_ticket(queue=queue)
    timers.run_due(at=DUE)
    # Eight opening hours after the break: Thursday at 16:00.
    assert standing(ticket) == {"escalate_further": DUE + timedelta(days=1)}

    timers.run_due(at=DUE + timedelta(days=1) - A_SECOND)
    assert ticket.escalations.count() == 1
    timers.run_due(at=DUE + timedelta(days=1))
    timers.run_due(at=DUE + timedelta(days=30))
    assert [(e.level, e.to_user) for e in ticket.escalations.all()] == [
        (1, queue.team.lead),
        (2, ruth),
    ]
    assert standing(ticket) == {}


def test_an_answer_settles_the_escalation_and_undo_opens_it_again(
    queue: Queue, agent: User
) -> None:
    ticket = make_ticket(queue=queue)
    timers.run_due(at=DUE)
    ticket.refresh_from_db()
    clocks = standing(ticket)
    answered_at = DUE + timedelta(hours=1)
    message = make_solved(ticket, agent, at=answered_at)
    assert ticket.escalations.get().settled_at == message.release_at
    assert set(standing(ticket)) == {"confirm_quiet"}

    ticket.undo(message, by=agent, at=answered_at + A_SECOND)
    assert ticket.escalations.get().settled_at is None
    assert standing(ticket) == clocks
    assert Ticket.objects.get(pk=ticket.pk).broken_at == DUE


def test_spam_has_no_clocks_and_no_spam_has_them_again(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    clocks = standing(ticket)
    ticket.mark_spam(by=agent, at=NOW)
    assert standing(ticket) == {}
    timers.run_due(at=DUE)
    assert happened(ticket) == []

    ticket.mark_not_spam(by=agent, at=DUE)
    assert standing(ticket) == clocks
    timers.run_due(at=DUE)
    assert [kind for kind, _at in happened(ticket)] == ["promise_broken", "escalated"]


def test_a_message_of_the_customer_does_not_move_the_promise(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    clocks = standing(ticket)
    make_wrote(ticket, at=NOW + timedelta(hours=2))
    assert standing(ticket) == clocks


def test_winding_again_changes_nothing(queue: Queue, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    before = list(Timer.objects.order_by("pk").values())
    ticket.change_queue(make_queue(team=queue.team), by=agent, at=NOW)
    ticket.refresh_from_db()
    ticket.hold(reason="The supplier looks at it", by=agent, at=NOW)
    assert list(Timer.objects.order_by("pk").values()) == before
    assert ticket.state == State.ON_HOLD


def make_wrote(ticket: Ticket, *, at: datetime) -> None:
    import uuid

    ticket.customer_wrote(text="Any news?", by=ticket.customer, via="page", key=uuid.uuid4(), at=at)
    assert ticket.events.filter(kind=Event.Kind.CUSTOMER_WROTE).exists()
