import pytest

from supportdesk.models import User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged


def test_take_makes_me_the_owner(agent: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "taken") as added:
        ticket.take(by=agent, at=NOW)
    assert (added.event.by_user, added.event.data["to_id"]) == (agent, agent.pk)
    assert columns(ticket, "owner", "state") == {"owner": agent.pk, "state": "new"}


def test_taking_what_is_mine_is_nothing_new(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    with no_trace(ticket):
        ticket.take(by=agent, at=NOW)


def test_of_two_who_take_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.take(by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.take(by=colleague, at=NOW)
    assert columns(ticket, "owner") == {"owner": agent.pk}


def test_take_over_from_somebody(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    with one_event(ticket, "taken") as added:
        ticket.take(by=colleague, at=NOW)
    assert added.event.data == {
        "from": "Tomás Oliveira",
        "from_id": agent.pk,
        "to": "Priya Subramaniam",
        "to_id": colleague.pk,
    }
