from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tickets.errors import AlreadySent, TicketChanged, UnseenMessages
from tickets.models import Event, Promise, Ticket
from tickets.states import State


def test_numbers_start_at_10001_and_a_next_update_is_due(db: None) -> None:
    ticket = make_ticket()

    assert ticket.pk >= 10001
    promise = ticket.promises.get()
    assert promise.state == "open"
    assert ticket.due_at == promise.due_at == NOW + timedelta(hours=4)


def test_reply_then_undo_restores_everything(agent: User) -> None:
    ticket = make_ticket()
    before = Ticket.objects.values().get(pk=ticket.pk)
    message = make_reply(ticket, agent, at=NOW)
    assert ticket.owner == agent
    assert ticket.shown_state(NOW) == State.NEW
    draft = ticket.undo(message, by=agent, at=NOW + timedelta(seconds=5))

    after = Ticket.objects.values().get(pk=ticket.pk)
    before.pop("thread_version"), before.pop("changed_at")
    after.pop("thread_version"), after.pop("changed_at")
    assert after == before
    assert draft.text == "A new wheel leaves today."
    assert [p.state for p in ticket.promises.order_by("pk")] == ["open", "undone"]
    with pytest.raises((AlreadySent, Event.DoesNotExist)):
        ticket.undo(make_reply(ticket, agent), by=agent, at=NOW + timedelta(hours=3))


def test_solve_and_two_agents(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    twin = Ticket.objects.get(pk=ticket.pk)
    make_solved(ticket, agent)
    with pytest.raises(TicketChanged):
        make_solved(twin, colleague)
    assert Promise.objects.filter(ticket=ticket, state="open").count() == 0


def test_customers_words_and_events_stand(agent: User) -> None:
    ticket = make_ticket(desired_outcome="A straight wheel")
    with pytest.raises(DatabaseError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(desired_outcome="A voucher")
    with pytest.raises(DatabaseError), transaction.atomic():
        ticket.events.update(kind="noted")


def test_unseen(agent: User) -> None:
    ticket = make_ticket()
    twin = Ticket.objects.get(pk=ticket.pk)
    make_reply(ticket, agent)
    with pytest.raises(UnseenMessages):
        make_reply(twin, agent)
