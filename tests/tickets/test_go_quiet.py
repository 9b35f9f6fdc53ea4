from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged, TransitionNotAllowed
from tickets.models import Ticket
from tickets.states import State

LATER = NOW + timedelta(days=10)


def test_a_solution_nobody_spoke_about(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    with one_event(ticket, "went_quiet") as added:
        ticket.go_quiet(at=LATER)
    assert (added.event.by_user, added.event.data) == (None, {"state": "solved"})
    assert columns(ticket, "confirmation", "quiet_at") == {
        "confirmation": "quiet",
        "quiet_at": None,
    }


def test_a_question_nobody_answered(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, then=State.WAITING)
    with one_event(ticket, "went_quiet") as added:
        ticket.go_quiet(at=LATER)
    assert added.event.data == {"state": "waiting"}
    assert columns(ticket, "state", "quiet_at") == {"state": "waiting", "quiet_at": LATER}


def test_resumed_it_is_back(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, then=State.WAITING)
    ticket.go_quiet(at=LATER)
    ticket.resume(by=agent, at=LATER)
    assert columns(ticket, "state", "quiet_at") == {"state": "open", "quiet_at": None}
    assert list(Ticket.objects.working()) == [ticket]


@pytest.mark.parametrize("then", [State.WAITING, State.SOLVED])
def test_never_a_complaint(agent: User, then: State) -> None:
    ticket = make_ticket()
    if then == State.SOLVED:
        make_solved(ticket, agent)
    else:
        make_reply(ticket, agent, then=then)
    other = twin(ticket)
    ticket.mark_complaint(quote="You let me down", by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TransitionNotAllowed):
        ticket.go_quiet(at=LATER)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.go_quiet(at=LATER)


def test_not_what_is_with_us(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.go_quiet(at=LATER)


def test_not_who_spoke_a_moment_ago(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    other = twin(ticket)
    ticket.confirm(by=ticket.customer, at=LATER)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.go_quiet(at=LATER)


def test_only_once(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, then=State.WAITING)
    other = twin(ticket)
    ticket.go_quiet(at=LATER)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.go_quiet(at=LATER)
