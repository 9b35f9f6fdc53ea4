import uuid
from datetime import timedelta

import pytest

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_identity, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.errors import NotNow, UnseenMessages
from tickets.models import Message
from tickets.states import State

TEN_SECONDS = timedelta(seconds=10)


def test_an_answer_keeps_the_promise_makes_the_next_and_takes_the_ticket(agent: User) -> None:
    ticket = make_ticket(identity=make_identity("noor@mail.example"))
    with one_event(ticket, "replied") as added:
        message = make_reply(ticket, agent, text="It leaves **today**.", at=NOW)

    assert (added.event.by_user, added.event.data["message_id"]) == (agent, message.pk)
    assert (added.event.data["from"], added.event.data["to"]) == ("new", "open")
    assert message.release_at == NOW + TEN_SECONDS
    assert message.to == ["noor@mail.example"]
    assert "<strong>today</strong>" in message.html
    kept, new = ticket.promises.order_by("pk")
    assert (kept.state, kept.settled_by, kept.settled_at) == ("kept", message, NOW + TEN_SECONDS)
    assert (new.state, new.message, new.made_at) == ("open", message, NOW + TEN_SECONDS)
    # Eight opening hours after the customer can read it.
    assert new.due_at == NOW + TEN_SECONDS + timedelta(days=1)
    row = columns(
        ticket, "state", "owner", "first_reply_at", "waiting_since", "due_at", "last_by_us"
    )
    assert row == {
        "state": "open",
        "owner": agent.pk,
        "first_reply_at": NOW + TEN_SECONDS,
        "waiting_since": None,
        "due_at": new.due_at,
        "last_by_us": True,
    }
    mail = Delivery.objects.get(subject="tickets.message", subject_id=message.pk)
    assert (mail.recipient, mail.release_at) == ("noor@mail.example", NOW + TEN_SECONDS)


def test_the_customer_sees_nothing_of_it_before_it_is_released(agent: User) -> None:
    ticket = make_ticket()
    message = make_reply(ticket, agent, at=NOW, then=State.WAITING)
    before, after = NOW + TEN_SECONDS / 2, NOW + TEN_SECONDS
    assert message not in Message.objects.public(at=before)
    assert message in Message.objects.public(at=after)
    assert (ticket.shown_state(before), ticket.shown_state(after)) == ("new", "waiting")


def test_too_late_is_kept_late(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, at=NOW + timedelta(hours=4) - TEN_SECONDS / 2)
    assert states(ticket) == ["kept_late", "open"]


def test_waiting_owes_nothing_unless_we_say_so(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, then=State.WAITING)
    assert columns(ticket, "state", "due_at") == {"state": "waiting", "due_at": None}
    assert states(ticket) == ["kept"]

    friday = NOW + timedelta(days=2)
    make_reply(ticket, agent, then=State.WAITING, promise_at=friday)
    assert columns(ticket, "state", "due_at") == {"state": "waiting", "due_at": friday}
    assert states(ticket) == ["kept", "open"]


def test_on_hold_says_why_and_still_owes_an_update(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        make_reply(ticket, agent, then=State.ON_HOLD, hold_reason="  ")
    make_reply(ticket, agent, then=State.ON_HOLD, hold_reason=" The supplier looks at it ")
    row = columns(ticket, "state", "hold_reason")
    assert row == {"state": "on_hold", "hold_reason": "The supplier looks at it"}
    assert ticket.due_at is not None


@pytest.mark.parametrize("at", [NOW, NOW + TEN_SECONDS])
def test_a_promise_for_before_it_is_read_is_refused(agent: User, at: object) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        make_reply(ticket, agent, at=NOW, promise_at=at)


def test_to_solve_takes_an_outcome(agent: User) -> None:
    ticket = make_ticket()
    with no_trace(ticket), pytest.raises(NotNow):
        make_reply(ticket, agent, then=State.SOLVED)


def test_an_answer_to_what_was_solved_opens_it_again(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent, at=NOW)
    message = make_reply(ticket, agent, at=NOW + timedelta(hours=1))
    row = columns(ticket, "state", "confirmation")
    assert row == {"state": "open", "confirmation": ""}
    ticket.undo(message, by=agent, at=NOW + timedelta(hours=1, seconds=3))
    row = columns(ticket, "state", "confirmation")
    assert row == {"state": "solved", "confirmation": "asked"}


def test_what_was_not_read_is_read_first(agent: User, colleague: User) -> None:
    ticket = make_ticket()
    other = twin(ticket)
    make_reply(ticket, agent)
    with no_trace(ticket), pytest.raises(UnseenMessages):
        make_reply(other, colleague)


def test_pressed_twice_it_is_one_message(agent: User) -> None:
    ticket, key = make_ticket(), uuid.uuid4()
    seen = ticket.thread_version
    first = ticket.reply(text="Hello", by=agent, at=NOW, seen=seen, key=key)
    with no_trace(ticket):
        again = twin(ticket).reply(text="Hello", by=agent, at=NOW, seen=seen, key=key)
    assert again == first


def test_the_owner_stays_the_owner(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    make_reply(ticket, colleague)
    assert columns(ticket, "owner") == {"owner": agent.pk}


def test_more_people_by_to_and_cc(agent: User) -> None:
    ticket = make_ticket()
    message = make_reply(ticket, agent, to=["a@mail.example"], cc=["b@mail.example"])
    mails = Delivery.objects.filter(subject_id=message.pk, kind="reply")
    assert sorted(mail.recipient for mail in mails) == ["a@mail.example", "b@mail.example"]
