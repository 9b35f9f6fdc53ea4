import uuid

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, states, twin


def test_a_note_is_among_us(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    mails = Delivery.objects.count()
    before = columns(ticket, "state", "last_text", "due_at", "first_reply_at")
    with one_event(ticket, "noted") as added:
        note = ticket.note(text="He is **upset**.", by=agent, at=NOW, key=uuid.uuid4())
    assert added.event.data == {"message_id": note.pk}
    assert (note.to, note.cc, note.is_note) == ([], [], True)
    assert "<strong>upset</strong>" in note.html
    assert Delivery.objects.count() == mails
    assert columns(ticket, "state", "last_text", "due_at", "first_reply_at") == before
    assert states(ticket) == ["open"]
    assert list(ticket.messages.all().public(at=NOW)) == [ticket.messages.get(kind="customer")]  # type: ignore[attr-defined]


def test_who_writes_after_it_has_to_have_seen_it(agent: User) -> None:
    ticket = make_ticket()
    version = ticket.thread_version
    ticket.note(text="Look", by=agent, at=NOW, key=uuid.uuid4())
    assert columns(ticket, "thread_version") == {"thread_version": version + 1}


def test_pressed_twice_it_is_one_note(agent: User) -> None:
    ticket, key = make_ticket(), uuid.uuid4()
    first = ticket.note(text="Look", by=agent, at=NOW, key=key)
    with no_trace(ticket):
        assert twin(ticket).note(text="Look", by=agent, at=NOW, key=key) == first
