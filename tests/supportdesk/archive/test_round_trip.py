"""This desk, written down and taken in again."""

import gzip
import io
import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from customers.models import Customer, Organization
from feedback.models import Feedback
from supportdesk.archive import cells, exporting, importing
from supportdesk.archive.copying import table_of
from supportdesk.archive.refused import Report
from supportdesk.archive.tables import NOT_IN_IT, TABLES
from supportdesk.models import Delivery, Desk, Role, Team, Timer, User
from tests.factories import (
    AN_HOUR,
    NOW,
    make_agent,
    make_identity,
    make_queue,
    make_solved,
    make_team,
    make_ticket,
    make_topic,
)
from tickets import files
from tickets.models import (
    Attachment,
    Draft,
    Handoff,
    InboundMail,
    Mention,
    Message,
    Queue,
    SecretLink,
    Ticket,
    Topic,
    TopicField,
)
from tickets.states import Outcome, State

Snapshot = dict[str, list[dict[str, Any]]]


def snapshot() -> Snapshot:
    return {
        table.file: [
            cells.told(row, cells.columns(table.model, table.left_out)) for row in table.queryset()
        ]
        for table in TABLES
    }


def empty_the_desk() -> None:
    """As a new desk is: no event can be deleted, a table can be emptied."""
    names = ", ".join(f'"{table_of(table.model)}"' for table in TABLES)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    Desk.objects.filter(pk=1).update(name="Supportdesk", colour="#2f4bb5", set_up_at=None)


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def take(folder: Path) -> Report:
    report = Report()
    importing.take(
        folder,
        report,
        at=NOW + timedelta(days=9),
        with_passwords=False,
        progress=lambda what, share: None,
    )
    return report


def export(folder: Path) -> None:
    exporting.write(folder, at=NOW, tell=lambda file, many: None)


@pytest.fixture
def rich_desk(db: None) -> Ticket:
    """A small desk on which everything has happened once."""
    Desk.objects.filter(pk=1).update(name="Kingfisher Bikes", colour="#aa3311", set_up_at=NOW)
    ruth = make_agent(
        "Ruth Abernathy", role=Role.SUPERVISOR, language="de", signature="R\\A\t\n“x”"
    )
    team = make_team("Workshop", lead=ruth)
    tomas, priya = make_agent("Tomás Oliveira", team=team), make_agent("Priya", team=team)
    queue = make_queue("Repairs", team=team, address="repairs@desk.example")
    bikes = make_topic("Bikes", queue=queue, names={"de": "Räder"})
    wheels = make_topic("Wheels", parent=bikes)
    TopicField.objects.create(topic=wheels, key="frame", label="Frame", choices=["A", "B"])
    noor = make_identity("noor@mail.example")
    noor.customer.identities.create(kind="phone", value="+49301234567")
    foods = Organization.objects.create(name="Blue Foods")
    foods.domains.create(domain="mail.example")
    Customer.objects.filter(pk=noor.customer_id).update(organization=foods)

    ticket = make_ticket(
        queue=queue,
        topic=wheels,
        identity=noor,
        text='It \\ bends\n\t"here" – ☃ and {this, "too"}',
        desired_outcome="A new wheel",
        impact="blocked",
        answers=[{"key": "frame", "label": "Frame", "value": "B"}],
        is_complaint=True,
    )
    photo = files.store_bytes(b"just text", "notes.txt", at=NOW)
    photo.message = ticket.messages.get()
    photo.save(update_fields=["message"])
    ticket.change_tags(["vip", 'a "b" \\c'], by=tomas, at=NOW)
    ticket.note(text="Ask @Priya", by=tomas, at=NOW + AN_HOUR, key=uuid.uuid4())
    ticket.reply(
        text="We will **look**.",
        by=tomas,
        at=NOW + AN_HOUR,
        seen=ticket.thread_version,
        key=uuid.uuid4(),
        cc=["cc@mail.example"],
        promise_at=NOW + timedelta(days=2),
    )
    handoff = Handoff(to_user=priya, wants="a wheel", known="it is bent")
    ticket.hand_off(handoff=handoff, by=tomas, at=NOW + 2 * AN_HOUR)
    ticket.follow_up(due_at=NOW + timedelta(days=3), by=priya, at=NOW + 2 * AN_HOUR, what="call")
    promise = ticket.promises.open().get()
    ticket.break_promise(promise, at=NOW + timedelta(days=2))
    ticket.escalate(promise=promise, to=ruth, level=1, at=NOW + timedelta(days=2))
    note = ticket.messages.get(kind=Message.Kind.NOTE)
    Mention.objects.create(ticket=ticket, message=note, user=priya, at=NOW)
    Draft.keep(
        ticket_id=ticket.pk, author=priya, kind="reply", text="half", choices={}, version=0, at=NOW
    )
    done = make_ticket(queue=queue, topic=bikes, identity=noor, subject="Bell", at=NOW)
    make_solved(done, tomas, outcome=Outcome.PARTIAL, at=NOW + AN_HOUR)
    done.refresh_from_db()
    Feedback.give(
        done, is_solved="partly", ease=6, words="Fine", may_contact=True, at=NOW + 3 * AN_HOUR
    )
    make_ticket(queue=queue, topic=None, subject="Spam").mark_spam(by=ruth, at=NOW)
    InboundMail.objects.create(
        mailbox="desk@desk.example",
        raw=b"Subject: \xff\x00\\x\r\n\r\nhello",
        sha256="0" * 64,
        size_bytes=20,
        received_at=NOW,
        state="held",
    )
    SecretLink.mint(ticket_id=ticket.pk, identity=noor, at=NOW)
    # One mail is history, the others may still go out and stay with this desk.
    sent = Delivery.objects.filter(subject="tickets.message").first()
    assert sent
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=NOW)
    sent.tries.create(at=NOW, outcome="sent", response="250 ok")
    return ticket


def test_export_then_import_gives_the_same_desk(rich_desk: Ticket, tmp_path: Path) -> None:
    before = snapshot()
    # A table that is empty here would prove nothing.
    assert [file for file, rows in before.items() if not rows] == []
    key = Attachment.objects.get().storage_key
    export(tmp_path / "out")
    empty_the_desk()
    default_storage.delete(key)

    report = take(tmp_path / "out")

    assert [str(one) for one in report.refusals] == []
    assert snapshot() == before
    assert Desk.objects.get().name == "Kingfisher Bikes"
    with default_storage.open(key) as kept:
        assert kept.read() == b"just text"
    assert not SecretLink.objects.exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert Timer.objects.exists()
    assert not User.objects.get(name="Ruth Abernathy").has_usable_password()
    # And life goes on: new rows get ids of their own.
    ticket = make_ticket(queue=Queue.objects.get(), topic=None)
    assert ticket.pk == max(one["id"] for one in before["tickets"]) + 1


def test_a_second_import_of_our_own_archive_adds_nothing(rich_desk: Ticket, tmp_path: Path) -> None:
    before = snapshot()
    export(tmp_path / "out")

    report = take(tmp_path / "out")

    assert report.refusals == []
    assert not +report.added
    assert report.there["tickets.jsonl.gz"] == 3
    assert snapshot() == before


def test_an_archive_beside_another_desk_replaces_nobody(rich_desk: Ticket, tmp_path: Path) -> None:
    """Their ids are ours too: what leans on a refused row is refused, not given to a stranger."""
    export(tmp_path / "out")
    empty_the_desk()
    stranger = make_agent("Somebody Else", pk=User.objects.count() + 1)
    theirs = lines_of(tmp_path / "out/agents.jsonl.gz")[0]
    User.objects.filter(pk=stranger.pk).update(id=theirs["id"])

    report = take(tmp_path / "out")

    told = [str(one) for one in report.refusals]
    assert told[0] == (
        "agents.jsonl.gz, line 1: this desk has another of this id, or has changed it since"
    )
    assert User.objects.get(pk=theirs["id"]).name == "Somebody Else"
    # Ruth leads the team, the team has the queue, and so on: all of it was hers.
    assert any("teams.jsonl.gz, line 1: “lead_id”" in one for one in told)
    assert not Ticket.objects.exists()
    assert not Team.objects.exists()
    assert Customer.objects.exists()


def test_what_others_read_is_in_our_archive_too(rich_desk: Ticket, tmp_path: Path) -> None:
    """Without its manifest it is an archive like any other desk’s."""
    export(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    with gzip.open(tmp_path / "out/tickets.jsonl.gz", "rt") as lines:
        told = json.loads(lines.readline())

    assert told["id"] == rich_desk.pk - 10_000
    assert (told["subject"], told["status"]) == (rich_desk.subject, "open")
    with gzip.open(tmp_path / "out/messages.jsonl.gz", "rt") as lines:
        said = [json.loads(line) for line in lines]
    assert [(one["author_type"], one["public"]) for one in said][:3] == [
        ("customer", True),
        ("agent", False),
        ("agent", True),
    ]


BAD = [
    ({"desk": None}, "“desk” is missing: this is no line of an archive of ours"),
    ({"id": "7"}, "“id” is not what it ought to be"),
    ({"id": 2**70}, "“id” is not what it ought to be"),
    ({"state": "lost"}, "“state” is not what it ought to be"),
    ({"state": None}, "“state” is missing"),
    ({"subject": "x" * 201}, "“subject” is not what it ought to be"),
    ({"tags": [["a"]]}, "“tags” is not what it ought to be"),
    ({"created_at": "2026-03-11"}, "“created_at” is not what it ought to be"),
    ({"queue_id": None}, "“queue_id” is missing"),
    ({"thread_version": -1}, "“thread_version” is not what it ought to be"),
    ({"owner_id": 10**6}, "“owner_id” 1000000 is not in this archive, or was refused"),
    (
        {"id": 10001, "subject": "Another"},
        "this desk has another of this id, or has changed it since",
    ),
]


def test_a_bad_line_of_our_own_archive_is_refused_alone(rich_desk: Ticket, tmp_path: Path) -> None:
    export(tmp_path / "out")
    file = tmp_path / "out/tickets.jsonl.gz"
    good = lines_of(file)
    first = good[0]["desk"]
    BAD[-1][0]["id"] = first["id"]
    bad = [
        change if "desk" in change else {"desk": first | {"id": 77_000 + n} | change}
        for n, (change, _reason) in enumerate(BAD)
    ]
    # And one that only the database can judge.
    bad.append({"desk": first | {"id": 78_000, "state": State.SOLVED, "given_outcome": ""}})
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, [*good, *bad])).encode()))
    empty_the_desk()

    report = take(tmp_path / "out")

    told = {one.number: one.reason for one in report.refusals}
    last = told.pop(len(good) + len(bad))
    assert told == {len(good) + n: reason for n, (_change, reason) in enumerate(BAD, start=1)}
    assert "solved_with_outcome_and_topic" in last
    assert Ticket.objects.count() == len(good)


def test_a_topic_may_be_older_than_the_one_above_it(db: None, tmp_path: Path) -> None:
    leaf, root = make_topic("Leaf"), make_topic("Root")
    Topic.objects.filter(pk=leaf.pk).update(parent=root)
    export(tmp_path / "out")
    empty_the_desk()

    assert take(tmp_path / "out").refusals == []
    assert str(Topic.objects.get(name="Leaf").parent) == "Root"


def test_a_file_of_an_archive_goes_nowhere_but_to_its_place(
    rich_desk: Ticket, tmp_path: Path
) -> None:
    export(tmp_path / "out")
    bad = tmp_path / "out/files/zz/..evil"
    bad.parent.mkdir()
    bad.write_bytes(b"x")
    (tmp_path / "out/files/zz/link").symlink_to("/etc/hostname")

    report = take(tmp_path / "out")

    assert [one.file for one in report.refusals] == ["files/zz/..evil", "files/zz/link"]
    assert not default_storage.exists("zz/..evil")


def test_an_export_overwrites_nothing(db: None, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(CommandError, match="holds something already"):
        call_command("export_archive", str(tmp_path))
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


def test_the_command_says_what_it_wrote(rich_desk: Ticket, tmp_path: Path) -> None:
    said = io.StringIO()
    default_storage.save("aa/stray", ContentFile(b"of no message"))
    call_command("export_archive", str(tmp_path / "out"), stdout=said)

    assert "  tickets                3\n" in said.getvalue()
    assert not (tmp_path / "out/files/aa/stray").exists()


def test_every_model_is_in_the_archive_or_said_not_to_be() -> None:
    """A new table must decide: is it part of a desk’s history?"""
    ours = {
        model
        for app in ("supportdesk", "customers", "tickets", "feedback")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    decided = {table.model for table in TABLES} | set(NOT_IN_IT)
    assert {model.__name__ for model in ours - decided} == set()


def test_passwords_never_leave_the_desk(rich_desk: Ticket, tmp_path: Path) -> None:
    export(tmp_path / "out")
    hashes = User.objects.values_list("password", flat=True)
    written = b"".join(
        gzip.decompress(file.read_bytes()) for file in (tmp_path / "out").glob("*.gz")
    )
    assert hashes
    assert not any(one.encode() in written for one in hashes)
