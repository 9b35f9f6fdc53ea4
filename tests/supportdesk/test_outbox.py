"""Mail on its way out: one row, one recipient, one copy, whatever the server does."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from supportdesk import outbox
from supportdesk.lib.addresses import MailServer
from supportdesk.models import Attempt, CaughtMail, Delivery, Desk
from tests.factories import NOW, make_agent
from tests.supportdesk.mail_server import DROP, HANG, TAKE_AND_DROP, TAKEN, Server, running

State = Delivery.State
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def server(settings: Settings, db: None) -> Iterator[Server]:
    with running() as server:
        settings.MAIL_SERVER = server.address
        yield server


def queue(**changes: Any) -> Delivery:
    payload = {
        "from": ["Tomás", "desk@desk.example"],
        "subject": "Your wheel",
        "text": "It leaves today.\n",
        "html": "<p>It leaves today.</p>",
    } | changes.pop("payload", {})
    fields: dict[str, Any] = {
        "kind": "reply",
        "recipient": "noor@mail.example",
        "subject": "tickets.message",
        "subject_id": 1,
        "group_key": "ticket:1",
        "at": NOW,
    } | changes
    delivery = outbox.queue_mail(payload=payload, **fields)
    assert delivery is not None
    return delivery


def send_all(at: datetime = NOW) -> int:
    sent = 0
    while outbox.send_next(at=at):
        sent += 1
    return sent


def states() -> list[str]:
    return list(Delivery.objects.order_by("created_at").values_list("state", flat=True))


def test_a_mail_goes_out_once_in_text_and_html(server: Server) -> None:
    delivery = queue()

    assert send_all() == 1
    assert send_all(NOW + timedelta(days=1)) == 0

    delivery.refresh_from_db()
    assert (delivery.state, delivery.response) == (State.SENT, "250 Taken")
    assert [(a.outcome, a.response) for a in delivery.tries.all()] == [("sent", "250 Taken")]
    (mail,) = server.read
    assert mail["Message-ID"] == delivery.message_id
    assert mail["To"] == "noor@mail.example"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert mail["Auto-Submitted"] is None
    assert server.mails[0][0] == "desk@desk.example"


def test_what_the_desk_writes_by_itself_can_be_answered_by_no_robot(server: Server) -> None:
    queue(is_automatic=True)

    send_all()

    (mail,) = server.read
    assert server.mails[0][0] == "<>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_a_mail_names_those_before_it(server: Server) -> None:
    names = [f"<{'a' * 32}.{n:032}@desk.localhost>" for n in range(11)]
    queue(payload={"references": names})

    send_all()

    (mail,) = server.read
    assert mail["References"].split() == names
    assert mail["In-Reply-To"] == names[-1]
    assert all(len(line) < 200 for line in server.mails[0][2].split(b"\r\n"))


def test_nothing_leaves_before_its_moment_or_while_the_desk_is_on_hold(server: Server) -> None:
    queue(release_at=NOW + timedelta(seconds=10))
    assert send_all(NOW + timedelta(seconds=9)) == 0

    Desk.objects.update(is_on_hold=True)
    assert send_all(NOW + A_MINUTE) == 0

    Desk.objects.update(is_on_hold=False)
    assert send_all(NOW + A_MINUTE) == 1


def test_what_is_taken_back_never_leaves(server: Server) -> None:
    queue(release_at=NOW + timedelta(seconds=10))

    assert outbox.take_back(subject="tickets.message", subject_id=1)

    assert send_all(NOW + A_MINUTE) == 0
    assert server.mails == []
    assert states() == [State.CANCELLED]


def test_what_is_sent_is_not_taken_back(server: Server) -> None:
    queue()
    send_all()

    assert not outbox.take_back(subject="tickets.message", subject_id=1)
    assert states() == [State.SENT]


def test_not_now_is_tried_again_a_little_later_each_time(server: Server) -> None:
    answers = iter(["451 busy", "421 later", TAKEN])
    server.says = lambda recipient: next(answers)
    delivery = queue()

    send_all(NOW)
    assert send_all(NOW + timedelta(seconds=50)) == 0
    send_all(NOW + timedelta(seconds=70))
    assert send_all(NOW + timedelta(seconds=70 + 110)) == 0
    send_all(NOW + timedelta(seconds=70 + 140))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (State.SENT, 3)
    assert [a.outcome for a in delivery.tries.order_by("at")] == ["queued", "queued", "sent"]
    assert len(server.mails) == 1


def test_not_now_for_two_days_is_a_failure(server: Server) -> None:
    server.says = lambda recipient: "451 busy"
    queue()
    at, tries = NOW, 0

    while states() == [State.QUEUED]:
        tries += send_all(at)
        at += timedelta(hours=1)
        assert at < NOW + timedelta(hours=52)

    assert at > NOW + outbox.sending.GIVE_UP_AFTER
    assert states() == [State.FAILED]
    assert tries > 20


def test_no_is_a_failure_at_once_and_somebody_is_told(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, datetime]] = []
    monkeypatch.setattr(
        outbox.registry, "told_of_failure", [lambda mail, at: told.append((mail.response, at))]
    )
    server.says_at_rcpt = lambda recipient: "550 no such user"
    queue()

    send_all()

    assert states() == [State.FAILED]
    ((reason, at),) = told
    assert reason == "550 no such user"
    assert NOW <= at < NOW + A_MINUTE


def test_a_wrong_password_is_not_the_recipients_fault(server: Server, settings: Settings) -> None:
    settings.MAIL_SERVER = MailServer("127.0.0.1", server.port, "desk", "a secret word", "")
    delivery = queue()

    send_all()

    delivery.refresh_from_db()
    assert delivery.state == State.QUEUED
    assert "a secret word" not in delivery.response


def test_without_tls_nothing_is_said_in_clear(server: Server, settings: Settings) -> None:
    settings.MAIL_SERVER = MailServer("127.0.0.1", server.port, "", "", "starttls")
    queue()

    send_all()

    assert server.mails == []
    assert states() == [State.QUEUED]


def test_nobody_listening_is_tried_again(server: Server, settings: Settings) -> None:
    settings.MAIL_SERVER = MailServer("127.0.0.1", 9, "", "", "")
    queue()

    send_all()

    assert states() == [State.QUEUED]


def test_a_server_that_hangs_is_cut_off_and_its_mail_is_in_doubt(
    server: Server, settings: Settings
) -> None:
    settings.MAIL_DEADLINE_SECONDS = 0.3
    server.says = lambda recipient: HANG
    delivery = queue()

    send_all()

    delivery.refresh_from_db()
    assert delivery.state == State.IN_DOUBT
    assert Attempt.objects.get().outcome == State.IN_DOUBT


def test_taken_but_never_said_so_is_found_in_the_journal(server: Server) -> None:
    server.says = lambda recipient: TAKE_AND_DROP
    delivery = queue()
    send_all()
    delivery.refresh_from_db()
    assert delivery.state == State.IN_DOUBT
    CaughtMail.objects.create(
        message_id=delivery.message_id, recipient=delivery.recipient, raw=b"", caught_at=NOW
    )

    outbox.reap(at=NOW + A_MINUTE)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.response) == (State.SENT, "found in the journal")
    assert send_all(NOW + timedelta(days=1)) == 0
    assert len(server.mails) == 1


def test_what_the_journal_does_not_know_is_sent_again_after_ten_minutes(server: Server) -> None:
    answers = iter([DROP, TAKEN])
    server.says = lambda recipient: next(answers)
    delivery = queue()
    send_all()

    outbox.reap(at=NOW + timedelta(minutes=9))
    assert states() == [State.IN_DOUBT]
    outbox.reap(at=NOW + timedelta(minutes=11))
    assert states() == [State.QUEUED]
    send_all(NOW + timedelta(minutes=11))

    assert states() == [State.SENT]
    assert [mail["Message-ID"] for mail in server.read] == [delivery.message_id]


def test_without_a_journal_a_person_decides(server: Server, settings: Settings) -> None:
    settings.TRIAL = False
    server.says = lambda recipient: DROP
    delivery = queue()
    send_all()

    outbox.reap(at=NOW + timedelta(days=3))
    assert states() == [State.IN_DOUBT]
    assert outbox.alarms(at=NOW + timedelta(days=3)).in_doubt == 1

    server.says = lambda recipient: TAKEN
    assert outbox.send_again(
        delivery.pk, by=make_agent("Ruth Abernathy"), at=NOW + timedelta(days=3)
    )
    send_all(NOW + timedelta(days=3))
    assert states() == [State.SENT]


def test_a_relay_log_is_a_journal(server: Server, settings: Settings, tmp_path: Any) -> None:
    server.says = lambda recipient: DROP
    delivery, other = queue(), queue(recipient="other@mail.example")
    send_all()
    log = tmp_path / "mail.log"
    settings.MAIL_JOURNAL = str(log)

    outbox.reap(at=NOW + timedelta(days=1))
    assert states() == [State.IN_DOUBT, State.IN_DOUBT]

    log.write_text(f"postfix/cleanup[9]: 4F2A: message-id={delivery.message_id}\n")
    outbox.reap(at=NOW + timedelta(days=1))

    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, other.state) == (State.SENT, State.QUEUED)


class Died(BaseException):
    """The worker is gone, as if by kill -9."""


def test_a_worker_that_dies_before_handing_over_leaves_a_mail_to_send(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: object) -> bool:
        raise Died

    queue()
    with monkeypatch.context() as patch:
        patch.setattr(outbox.sending, "_begin", die)
        with pytest.raises(Died):
            send_all()
    outbox.reap(at=NOW + A_MINUTE)
    assert states() == [State.SENDING]

    outbox.reap(at=NOW + 3 * A_MINUTE)
    send_all(NOW + 6 * A_MINUTE)

    assert states() == [State.SENT]
    assert len(server.mails) == 1


def test_a_worker_that_dies_after_the_250_sends_nothing_twice(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*args: object, **kwargs: object) -> bool:
        raise Died

    queue()
    with monkeypatch.context() as patch:
        patch.setattr(outbox.sending, "_settle", die)
        with pytest.raises(Died):
            send_all()
    (mail,) = server.read
    CaughtMail.objects.create(
        message_id=mail["Message-ID"], recipient="noor@mail.example", raw=b"", caught_at=NOW
    )

    outbox.reap(at=NOW + 3 * A_MINUTE)
    send_all(NOW + timedelta(hours=1))

    assert states() == [State.SENT]
    assert len(server.mails) == 1


def test_a_mail_waits_for_the_one_before_it_to_the_same_person(server: Server) -> None:
    server.says_at_rcpt = lambda recipient: "451 busy" if "noor" in recipient else "250 OK"
    queue()
    queue(at=NOW + A_MINUTE, payload={"subject": "Second"})
    queue(at=NOW + A_MINUTE, recipient="cc@mail.example")
    queue(at=NOW + A_MINUTE, group_key="ticket:2", recipient="noah@mail.example")

    send_all(NOW + timedelta(minutes=1))
    assert sorted(server.recipients) == ["cc@mail.example", "noah@mail.example"]

    server.says_at_rcpt = lambda recipient: "250 OK"
    send_all(NOW + timedelta(minutes=5))
    assert [mail["Subject"] for mail in server.read[2:]] == ["Your wheel", "Second"]


def test_a_failed_mail_holds_nothing_up(server: Server) -> None:
    server.says_at_rcpt = lambda recipient: "550 no" if not server.mails else "250 OK"
    queue()
    send_all()
    server.says_at_rcpt = lambda recipient: "250 OK"
    queue(at=NOW + A_MINUTE)

    send_all(NOW + A_MINUTE)

    assert states() == [State.FAILED, State.SENT]


def test_a_secret_link_is_minted_when_it_is_mailed_and_written_nowhere(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[str] = []
    link = outbox.Link(
        url=lambda wanted, secret: f"https://desk.example/t/{secret}/",
        keep=lambda wanted, secret, at: kept.append(secret),
    )
    monkeypatch.setitem(outbox.registry.links, "test", link)
    queue(
        payload={
            "text": f"See {outbox.SECRET_LINK}?choice=yes",
            "html": f'<a href="{outbox.SECRET_LINK}">See</a>',
            "link": {"kind": "test"},
        }
    )

    send_all()

    (secret,) = kept
    texts = [
        part.get_payload(decode=True) for part in server.read[0].walk() if not part.is_multipart()
    ]
    assert f"https://desk.example/t/{secret}/?choice=yes".encode() in texts[0]
    assert f'href="https://desk.example/t/{secret}/"'.encode() in texts[1]
    assert secret not in str(list(Delivery.objects.values()) + list(Attempt.objects.values()))


def test_the_same_cause_is_one_mail(server: Server) -> None:
    queue(dedupe_key="a")

    again = outbox.queue_mail(
        kind="x", recipient="a@b.example", payload={}, subject="", subject_id=1, group_key="",
        at=NOW, dedupe_key="a",
    )  # fmt: skip

    assert again is None
    assert Delivery.objects.count() == 1


def test_pages_can_ask_what_became_of_a_mail(server: Server) -> None:
    server.says_at_rcpt = lambda recipient: "550 no such user" if "cc" in recipient else "250 OK"
    queue()
    queue(recipient="cc@mail.example")
    queue(subject_id=2, recipient="b@mail.example", release_at=NOW + A_MINUTE)
    send_all()

    fates = outbox.state_of("tickets.message", [1, 2, 3])

    assert set(fates) == {1, 2}
    assert (fates[1].state, fates[1].recipients, fates[1].reason) == (
        "failed", ("cc@mail.example",), "550 no such user",
    )  # fmt: skip
    assert fates[2].state == "queued"


def test_what_stands_still_is_an_alarm(server: Server) -> None:
    assert not outbox.alarms(at=NOW)
    queue()
    assert not outbox.alarms(at=NOW + A_MINUTE)

    alarms = outbox.alarms(at=NOW + 3 * A_MINUTE)

    assert (alarms.late, alarms.late_since) == (1, NOW)
    server.says = lambda recipient: "550 no"
    send_all(NOW + 3 * A_MINUTE)
    assert outbox.alarms(at=NOW + timedelta(hours=1)).failed == 1
    assert not outbox.alarms(at=NOW + timedelta(hours=25))


def test_only_we_can_name_our_mails(db: None) -> None:
    delivery = queue()
    name = delivery.message_id

    assert outbox.recognised(name) == delivery
    assert outbox.recognised(name.strip("<>").partition("@")[0]) == delivery
    for place in range(1, 66):
        digit = "0" if name[place] != "0" else "1"
        assert outbox.recognised(name[:place] + digit + name[place + 1 :]) is None
