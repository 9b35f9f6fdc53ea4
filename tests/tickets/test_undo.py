import uuid
from datetime import timedelta

import pytest

from supportdesk import timers
from supportdesk.models import Delivery, User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import AlreadySent
from tickets.models import Event, Message, Ticket
from tickets.states import State

SOON = NOW + timedelta(seconds=5)


@pytest.fixture
def ticket(db: None) -> Ticket:
    return make_ticket()


def row(ticket: Ticket) -> dict[str, object]:
    values = Ticket.objects.values().get(pk=ticket.pk)
    return {
        name: value
        for name, value in values.items()
        if name not in {"thread_version", "changed_at"}
    }


def write(ticket: Ticket, text: str = "One more thing", *, at: object = SOON) -> None:
    ticket.customer_wrote(
        text=text,
        by=ticket.customer,
        via="page",
        key=uuid.uuid4(),
        at=at,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("then", [State.OPEN, State.WAITING, State.ON_HOLD, State.SOLVED])
def test_everything_is_as_it_was_and_the_words_are_a_draft(
    ticket: Ticket, agent: User, then: State
) -> None:
    before = row(ticket)
    if then == State.SOLVED:
        message = make_solved(ticket, agent, at=NOW, text="A new wheel leaves today.")
    else:
        message = make_reply(ticket, agent, at=NOW, then=then, hold_reason="The supplier")
    assert row(ticket) != before

    with one_event(ticket, "undone") as added:
        draft = ticket.undo(message, by=agent, at=SOON)
    assert added.event.data["message_id"] == message.pk
    assert row(ticket) == before
    assert (draft.text, draft.author, draft.kind) == ("A new wheel leaves today.", agent, "reply")
    assert states(ticket)[0] == "open"
    assert set(states(ticket)[1:]) <= {"undone"}
    assert not Message.objects.public(at=NOW + timedelta(days=9)).filter(pk=message.pk).exists()
    mails = Delivery.objects.filter(subject="tickets.message", subject_id=message.pk)
    assert [mail.state for mail in mails] == ["cancelled"]


def test_too_late(ticket: Ticket, agent: User) -> None:
    message = make_reply(ticket, agent, at=NOW)
    with no_trace(ticket), pytest.raises(AlreadySent):
        ticket.undo(message, by=agent, at=message.release_at)


def test_not_once_a_worker_has_the_mail(ticket: Ticket, agent: User) -> None:
    message = make_reply(ticket, agent, at=NOW)
    Delivery.objects.filter(subject_id=message.pk).update(state="sending")
    with no_trace(ticket), pytest.raises(AlreadySent):
        ticket.undo(message, by=agent, at=SOON)


def test_only_once(ticket: Ticket, agent: User) -> None:
    message = make_reply(ticket, agent, at=NOW)
    other = twin(ticket)
    ticket.undo(message, by=agent, at=SOON)
    with no_trace(ticket), pytest.raises(AlreadySent):
        other.undo(message, by=agent, at=SOON)


def test_not_somebody_else_s(ticket: Ticket, agent: User, colleague: User) -> None:
    message = make_reply(ticket, agent, at=NOW)
    with no_trace(ticket), pytest.raises(Event.DoesNotExist):
        ticket.undo(message, by=colleague, at=SOON)


def test_what_somebody_changed_since_stays(ticket: Ticket, agent: User, colleague: User) -> None:
    message = make_reply(ticket, agent, at=NOW)
    ticket.assign(to=colleague, by=agent, at=SOON)
    ticket.undo(message, by=agent, at=SOON)
    assert columns(ticket, "owner", "state") == {"owner": colleague.pk, "state": "new"}


def test_who_spoke_meanwhile_is_not_put_off(ticket: Ticket, agent: User) -> None:
    """The customer’s message opened it; taking our answer back does not make it wait again."""
    make_reply(ticket, agent, at=NOW - timedelta(hours=1), then=State.WAITING)
    message = make_reply(ticket, agent, at=NOW)
    write(ticket)
    ticket.undo(message, by=agent, at=SOON + timedelta(seconds=1))
    assert columns(ticket, "state", "last_text") == {
        "state": "open",
        "last_text": "One more thing",
    }
    assert ticket.due_at is not None
    assert states(ticket).count("open") == 1


def test_a_solution_taken_back_after_the_customer_wrote_is_not_one(
    ticket: Ticket, agent: User
) -> None:
    before = columns(ticket, "due_at", "waiting_since")
    message = make_solved(ticket, agent, at=NOW)
    write(ticket)
    ticket.undo(message, by=agent, at=SOON + timedelta(seconds=1))
    assert columns(ticket, "state", "confirmation") == {"state": "open", "confirmation": ""}
    assert columns(ticket, "due_at", "waiting_since") == before
    assert states(ticket) == ["open", "undone"]


def test_what_a_colleague_answered_meanwhile_is_an_answer(
    ticket: Ticket, agent: User, colleague: User
) -> None:
    message = make_reply(ticket, agent, at=NOW)
    answer = make_reply(ticket, colleague, at=NOW + timedelta(seconds=2), then=State.WAITING)
    ticket.undo(message, by=agent, at=SOON)
    assert states(ticket) == ["kept", "undone"]
    kept = ticket.promises.get(state="kept")
    assert (kept.settled_by, kept.settled_at) == (answer, answer.release_at)
    assert columns(ticket, "state", "due_at", "waiting_since") == {
        "state": "waiting",
        "due_at": None,
        "waiting_since": None,
    }


def test_a_broken_promise_that_a_colleague_made_good_stays_so(
    ticket: Ticket, agent: User, colleague: User
) -> None:
    timers.run_due(at=NOW + timedelta(hours=4))
    ticket.refresh_from_db()
    at = NOW + timedelta(hours=5)
    message = make_reply(ticket, agent, at=at)
    make_reply(ticket, colleague, at=at + timedelta(seconds=1))
    ticket.undo(message, by=agent, at=at + timedelta(seconds=2))
    assert columns(ticket, "broken_at") == {"broken_at": None}
    assert ticket.escalations.get().settled_at is not None
    assert states(ticket) == ["broken", "undone", "open"]
