from django.test import Client

from supportdesk.models import Delivery
from tests.tickets.desk.pages import address, make_fresh, note_data, reply_data
from tickets.forms.composer import NoteForm
from tickets.models import Message


def test_a_note_is_among_us(browser: Client) -> None:
    ticket = make_fresh()

    answer = browser.post(address("note", ticket), note_data())

    assert answer.status_code == 302
    note = ticket.messages.get(kind=Message.Kind.NOTE)
    assert note.text == "Leeds has one."
    ticket.refresh_from_db()
    assert ticket.state == "new"


def test_a_note_mails_nobody_whatever_is_posted(browser: Client) -> None:
    ticket = make_fresh()
    before = set(Delivery.objects.values_list("pk", flat=True))

    browser.post(
        address("note", ticket),
        note_data(
            to="noor@mail.example", cc="boss@mail.example", bcc="x@mail.example", then="open"
        ),
    )

    note = ticket.messages.get(kind=Message.Kind.NOTE)
    assert (note.to, note.cc) == ([], [])
    assert set(Delivery.objects.values_list("pk", flat=True)) == before
    assert not set(NoteForm.base_fields) & {"to", "cc", "bcc", "recipient"}
    # It could have: the same to the reply’s address does reach somebody.
    browser.post(address("reply", ticket), reply_data(ticket, seen=ticket.thread_version + 1))
    assert ticket.messages.get(kind=Message.Kind.REPLY).to == [ticket.identity.value]


def test_an_empty_note_is_refused_in_a_sentence(browser: Client) -> None:
    ticket = make_fresh()

    page = browser.post(address("note", ticket), note_data(text="  \n "))

    assert "Write the note first." in page.content.decode()
    assert not ticket.messages.filter(kind=Message.Kind.NOTE).exists()


def test_a_double_click_is_one_note(browser: Client) -> None:
    ticket = make_fresh()
    written = note_data()

    browser.post(address("note", ticket), written)
    browser.post(address("note", ticket), written)

    assert ticket.messages.filter(kind=Message.Kind.NOTE).count() == 1


def test_a_character_that_no_database_takes_is_no_error(browser: Client) -> None:
    ticket = make_fresh()

    browser.post(address("note", ticket), note_data(text="a\x00b"))

    assert ticket.messages.get(kind=Message.Kind.NOTE).text == "ab"
