from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import TicketChanged, TransitionNotAllowed
from tickets.states import State

LATER = NOW + timedelta(hours=2)


def test_from_waiting_the_ball_is_with_us_and_an_update_is_due(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, at=NOW, then=State.WAITING)
    with one_event(ticket, "resumed") as added:
        ticket.resume(by=agent, at=LATER)
    assert added.event.data == {"from": "waiting", "to": "open"}
    assert columns(ticket, "state", "due_at") == {
        "state": "open",
        "due_at": LATER + timedelta(days=1),
    }
    assert states(ticket) == ["kept", "open"]


def test_from_solved_it_is_no_longer_asked(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent, at=NOW)
    ticket.resume(by=agent, at=LATER)
    assert columns(ticket, "state", "confirmation") == {"state": "open", "confirmation": ""}
    assert ticket.due_at is not None


def test_what_is_open_is_open(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent)
    with no_trace(ticket), pytest.raises(TransitionNotAllowed):
        ticket.resume(by=agent, at=LATER)


def test_of_two_who_resume_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    ticket.hold(reason="The supplier", by=agent, at=NOW)
    other = twin(ticket)
    ticket.resume(by=agent, at=LATER)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.resume(by=colleague, at=LATER)
