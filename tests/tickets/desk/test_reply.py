from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from customers.models import Identity
from supportdesk.models import User
from tests.factories import make_identity, make_reply
from tests.tickets.desk.pages import address, make_fresh, reply_data, words
from tickets.models import Attachment, Draft, Message
from tickets.states import State


def test_a_reply_goes_to_the_customer_and_its_writer_owns_the_ticket(
    browser: Client, agent: User
) -> None:
    ticket = make_fresh()

    answer = browser.post(address("reply", ticket), reply_data(ticket, cc="boss@mail.example"))

    assert answer.status_code == 302
    assert answer["Location"] == address("ticket", ticket)
    message = ticket.messages.get(kind=Message.Kind.REPLY)
    assert message.text == "A new wheel leaves today."
    assert message.to == [ticket.identity.value]
    assert message.cc == ["boss@mail.example"]
    ticket.refresh_from_db()
    assert ticket.owner == agent


def test_the_button_says_what_it_promises_and_the_promise_is_kept_to_the_minute(
    browser: Client,
) -> None:
    ticket = make_fresh()
    moment = (timezone.now() + timedelta(days=3)).replace(microsecond=0)

    browser.post(
        address("reply", ticket), reply_data(ticket, next=moment.isoformat(), kind="result")
    )

    promise = ticket.promises.get(state="open")
    assert (promise.due_at, promise.kind) == (moment, "result")


def test_another_time_is_read_in_the_agents_own_zone(browser: Client, agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(time_zone="America/New_York")
    ticket = make_fresh()
    day = timezone.now().date() + timedelta(days=5)

    browser.post(
        address("reply", ticket), reply_data(ticket, next="other", other_at=f"{day}T09:30")
    )

    due = ticket.promises.get(state="open").due_at
    assert due.astimezone(agent.zone.__class__("America/New_York")).strftime("%H:%M") == "09:30"


def test_waiting_for_the_customer_promises_nothing(browser: Client) -> None:
    ticket = make_fresh()

    browser.post(address("reply", ticket), reply_data(ticket, then="waiting"))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.due_at) == (State.WAITING, None)


def test_on_hold_needs_words_for_the_customer_and_keeps_the_text(browser: Client) -> None:
    ticket = make_fresh()

    page = browser.post(address("reply", ticket), reply_data(ticket, then="on_hold"))

    assert "Say what we are waiting for" in page.content.decode()
    assert "A new wheel leaves today." in page.content.decode()
    assert not ticket.messages.filter(kind=Message.Kind.REPLY).exists()


def test_what_was_added_meanwhile_stops_it_shows_it_and_loses_nothing(
    browser: Client, colleague: User
) -> None:
    ticket = make_fresh()
    written = reply_data(ticket, text="My own long answer.")
    make_reply(ticket, colleague, text="I was faster.", at=timezone.now())

    page = browser.post(address("reply", ticket), written)

    html = page.content.decode()
    assert page.status_code == 409
    assert "Something was added while you were writing. Have a look first." in html
    assert "I was faster." in html
    assert "My own long answer." in html
    assert "Send anyway" in words(html)
    assert ticket.messages.filter(kind=Message.Kind.REPLY).count() == 1

    again = browser.post(address("reply", ticket), written | {"seen": ticket.thread_version})

    assert again.status_code == 302
    assert ticket.messages.filter(kind=Message.Kind.REPLY).count() == 2


def test_a_double_click_is_one_message(browser: Client) -> None:
    ticket = make_fresh()
    written = reply_data(ticket)

    first = browser.post(address("reply", ticket), written)
    second = browser.post(address("reply", ticket), written)

    assert (first.status_code, second.status_code) == (302, 302)
    assert ticket.messages.filter(kind=Message.Kind.REPLY).count() == 1
    assert ticket.events.filter(kind="replied").count() == 1


def test_a_refused_address_keeps_text_and_files(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    photo = SimpleUploadedFile("rim.txt", b"dent")

    page = browser.post(
        address("reply", ticket), reply_data(ticket, cc="not an address", files=photo)
    )

    html = page.content.decode()
    assert "is no mail address" in html
    assert "not an address" in html
    assert "rim.txt" in html
    held = Attachment.objects.held_by(user=agent).get()
    assert held.held_for == f"reply:{ticket.pk}"

    browser.post(address("reply", ticket), reply_data(ticket))

    held.refresh_from_db()
    assert held.message == ticket.messages.get(kind=Message.Kind.REPLY)


def test_a_file_can_be_taken_off_again(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    browser.post(
        address("reply", ticket),
        reply_data(ticket, text="", files=SimpleUploadedFile("wrong.txt", b"x")),
    )
    held = Attachment.objects.held_by(user=agent).get()

    browser.post(address("reply", ticket), reply_data(ticket, remove=str(held.pk)))

    assert not Attachment.objects.filter(pk=held.pk).exists()
    assert not ticket.messages.get(kind=Message.Kind.REPLY).attachments.exists()


def test_only_an_address_of_this_customer_can_be_chosen(browser: Client) -> None:
    ticket = make_fresh()
    other = make_identity("someone@else.example")

    page = browser.post(address("reply", ticket), reply_data(ticket, to=other.value))

    assert page.status_code == 200
    assert not ticket.messages.filter(kind=Message.Kind.REPLY).exists()


def test_a_customer_without_a_mail_address_is_answered_on_their_page(browser: Client) -> None:
    ticket = make_fresh()
    Identity.objects.filter(pk=ticket.identity_id).update(kind="phone", value="+442079460000")

    page = browser.get(address("ticket", ticket) + "?open=reply")
    assert "has no mail address. Call +442079460000" in words(page.content.decode())
    browser.post(address("reply", ticket), reply_data(ticket, to=""))

    assert ticket.messages.get(kind=Message.Kind.REPLY).to == []


def test_sending_ends_the_draft(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    Draft.keep(
        ticket_id=ticket.pk,
        author=agent,
        kind="reply",
        text="A",
        choices={},
        version=0,
        at=timezone.now(),
    )

    browser.post(address("reply", ticket), reply_data(ticket))

    assert not Draft.objects.exists()


def test_pressing_twice_leaves_no_file_behind_for_the_next_message(
    browser: Client, agent: User
) -> None:
    ticket = make_fresh()
    data = reply_data(ticket)
    for _press in range(2):
        browser.post(
            address("reply", ticket), data | {"files": SimpleUploadedFile("rim.txt", b"dent")}
        )

    assert ticket.messages.get(kind=Message.Kind.REPLY).attachments.count() == 1
    assert not Attachment.objects.held_by(user=agent).exists()


def test_other_words_from_the_page_that_sent_before_are_not_swallowed(browser: Client) -> None:
    ticket = make_fresh()
    data = reply_data(ticket)
    browser.post(address("reply", ticket), data)

    answer = browser.post(address("reply", ticket), data | {"text": "And a second thing."})

    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Nothing was sent just now." in html
    assert "And a second thing." in html
    assert f'value="{data["key"]}"' not in html
