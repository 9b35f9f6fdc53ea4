from datetime import timedelta

import pytest

from supportdesk.lib import tokens
from supportdesk.models import User
from tests.factories import NOW, make_identity, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged
from tickets.models import SecretLink, Ticket


def link_to(ticket: Ticket) -> SecretLink:
    return SecretLink.objects.create(
        ticket=ticket,
        identity=ticket.identity,
        token_hash=tokens.hashed(tokens.mint()),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )


def test_it_is_another_customer_s_and_the_first_one_s_links_end(agent: User) -> None:
    ticket = make_ticket(identity=make_identity(name="Noor El-Amin"))
    link, other = link_to(ticket), make_identity(name="Ada Byron")
    with one_event(ticket, "customer_changed") as added:
        ticket.change_customer(other, by=agent, at=NOW)
    assert (added.event.data["from"], added.event.data["to"]) == ("Noor El-Amin", "Ada Byron")
    assert columns(ticket, "customer", "identity") == {
        "customer": other.customer_id,
        "identity": other.pk,
    }
    link.refresh_from_db()
    assert link.revoked_at == NOW


def test_to_whom_it_belongs_is_nothing_new(agent: User) -> None:
    ticket = make_ticket()
    link_to(ticket)
    with no_trace(ticket):
        ticket.change_customer(ticket.identity, by=agent, at=NOW)


def test_of_two_who_change_it_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.change_customer(make_identity(), by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.change_customer(make_identity(), by=colleague, at=NOW)
