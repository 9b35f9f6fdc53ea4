"""The verbs that change one property: priority, topic, queue, subject, tags."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_queue, make_ticket, make_topic
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import NotNow, TicketChanged
from tickets.models import Ticket
from tickets.states import Priority


class Change(NamedTuple):
    """How a verb is called: what is given to it, twice and differently, and where it is kept."""

    verb: str
    column: str
    event: str
    one: Callable[[], Any]
    other: Callable[[], Any]

    def __call__(self, ticket: Ticket, value: Any, by: User) -> None:
        getattr(ticket, self.verb)(value, by=by, at=NOW)


CHANGES = [
    Change(
        "change_priority",
        "priority",
        "priority_changed",
        lambda: Priority.URGENT,
        lambda: Priority.LOW,
    ),
    Change("change_topic", "topic", "topic_changed", make_topic, make_topic),
    Change("change_queue", "queue", "queue_changed", make_queue, make_queue),
    Change("change_subject", "subject", "subject_changed", lambda: "Rim", lambda: "Spokes"),
    Change("change_tags", "tags", "tagged", lambda: ["rim"], lambda: ["rim", "spokes"]),
]
each = pytest.mark.parametrize("change", CHANGES, ids=[change.verb for change in CHANGES])


@each
def test_it_is_changed_with_one_event(change: Change, agent: User) -> None:
    ticket, value = make_ticket(), change.one()
    with one_event(ticket, change.event) as added:
        change(ticket, value, agent)
    assert added.event.by_user == agent
    assert columns(ticket, change.column) == {change.column: getattr(value, "pk", value)}


@each
def test_what_it_is_already_is_nothing_new(change: Change, agent: User) -> None:
    ticket, value = make_ticket(), change.one()
    change(ticket, value, agent)
    with no_trace(ticket):
        change(ticket, value, agent)


@each
def test_of_two_who_change_it_one_wins(change: Change, agent: User, colleague: User) -> None:
    ticket, value, second = make_ticket(), change.one(), change.other()
    other = twin(ticket)
    change(ticket, value, agent)
    with no_trace(ticket), pytest.raises(TicketChanged):
        change(other, second, colleague)


def test_the_event_says_from_what_to_what_in_words(agent: User) -> None:
    ticket = make_ticket(topic=make_topic("Wheels"))
    with one_event(ticket, "topic_changed") as added:
        ticket.change_topic(make_topic("Delivery"), by=agent, at=NOW)
    assert added.event.data == {"from": "Wheels", "to": "Delivery"}
    with one_event(ticket, "priority_changed") as added:
        ticket.change_priority(Priority.HIGH, by=agent, at=NOW)
    assert added.event.data == {"from": "Normal", "to": "High"}


def test_a_subject_is_one_line_and_not_empty(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        ticket.change_subject(" \n ", by=agent, at=NOW)
    ticket.change_subject("  Rim\n bent ", by=agent, at=NOW)
    assert columns(ticket, "subject") == {"subject": "Rim bent"}


def test_tags_are_small_single_and_few(agent: User) -> None:
    ticket = make_ticket()
    ticket.change_tags([" Rim ", "rim", "", "x" * 50], by=agent, at=NOW)
    assert columns(ticket, "tags") == {"tags": ["rim", "x" * 40]}
    ticket.change_tags([str(n) for n in range(30)], by=agent, at=NOW)
    assert ticket.tags == [str(n) for n in range(20)]


def test_an_unknown_priority_is_refused(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(ValueError, match="9"):
        ticket.change_priority(9, by=agent, at=NOW)
