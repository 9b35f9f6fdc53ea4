import uuid
from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import TicketChanged
from tickets.models import Ticket
from tickets.states import Priority

LATER = NOW + timedelta(days=1)


@pytest.fixture
def ticket(agent: User) -> Ticket:
    ticket = make_ticket(owner=agent)
    make_solved(ticket, agent)
    return ticket


def say(ticket: Ticket, text: str = "It still rubs.") -> None:
    ticket.still_a_problem(text=text, by=ticket.customer, key=uuid.uuid4(), at=LATER)


def test_it_opens_again_with_the_same_owner_one_step_up(ticket: Ticket, agent: User) -> None:
    with one_event(ticket, "still_a_problem") as added:
        say(ticket)
    message = ticket.messages.get(text="It still rubs.")
    assert added.event.data == {"message_id": message.pk, "priority": 3}
    assert columns(ticket, "state", "confirmation", "priority", "owner", "waiting_since") == {
        "state": "open",
        "confirmation": "still",
        "priority": Priority.HIGH,
        "owner": agent.pk,
        "waiting_since": LATER,
    }
    assert states(ticket) == ["kept", "open"]
    assert ticket.due_at is not None


def test_without_a_word_there_is_no_empty_message(ticket: Ticket) -> None:
    before = ticket.messages.count()
    with one_event(ticket, "still_a_problem") as added:
        say(ticket, "  ")
    assert added.event.data["message_id"] is None
    assert ticket.messages.count() == before


def test_urgent_stays_urgent(ticket: Ticket, agent: User) -> None:
    ticket.change_priority(Priority.URGENT, by=agent, at=NOW)
    say(ticket)
    assert columns(ticket, "priority") == {"priority": Priority.URGENT}


def test_what_is_not_solved_is_being_worked_on_already(ticket: Ticket) -> None:
    other = twin(ticket)
    say(ticket)
    with no_trace(ticket), pytest.raises(TicketChanged, match="already working on it"):
        say(other)
