from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import NotNow, TicketChanged, TransitionNotAllowed
from tickets.states import State


def test_after_our_word_it_waits_for_theirs(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, at=NOW)
    with one_event(ticket, "waited") as added:
        ticket.wait(by=agent, at=NOW + timedelta(hours=1))
    assert added.event.data == {"reason": "", "is_parked": False, "from": "open", "to": "waiting"}
    assert columns(ticket, "state", "state_before") == {"state": "waiting", "state_before": "open"}


def test_what_they_just_wrote_is_not_parked_without_a_reason_and_counts(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow, match="The customer wrote last"):
        ticket.wait(by=agent, at=NOW, reason=" ")
    with one_event(ticket, "waited") as added:
        ticket.wait(by=agent, at=NOW, reason="They call back on Monday")
    assert added.event.data["is_parked"] is True


def test_what_is_solved_does_not_wait(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    with no_trace(ticket), pytest.raises(TransitionNotAllowed, match="“Solved”"):
        ticket.wait(by=agent, at=NOW)


def test_of_two_who_move_it_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent)
    other = twin(ticket)
    ticket.wait(by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.hold(reason="The supplier", by=colleague, at=NOW)
    assert columns(ticket, "state") == {"state": State.WAITING}
