"""The child that reads mails: what it says comes back whole, and what ends it ends nothing else."""

import base64
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import AN_HOUR, NOW, make_queue
from tests.tickets.mail.mails import READER, make_mail
from tests.tickets.mail.test_parse import BOMBS
from tickets.mail import intake, parse, reader
from tickets.mail.reader import Reader, Unread
from tickets.models import InboundMail, Ticket

MAILBOX = "desk@desk.example"
Outcome = InboundMail.State


@pytest.fixture(scope="module")
def poisoned() -> Iterator[Reader]:
    with Reader(module="tests.tickets.mail.poisoned_child", cpu_seconds=1, wall_seconds=4) as one:
        yield one


def test_what_a_mail_says_comes_back_whole() -> None:
    raw = make_mail(
        "Grüße 😀", html="<p onclick=x()>Grüße</p>", files=(("a.pdf", b"\x00\xff%PDF"), ("b", b"b"))
    )

    said, here = READER.read(raw), parse.read(raw)

    assert said.html == "<p>Grüße</p>\n"
    assert here.html == "<p onclick=x()>Grüße</p>\n"
    assert said.files == here.files
    assert [len(file.content) for file in said.files] == [6, 1]
    assert (said.sender, said.text, said.subject) == (here.sender, here.text, here.subject)


def test_an_honest_mail_of_25_megabytes_fits() -> None:
    content = os.urandom(18_000_000)
    head = b"From: a@b.example\nContent-Type: video/mp4; name=film.mp4\n"
    raw = head + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)

    said = READER.read(raw)

    assert [file.content for file in said.files] == [content]


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_within_the_limits(name: str) -> None:
    assert READER.read(BOMBS[name]).sender in {"", "a@b.example"}


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        ("turns for ever", reader.TOO_LONG),
        ("sleeps for ever", reader.TOO_LONG),
        ("takes all memory", reader.TOO_MUCH),
        ("ends the process", reader.TOO_MUCH),
        ("talks nonsense", reader.TOO_MUCH),
        ("raises an error", f"{reader.BROKEN}: RuntimeError"),
    ],
)
def test_a_mail_that_ends_its_reader_does_not_end_the_next_mail(
    poisoned: Reader, mail: str, reason: str
) -> None:
    began = time.monotonic()
    with pytest.raises(Unread) as unread:
        poisoned.read(make_mail(mail))

    assert unread.value.reason == reason
    assert time.monotonic() - began < 60
    assert poisoned.read(make_mail("Hello.")).text == "Hello."


def test_the_child_knows_no_secrets(poisoned: Reader) -> None:
    assert os.environ["DATABASE_URL"]
    poisoned.read(make_mail("Hello."))
    assert poisoned._child

    environment = Path(f"/proc/{poisoned._child.pid}/environ").read_bytes()

    assert environment
    assert b"DATABASE_URL" not in environment
    assert b"SECRET_KEY" not in environment


@pytest.mark.django_db
def test_a_mail_that_ends_its_reader_three_times_is_put_aside_with_the_reason(
    poisoned: Reader,
) -> None:
    make_queue()
    bad = intake.receive(make_mail("ends the process"), MAILBOX, at=NOW - AN_HOUR)
    good = intake.receive(make_mail("Good."), MAILBOX, at=NOW)

    seen = []
    for n in range(4):
        while intake.process_next(at=NOW + n * timedelta(minutes=2), reader=poisoned):
            pass
        bad.refresh_from_db()
        seen.append((bad.state, bad.attempts, bad.reason))

    assert seen == [
        (Outcome.NEW, 1, reader.TOO_MUCH),
        (Outcome.NEW, 2, reader.TOO_MUCH),
        (Outcome.QUARANTINED, 3, reader.TOO_MUCH),
        (Outcome.QUARANTINED, 3, reader.TOO_MUCH),
    ]
    good.refresh_from_db()
    assert good.state == Outcome.DONE
    assert Ticket.objects.count() == 1
