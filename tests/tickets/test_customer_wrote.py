import uuid
from datetime import timedelta

import pytest

from supportdesk.models import User
from tests.factories import NOW, make_reply, make_solved, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin
from tickets.models import Message, Ticket
from tickets.states import State

LATER = NOW + timedelta(days=2)


def write(ticket: Ticket, text: str = "Any news?", **fields: object) -> Message:
    return ticket.customer_wrote(
        text=text,
        by=ticket.customer,
        via="page",
        key=fields.pop("key", uuid.uuid4()),  # type: ignore[arg-type]
        at=fields.pop("at", LATER),  # type: ignore[arg-type]
        **fields,  # type: ignore[arg-type]
    )


def test_it_is_kept_and_shown_as_the_last_word(db: None) -> None:
    ticket = make_ticket()
    with one_event(ticket, "customer_wrote") as added:
        message = write(ticket, "Any news?\n\nI need it.")
    assert added.event.data == {"message_id": message.pk, "via": "page"}
    assert added.event.by_customer == ticket.customer
    assert columns(ticket, "state", "last_text", "last_at", "last_by_us", "thread_version") == {
        "state": "new",
        "last_text": "Any news? I need it.",
        "last_at": LATER,
        "last_by_us": False,
        "thread_version": 2,
    }
    assert ticket.waiting_since == NOW
    assert states(ticket) == ["open"]


@pytest.mark.parametrize("state", [State.WAITING, State.ON_HOLD, State.SOLVED])
def test_it_opens_the_ticket_again_whatever_it_was(agent: User, state: State) -> None:
    ticket = make_ticket()
    if state == State.SOLVED:
        make_solved(ticket, agent)
    else:
        make_reply(ticket, agent, then=state, hold_reason="The supplier looks at it")
    with one_event(ticket, "customer_wrote") as added:
        write(ticket)
    assert (added.event.data["from"], added.event.data["to"]) == (state, "open")
    row = columns(ticket, "state", "confirmation", "waiting_since")
    assert row == {"state": "open", "confirmation": "", "waiting_since": LATER}
    assert ticket.due_at is not None
    assert states(ticket)[-1] == "open"


def test_the_same_message_twice_is_one(db: None) -> None:
    ticket, key = make_ticket(), uuid.uuid4()
    message = write(ticket, key=key)
    with no_trace(ticket):
        assert write(twin(ticket), key=key) == message


def test_it_is_never_refused_at_any_age(agent: User) -> None:
    ticket = make_ticket()
    stale = twin(ticket)
    make_solved(ticket, agent)
    ticket.confirm(by=ticket.customer, at=LATER)
    with one_event(ticket, "customer_wrote"):
        write(stale, at=NOW + timedelta(days=4000))
    assert columns(ticket, "state", "given_outcome") == {"state": "open", "given_outcome": "full"}


def test_who_wrote_and_from_where_is_kept(db: None) -> None:
    ticket = make_ticket()
    message = write(ticket, from_address="noor@work.example", framed_html="<p>Any news?</p>")
    message.refresh_from_db()
    assert (message.from_address, message.framed_html) == ("noor@work.example", "<p>Any news?</p>")


def test_an_owner_who_has_left_does_not_get_it_back(agent: User, colleague: User) -> None:
    left, stayed = make_ticket(owner=agent), make_ticket(owner=colleague)
    for ticket, owner in ((left, agent), (stayed, colleague)):
        make_solved(ticket, owner)
    User.objects.filter(pk=agent.pk).update(is_active=False)

    write(twin(left))
    write(twin(stayed))

    assert columns(left, "owner") == {"owner": None}
    assert columns(stayed, "owner") == {"owner": colleague.pk}
