import uuid
from datetime import timedelta

import pytest

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_queue, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import NotNow, TicketChanged, TransitionNotAllowed, UnseenMessages
from tickets.models import Ticket
from tickets.states import Outcome

TEN_SECONDS = timedelta(seconds=10)


def test_solve_proposes_and_asks(agent: User) -> None:
    ticket = make_ticket()
    with one_event(ticket, "solved") as added:
        message = make_solved(ticket, agent, at=NOW, text="A new wheel is at your door.")
    assert (added.event.by_user, added.event.data["outcome"]) == (agent, "full")
    assert (added.event.data["from"], added.event.data["to"]) == ("new", "solved")
    assert columns(
        ticket, "state", "confirmation", "given_outcome", "solved_at", "owner", "due_at"
    ) == {
        "state": "solved",
        "confirmation": "asked",
        "given_outcome": "full",
        "solved_at": NOW + TEN_SECONDS,
        "owner": agent.pk,
        "due_at": None,
    }
    assert states(ticket) == ["kept"]
    assert message.text == "A new wheel is at your door."
    assert (
        Delivery.objects.get(subject_id=message.pk, kind="solved").release_at == message.release_at
    )


def test_the_customer_is_shown_it_when_it_can_no_longer_be_taken_back(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent, at=NOW)
    assert ticket.shown_state(NOW + TEN_SECONDS / 2) == "new"
    assert ticket.shown_state(NOW + TEN_SECONDS) == "solved"


def test_without_words_it_says_something_human(agent: User) -> None:
    message = make_solved(make_ticket(), agent)
    assert message.text == "I think this is solved. If it is not, please tell me."


def test_nothing_needs_a_reason(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow, match="why the customer got nothing"):
        make_solved(ticket, agent, outcome=Outcome.NONE, reason=" ")
    make_solved(ticket, agent, outcome=Outcome.NONE, reason="No such part exists")
    assert columns(ticket, "given_outcome", "given_reason") == {
        "given_outcome": "none",
        "given_reason": "No such part exists",
    }


def test_it_needs_an_outcome_and_a_topic(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow, match="what the customer got"):
        make_solved(ticket, agent, outcome="")
    untold = make_ticket(queue=make_queue())
    Ticket.objects.filter(pk=untold.pk).update(topic=None)
    untold.refresh_from_db()
    with no_trace(untold), pytest.raises(NotNow, match="Choose a topic first"):
        make_solved(untold, agent)


def test_of_two_who_solve_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    make_solved(ticket, agent)
    with no_trace(ticket), pytest.raises(TicketChanged):
        make_solved(other, colleague)


def test_what_is_solved_is_not_solved_again(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    with no_trace(ticket), pytest.raises(TransitionNotAllowed):
        make_solved(ticket, agent)


def test_what_was_not_read_is_read_first(agent: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    ticket.note(text="Wait, there is more", by=agent, at=NOW, key=uuid.uuid4())
    with no_trace(ticket), pytest.raises(UnseenMessages):
        make_solved(other, agent)


def test_pressed_twice_it_is_solved_once(agent: User) -> None:
    ticket, key = make_ticket(), uuid.uuid4()
    seen = ticket.thread_version
    first = ticket.solve(outcome="full", by=agent, at=NOW, seen=seen, key=key)
    with no_trace(ticket):
        assert twin(ticket).solve(outcome="full", by=agent, at=NOW, seen=seen, key=key) == first
