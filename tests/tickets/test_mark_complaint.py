import pytest

from supportdesk.models import User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import NotNow, TicketChanged


def test_with_the_words_in_which_they_complain(agent: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "marked_complaint") as added:
        ticket.mark_complaint(quote=" You let me down. ", by=agent, at=NOW)
    assert (added.event.by_user, added.event.data) == (agent, {"quote": "You let me down."})
    assert columns(ticket, "complaint_at", "complaint_quote") == {
        "complaint_at": NOW,
        "complaint_quote": "You let me down.",
    }


def test_without_a_quote_it_is_none(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        ticket.mark_complaint(quote="  ", by=agent, at=NOW)


def test_what_is_one_is_not_marked_again(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.mark_complaint(quote="You let me down.", by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.mark_complaint(quote="Never again.", by=colleague, at=NOW)
    said = make_ticket(is_complaint=True)
    with no_trace(said), pytest.raises(TicketChanged):
        said.mark_complaint(quote="Never again.", by=agent, at=NOW)
