from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import NotNow, TicketChanged, TransitionNotAllowed
from tickets.states import State


def test_hold_tells_the_customer_why(agent: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "held") as added:
        ticket.hold(reason=" The supplier looks at it ", by=agent, at=NOW)
    assert added.event.data == {
        "reason": "The supplier looks at it",
        "from": "new",
        "to": "on_hold",
    }
    row = columns(ticket, "state", "hold_reason")
    assert row == {"state": "on_hold", "hold_reason": "The supplier looks at it"}
    assert states(ticket) == ["open"]


def test_we_still_owe_updates_to_who_waits_on_hold(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, at=NOW, then=State.WAITING)
    assert ticket.due_at is None
    at = NOW + timedelta(hours=1)
    ticket.hold(reason="The supplier looks at it", by=agent, at=at)
    assert columns(ticket, "due_at") == {"due_at": at + timedelta(days=1)}
    assert states(ticket) == ["kept", "open"]


def test_without_a_reason_it_is_not_held(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        ticket.hold(reason="  ", by=agent, at=NOW)


def test_what_is_solved_is_not_held(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    with no_trace(ticket), pytest.raises(TransitionNotAllowed):
        ticket.hold(reason="The supplier", by=agent, at=NOW)


def test_of_two_who_hold_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.hold(reason="The supplier", by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.hold(reason="The post", by=colleague, at=NOW)
