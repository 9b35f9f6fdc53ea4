from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_agent, make_reply, make_ticket
from tests.tickets.traces import columns, no_trace, one_event
from tickets.errors import TicketChanged

DUE = NOW + timedelta(hours=4)
LATER = DUE + timedelta(seconds=3)


def test_it_is_broken_since_the_moment_that_was_promised(db: None) -> None:
    ticket = make_ticket()
    promise = ticket.promises.get()
    with one_event(ticket, "promise_broken") as added:
        ticket.break_promise(promise, at=LATER)
    promise.refresh_from_db()
    assert (promise.state, promise.settled_at) == ("broken", DUE)
    assert (added.event.by_user, added.event.by_customer, added.event.at) == (None, None, LATER)
    assert added.event.data == {
        "promise_id": promise.pk,
        "promised": "reply",
        "due_at": DUE.isoformat(),
    }
    # The customer still waits for it: the due moment stands until they hear from us.
    assert columns(ticket, "broken_at", "due_at") == {"broken_at": DUE, "due_at": DUE}


def test_a_word_from_us_makes_it_good(agent: User) -> None:
    ticket = make_ticket()
    ticket.break_promise(ticket.promises.get(), at=DUE)
    message = make_reply(ticket, agent, at=LATER)
    assert columns(ticket, "broken_at") == {"broken_at": None}
    assert ticket.due_at is not None
    assert ticket.due_at > message.release_at
    assert [promise.state for promise in ticket.promises.order_by("pk")] == ["broken", "open"]


def test_what_was_kept_a_moment_ago_is_not_broken(agent: User) -> None:
    ticket = make_ticket()
    promise = ticket.promises.get()
    make_reply(ticket, agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.break_promise(promise, at=DUE)


def test_only_once(db: None) -> None:
    ticket = make_ticket()
    promise = ticket.promises.get()
    ticket.break_promise(promise, at=DUE)
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.break_promise(promise, at=LATER)


def test_escalate_once_for_each_promise_and_level(db: None) -> None:
    ticket, lead, boss = make_ticket(), make_agent("Lena Brandt"), make_agent("Ruth Abernathy")
    promise = ticket.promises.get()
    ticket.break_promise(promise, at=DUE)
    with one_event(ticket, "escalated") as added:
        ticket.escalate(promise=promise, to=lead, level=1, at=DUE)
    escalation = ticket.escalations.get()
    assert (escalation.to_user, escalation.level, escalation.settled_at) == (lead, 1, None)
    assert added.event.data == {
        "escalation_id": escalation.pk,
        "level": 1,
        "to": "Lena Brandt",
        "to_id": lead.pk,
    }
    with no_trace(ticket):
        ticket.escalate(promise=promise, to=boss, level=1, at=LATER)
    with one_event(ticket, "escalated"):
        ticket.escalate(promise=promise, to=boss, level=2, at=LATER)
