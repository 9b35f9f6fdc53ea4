import pytest

from supportdesk.models import Timer, User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged
from tickets.models import Ticket


def test_spam_is_out_of_sight_and_nothing_is_deleted(agent: User) -> None:
    ticket = make_ticket()
    assert list(Ticket.objects.no_spam()) == [ticket]
    with one_event(ticket, "marked_spam") as added:
        ticket.mark_spam(by=agent, at=NOW)
    assert added.event.by_user == agent
    assert columns(ticket, "spam_at", "state") == {"spam_at": NOW, "state": "new"}
    assert not Ticket.objects.no_spam().exists()
    assert ticket.messages.count() == 1
    assert not Timer.objects.filter(cancelled_at=None).exists()


def test_and_back(agent: User) -> None:
    ticket = make_ticket()
    ticket.mark_spam(by=agent, at=NOW)
    with one_event(ticket, "marked_not_spam"):
        ticket.mark_not_spam(by=agent, at=NOW)
    assert list(Ticket.objects.no_spam()) == [ticket]


def test_of_two_who_mark_it_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.mark_spam(by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.mark_spam(by=colleague, at=NOW)
    other = twin(ticket)
    ticket.mark_not_spam(by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.mark_not_spam(by=colleague, at=NOW)
