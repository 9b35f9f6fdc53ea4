"""The trial desk’s mailbox: what was mailed, as it arrived, and the way to answer it."""

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from supportdesk import tasks
from supportdesk.lib.addresses import MailServer
from supportdesk.management.commands.catch_mail import caught
from supportdesk.models import CaughtMail, Delivery, User
from tests.factories import NOW, make_identity, make_reply, make_ticket
from tests.supportdesk.mail_server import Server, running
from tickets.mail import intake
from tickets.models import Ticket
from tickets.tasks import process_inbound

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with running() as server:
        settings.MAIL_SERVER = server.address
        yield server


@pytest.fixture
def mails(server: Server, agent: User) -> tuple[Ticket, list[CaughtMail]]:
    """Noor’s ticket, acknowledged and answered; both mails sent by the worker’s own task."""
    ticket = make_ticket(identity=make_identity("noor@mail.example"))
    make_reply(ticket, agent, text="A <b>new</b> wheel leaves today.")
    tasks.send_mail()
    for sender, recipient, raw in server.mails:
        caught(raw, sender, [recipient], NOW)
    return ticket, list(CaughtMail.objects.order_by("pk"))


def test_it_lists_what_was_mailed(client: Client, mails: tuple[Ticket, list[CaughtMail]]) -> None:
    ticket, _mails = mails

    page = client.get("/demo/mailbox/").content.decode()

    assert page.count(f"[#{ticket.pk}] Front wheel arrived bent") == 2
    assert page.count("to noor@mail.example") == 2
    part = client.get("/demo/mailbox/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<div")
    assert part.count("to noor@mail.example") == 2


def test_the_mails_own_page_cannot_run_or_load_anything(
    client: Client, mails: tuple[Ticket, list[CaughtMail]]
) -> None:
    reply = mails[1][1]

    page = client.get(f"/demo/mailbox/{reply.pk}/").content.decode()
    frame = client.get(f"/demo/mailbox/{reply.pk}/html/")

    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page
    assert "http://localhost:8000/t/" in page
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "&lt;b&gt;new&lt;/b&gt; wheel" in frame.content.decode()


def test_the_mailed_link_opens_the_ticket(
    client: Client, mails: tuple[Ticket, list[CaughtMail]]
) -> None:
    text = intake.parse.read(bytes(mails[1][1].raw)).text
    (link,) = [line for line in text.split("\n") if "/t/" in line]

    answer = client.get(link.removeprefix("http://localhost:8000"))

    assert answer.status_code == 200


def test_answering_is_a_mail_like_any_other(
    client: Client, mails: tuple[Ticket, list[CaughtMail]]
) -> None:
    ticket, (_acknowledgement, reply) = mails

    answer = client.post(
        f"/demo/mailbox/{reply.pk}/answer/",
        {
            "text": "Thank you.\nÜbrigens: the bell?",
            "files": SimpleUploadedFile("bell.txt", b"ding"),
        },
    )
    process_inbound()

    assert answer.status_code == 302
    message = ticket.messages.get(via="mail")
    assert message.text == "Thank you.\nÜbrigens: the bell?"
    assert [file.name for file in message.attachments.all()] == ["bell.txt"]
    assert intake.InboundMail.objects.get().state == "done"


def test_an_empty_answer_is_asked_for(
    client: Client, mails: tuple[Ticket, list[CaughtMail]]
) -> None:
    answer = client.post(f"/demo/mailbox/{mails[1][0].pk}/answer/", {"text": " "})

    assert answer.status_code == 422
    assert "Write what the customer answers." in answer.content.decode()
    assert not intake.InboundMail.objects.exists()


def test_outside_the_trial_there_is_no_such_page(
    client: Client, mails: tuple[Ticket, list[CaughtMail]], settings: Settings
) -> None:
    settings.TRIAL = False
    pk = mails[1][0].pk

    for path in ("", f"{pk}/", f"{pk}/html/", f"{pk}/files/0/"):
        assert client.get(f"/demo/mailbox/{path}").status_code == 404
    assert client.post(f"/demo/mailbox/{pk}/answer/", {"text": "x"}).status_code == 404


def test_the_workers_task_sends_and_finds_out(server: Server, settings: Settings) -> None:
    make_ticket()
    settings.MAIL_SERVER = MailServer("127.0.0.1", 9, "", "", "")
    tasks.send_mail()
    assert Delivery.objects.get().state == Delivery.State.QUEUED
    tasks.reap_outbox()
    assert server.mails == []


@pytest.mark.parametrize(
    "raw",
    [
        b"From: desk@desk.example\r\nSubject: Gr\xfc\xdfe \xed\xa0\x80\r\nTo: \xff\r\n\r\nhello",
        b"From: \xe9 <desk@desk.example>\r\nSubject: <script>alert(1)</script>\r\n\r\nhello",
        b"From: desk@desk.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"",
    ],
)
def test_a_mail_that_nobody_should_have_sent_can_be_read_and_answered(
    client: Client, db: None, raw: bytes
) -> None:
    mail = CaughtMail.objects.create(
        message_id="x", recipient="noor@mail.example", raw=raw, caught_at=NOW
    )

    page = client.get(f"/demo/mailbox/{mail.pk}/")

    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert client.post(f"/demo/mailbox/{mail.pk}/answer/", {"text": "Hi"}).status_code == 302
