from datetime import timedelta

import pytest

from supportdesk.models import Timer, User
from tests.factories import NOW, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged
from tickets.states import Confirmation, State

LATER = NOW + timedelta(days=1)


def test_the_customer_says_it_is_solved(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    with one_event(ticket, "confirmed") as added:
        ticket.confirm(by=ticket.customer, at=LATER)
    assert (added.event.by_customer, added.event.at) == (ticket.customer, LATER)
    assert columns(ticket, "state", "confirmation") == {
        "state": State.SOLVED,
        "confirmation": Confirmation.CONFIRMED,
    }
    assert not Timer.objects.filter(fired_at=None, cancelled_at=None).exists()


def test_late_too_after_it_went_quiet(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    ticket.go_quiet(at=NOW + timedelta(days=6))
    ticket.confirm(by=ticket.customer, at=NOW + timedelta(days=60))
    assert columns(ticket, "confirmation") == {"confirmation": "confirmed"}


def test_what_is_not_solved_cannot_be_confirmed(db: None) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.confirm(by=ticket.customer, at=LATER)


def test_not_what_can_still_be_taken_back(agent: User) -> None:
    ticket = make_ticket()
    message = make_solved(ticket, agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        ticket.confirm(by=ticket.customer, at=NOW + timedelta(seconds=5))
    ticket.confirm(by=ticket.customer, at=message.release_at)


def test_pressed_twice_it_is_said_once(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    other = twin(ticket)
    ticket.confirm(by=ticket.customer, at=LATER)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.confirm(by=ticket.customer, at=LATER)
