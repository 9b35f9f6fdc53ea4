import pytest

from supportdesk.models import User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged


def test_assign_gives_it_to_somebody(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "assigned") as added:
        ticket.assign(to=colleague, by=agent, at=NOW)
    assert (added.event.by_user, added.event.data["to"]) == (agent, "Priya Subramaniam")
    assert columns(ticket, "owner") == {"owner": colleague.pk}


def test_or_to_nobody(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    with one_event(ticket, "assigned") as added:
        ticket.assign(to=None, by=agent, at=NOW)
    assert (added.event.data["from"], added.event.data["to"]) == ("Tomás Oliveira", "")
    assert columns(ticket, "owner") == {"owner": None}


def test_to_whom_it_is_already_is_nothing_new(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    with no_trace(ticket):
        ticket.assign(to=agent, by=colleague, at=NOW)


def test_of_two_who_assign_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.assign(to=agent, by=colleague, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.assign(to=colleague, by=agent, at=NOW)
