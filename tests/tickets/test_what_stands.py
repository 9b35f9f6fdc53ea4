"""What the database itself refuses, whoever asks."""

import pytest
from django.db import DatabaseError, transaction

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_ticket
from tickets.models import Message, Promise, Ticket


def test_numbers_start_at_10001(db: None) -> None:
    assert make_ticket().pk >= 10001


@pytest.mark.parametrize(
    "change",
    [{"desired_outcome": "A voucher"}, {"impact": "can_wait"}, {"impact_reason": "No hurry"}],
)
def test_nobody_changes_what_the_customer_said_of_the_harm(
    db: None, change: dict[str, str]
) -> None:
    ticket = make_ticket(desired_outcome="A wheel", impact="danger", impact_reason="I race")

    with pytest.raises(DatabaseError, match="nobody changes it"), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**change)
    assert Ticket.objects.filter(pk=ticket.pk).update(subject="The same row can change") == 1


def test_an_event_is_for_good(db: None) -> None:
    event = make_ticket().events.get()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        type(event).objects.filter(pk=event.pk).update(kind="noted")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        event.delete()


def test_a_note_with_an_address_cannot_be_stored(agent: User) -> None:
    ticket = make_ticket()
    reply = make_reply(ticket, agent)

    assert reply.to == [ticket.identity.value]
    with pytest.raises(DatabaseError, match="a_note_has_no_address"), transaction.atomic():
        Message.objects.filter(pk=reply.pk).update(kind="note")


def test_a_ticket_has_one_open_promise(db: None) -> None:
    ticket = make_ticket()

    with pytest.raises(DatabaseError, match="promise_one_open"), transaction.atomic():
        Promise.make(ticket, kind="update", due_at=NOW.replace(hour=23), at=NOW)


@pytest.mark.parametrize("target", ["first_reply_minutes", "update_minutes"])
def test_a_queue_gives_itself_some_time(db: None, target: str) -> None:
    queue = make_ticket().queue

    with pytest.raises(DatabaseError, match="targets_are_some_time"), transaction.atomic():
        type(queue).objects.filter(pk=queue.pk).update(**{target: 0})
