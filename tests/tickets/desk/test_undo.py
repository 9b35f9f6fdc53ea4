from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from supportdesk.models import User
from tests.factories import make_reply
from tests.tickets.desk.pages import address, make_fresh, reply_data, solve_data, words
from tickets.models import Attachment, Message
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
