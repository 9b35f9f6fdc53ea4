import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from supportdesk.models import User
from tests.factories import make_reply
from tests.tickets.desk.pages import address, make_fresh, reply_data, solve_data, words
from tickets.models import Attachment, Draft, Message
from tickets.states import State


def test_taking_it_back_gives_the_words_and_files_back(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    browser.post(
        address("reply", ticket),
        reply_data(ticket, files=SimpleUploadedFile("rim.txt", b"dent")),
    )
    message = ticket.messages.get(kind=Message.Kind.REPLY)
    assert "Undo" in words(browser.get(address("ticket", ticket)).content.decode())

    answer = browser.post(address("undo", ticket), {"message": message.pk}, follow=True)

    html = answer.content.decode()
    assert "Taken back. Nobody got it; your words are below." in html
    assert "A new wheel leaves today." in html.split('data-sheet="reply"')[1].split("</form>")[0]
    assert "rim.txt" in html
    assert Attachment.objects.held_by(user=agent).get().held_for == f"reply:{ticket.pk}"
    ticket.refresh_from_db()
    assert (ticket.state, ticket.owner) == (State.NEW, None)


def test_a_solution_can_be_taken_back(browser: Client) -> None:
    ticket = make_fresh()
    browser.post(address("solve", ticket), solve_data(ticket))
    message = ticket.messages.get(kind=Message.Kind.REPLY)

    browser.post(address("undo", ticket), {"message": message.pk})

    ticket.refresh_from_db()
    assert (ticket.state, ticket.given_outcome) == (State.NEW, "")


def test_too_late_says_so(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    message = make_reply(ticket, agent, at=timezone.now() - timedelta(minutes=1))
    assert "Undo" not in words(browser.get(address("ticket", ticket)).content.decode())

    answer = browser.post(address("undo", ticket), {"message": message.pk}, follow=True)

    assert "It is already sent." in answer.content.decode()
    message.refresh_from_db()
    assert message.undone_at is None


def test_nobody_takes_back_what_another_wrote(browser: Client, colleague: User) -> None:
    ticket = make_fresh()
    message = make_reply(ticket, colleague, at=timezone.now())

    assert browser.post(address("undo", ticket), {"message": message.pk}).status_code == 404
    assert browser.post(address("undo", ticket), {"message": "x"}).status_code == 404
    assert browser.post(address("undo", ticket), {"message": "9" * 5000}).status_code == 404


def test_what_was_begun_since_stays_below_the_words_that_come_back(
    browser: Client, agent: User
) -> None:
    ticket = make_fresh()
    cc = "boss@example.com"
    browser.post(address("reply", ticket), reply_data(ticket, cc=cc, then="waiting"))
    message = ticket.messages.get(kind=Message.Kind.REPLY)
    begun = {"kind": "reply", "text": "One more thing", "version": 0}
    browser.post(address("draft", ticket), begun)

    browser.post(address("undo", ticket), {"message": message.pk})

    draft = Draft.objects.get(ticket=ticket, author=agent)
    assert draft.text == "A new wheel leaves today.\n\nOne more thing"
    assert draft.choices == {"to": ticket.identity.value, "cc": cc, "then": "waiting"}


def test_the_page_it_was_written_on_sends_again_what_was_taken_back(browser: Client) -> None:
    ticket = make_fresh()
    data = reply_data(ticket)
    browser.post(address("reply", ticket), data)
    message = ticket.messages.get(kind=Message.Kind.REPLY)
    browser.post(address("undo", ticket), {"message": message.pk})

    # Back to that page, and send: it has the key of what nobody got.
    answer = browser.post(address("reply", ticket), data)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Nothing was sent just now." in html
    assert "A new wheel leaves today." in html
    key = re.search(r'data-sheet="reply".*?name="key" value="([^"]+)"', html, re.DOTALL)
    ticket.refresh_from_db()
    assert key
    again = data | {"key": key[1], "seen": ticket.thread_version}
    assert browser.post(address("reply", ticket), again).status_code == 302
    sent = Message.objects.filter(ticket=ticket, kind=Message.Kind.REPLY)
    assert sent.standing().count() == 1


def test_the_word_that_it_is_sent_carries_its_undo(browser: Client) -> None:
    ticket = make_fresh()
    answer = browser.post(address("reply", ticket), reply_data(ticket), follow=True)
    message = ticket.messages.get(kind=Message.Kind.REPLY)
    flash = answer.content.decode().split("<flash-note")[1].split("</flash-note>")[0]

    assert "Sent to" in words(flash)
    assert f'action="{address("undo", ticket)}"' in flash
    assert f'name="message" value="{message.pk}"' in flash
    assert "Undo" in words(flash)
    # It is said once.
    assert "<flash-note" not in browser.get(address("ticket", ticket)).content.decode()
