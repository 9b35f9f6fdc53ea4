"""Another desk’s tickets, taken in."""

import contextlib
import gzip
import io
import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench import make_dataset
from customers.models import Customer, Identity, Organization
from supportdesk.archive import copying, importing, people, stream, tickets
from supportdesk.archive.refused import Report
from supportdesk.models import Delivery, Role, Team, Timer, User
from tests.factories import make_agent, make_identity, make_queue, make_ticket, make_topic
from tickets.models import Event, Message, Promise, Queue, Ticket, Topic
from tickets.states import Confirmation, Outcome, Priority, State

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
T0 = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)

QUEUES = [{"id": 1, "slug": "billing", "name": "Billing", "email": "billing@old.example"}]
AGENTS = [
    {
        "id": 1,
        "username": "ruth",
        "first_name": "Ruth",
        "last_name": "Abernathy",
        "email": "Ruth@old.example",
        "queues": [1],
        "is_admin": True,
        "password": "bench-Pass-42",
    }
]
CUSTOMERS = [
    {
        "id": 7,
        "name": "Noor El-Amin",
        "email": "noor@mail.example",
        "organization": "Blue Foods",
        "phone": "+49 30 1234567",
        "created_at": "2025-01-01T00:00:00Z",
    }
]


def hours(n: float) -> str:
    return (T0 + timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ticket(**said: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "queue_id": 1,
        "subject": "Printer on fire",
        "customer_id": 7,
        "agent_id": 1,
        "status": "open",
        "priority": 3,
        "channel": "email",
        "tags": ["VIP", "bug"],
        "created_at": hours(0),
        "updated_at": hours(9),
        "first_response_at": None,
        "resolved_at": None,
        "closed_at": None,
        "due_at": hours(99),
        "message_count": 1,
    } | said


def message(seq: int, author: str = "customer", **said: Any) -> dict[str, Any]:
    return {
        "id": 100 + seq,
        "ticket_id": 5,
        "seq": seq,
        "author_type": author,
        "author_id": 7 if author == "customer" else 1,
        "public": True,
        "created_at": hours(seq - 1),
        "status_change": None,
        "message_id": f"<m{seq}.t5@old.example>",
        "body": f"Message {seq} *says* <b>so</b>.",
    } | said


class Archive:
    """A folder with the files of an archive; lines are objects, or bytes as they stand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("queues", QUEUES)
        self.write("agents", AGENTS)
        self.write("customers", CUSTOMERS)

    def write(self, name: str, lines: Iterable[dict[str, Any] | bytes]) -> None:
        raw = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines]
        (self.folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(b"\n".join(raw)))

    def take(self, *, with_passwords: bool = False) -> Report:
        report = Report()
        importing.take(
            self.folder,
            report,
            at=AT,
            with_passwords=with_passwords,
            progress=lambda what, share: None,
        )
        return report


@pytest.fixture
def archive(db: None, tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def refusals(report: Report) -> list[str]:
    return [str(one) for one in report.refusals]


def test_a_whole_desk_comes_in_and_comes_in_once(db: None, tmp_path: Path) -> None:
    arguments = ["make_dataset", "--out", str(tmp_path), "--tickets", "600", "--customers", "150"]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.setattr(sys, "argv", arguments)
        make_dataset.main()
    told = json.loads((tmp_path / "manifest.json").read_text())
    said = io.StringIO()

    call_command("import_archive", str(tmp_path), stdout=said)

    counts = {
        "tickets": Ticket.objects.count(),
        "messages": Message.objects.count(),
        "customers": Customer.objects.count(),
        "queues": Queue.objects.count(),
        "agents": User.objects.count(),
    }
    assert counts == {name: told[name] for name in counts}
    states = Counter(Ticket.objects.values_list("state", "confirmation"))
    was = told["status_counts"]
    assert states == {
        (State.NEW, ""): was["new"],
        (State.OPEN, ""): was["open"] + was["reopened"],
        (State.WAITING, ""): was["pending"],
        (State.SOLVED, Confirmation.ASKED): was["resolved"],
        (State.SOLVED, Confirmation.QUIET): was["closed"],
    }
    assert set(Ticket.objects.values_list("pk", flat=True)) == set(range(10001, 10601))
    long = told["probe_tickets"]["followups_100"][0]
    assert Ticket.objects.get(pk=10_000 + long).messages.count() == 101
    kinds = Counter(Event.objects.values_list("kind", flat=True))
    assert kinds[Event.Kind.IMPORTED] == kinds[Event.Kind.SUBMITTED] == 600
    assert kinds[Event.Kind.SOLVED] == was["resolved"] + was["closed"]
    assert kinds[Event.Kind.WENT_QUIET] == was["closed"]
    # What was promised over there is not ours to keep, and nobody is mailed.
    assert [model.objects.count() for model in (Promise, Timer, Delivery)] == [0, 0, 0]
    assert "600 added" in said.getvalue()

    call_command("import_archive", str(tmp_path), stdout=said)

    assert Message.objects.count() == told["messages"]
    assert "600 were there already" in said.getvalue()
    assert Counter(Event.objects.values_list("kind", flat=True)) == kinds


def test_a_solved_ticket_keeps_its_history(archive: Archive) -> None:
    archive.write(
        "tickets",
        [ticket(status="closed", priority=1, resolved_at=hours(3), closed_at=hours(8))],
    )
    archive.write(
        "messages",
        [
            message(1),
            message(2, "agent", public=False),
            message(3, "agent"),
            message(4, "agent", status_change="resolved"),
        ],
    )
    assert refusals(archive.take()) == []

    one = Ticket.objects.get(pk=10_005)
    ruth = User.objects.get(email="ruth@old.example")
    noor = Customer.objects.get(name="Noor El-Amin")
    assert (one.state, one.confirmation) == (State.SOLVED, Confirmation.QUIET)
    assert (one.given_outcome, one.priority) == (Outcome.UNKNOWN, Priority.URGENT)
    assert (one.owner, one.customer, one.identity.value) == (ruth, noor, "noor@mail.example")
    assert one.topic
    assert (str(one.topic.parent), str(one.topic)) == ("Imported", "Billing")
    assert not one.topic.is_active
    assert (one.tags, one.via) == (["vip", "bug"], Message.Via.MAIL)
    assert (one.created_at, one.solved_at) == (T0, T0 + timedelta(hours=3))
    assert one.first_reply_at == T0 + timedelta(hours=2)
    assert (one.last_by_us, one.thread_version, one.waiting_since) == (True, 4, None)
    assert (one.due_at, one.broken_at) == (None, None)
    first, note, reply, solution = one.messages.all()
    assert (first.kind, first.by_customer, first.text) == (
        Message.Kind.CUSTOMER,
        noor,
        "Message 1 *says* <b>so</b>.",
    )
    assert (note.kind, note.to, note.by_user) == (Message.Kind.NOTE, [], ruth)
    assert (reply.kind, reply.to) == (Message.Kind.REPLY, ["noor@mail.example"])
    # Plain text over there: nothing becomes Markdown, or HTML.
    assert solution.html == "<p>Message 4 *says* &lt;b&gt;so&lt;/b&gt;.</p>"
    assert list(one.events.values_list("kind", "by_user__name")) == [
        (Event.Kind.SUBMITTED, None),
        (Event.Kind.NOTED, "Ruth Abernathy"),
        (Event.Kind.REPLIED, "Ruth Abernathy"),
        (Event.Kind.SOLVED, "Ruth Abernathy"),
        (Event.Kind.WENT_QUIET, None),
        (Event.Kind.IMPORTED, None),
    ]
    assert one.events.get(kind=Event.Kind.IMPORTED).data == {"source_id": 5}
    assert Organization.objects.get().customers.get() == noor
    assert set(noor.identities.values_list("value", "verified_at")) == {
        ("noor@mail.example", None),
        ("+49301234567", None),
    }


@pytest.mark.parametrize(
    ("status", "last", "state", "kind", "data"),
    [
        (
            "pending",
            message(2, "agent", status_change="pending"),
            State.WAITING,
            Event.Kind.REPLIED,
            {"from": "new", "to": "waiting"},
        ),
        (
            "reopened",
            message(2, status_change="reopened"),
            State.OPEN,
            Event.Kind.CUSTOMER_WROTE,
            {"via": "mail", "from": "solved", "to": "open"},
        ),
        ("resolved", message(2), State.SOLVED, Event.Kind.CUSTOMER_WROTE, {"via": "mail"}),
        ("new", message(2), State.NEW, Event.Kind.CUSTOMER_WROTE, {"via": "mail"}),
    ],
)
def test_states_are_ours_and_say_how_they_came(
    archive: Archive, status: str, last: dict[str, Any], state: str, kind: str, data: dict[str, Any]
) -> None:
    archive.write("tickets", [ticket(status=status)])
    archive.write("messages", [message(1), last])
    archive.take()

    one = Ticket.objects.get()
    told = one.events.get(kind=kind)
    assert one.state == state
    assert told.data == {"message_id": one.messages.last().pk} | data  # type: ignore[union-attr]
    if status == "resolved":
        assert one.events.get(kind=Event.Kind.SOLVED).by_user is None
    if status in {"reopened", "new"}:
        assert one.waiting_since == T0


def test_the_page_of_an_imported_ticket_reads_like_any_other(
    archive: Archive, admin: User, client: Client
) -> None:
    archive.write("tickets", [ticket(status="closed", resolved_at=hours(1), closed_at=hours(8))])
    archive.write("messages", [message(1), message(2, "agent", status_change="resolved")])
    archive.take()
    client.force_login(admin)

    page = client.get(reverse("desk:ticket", args=[10_005])).content.decode()

    assert "Imported from another desk, where it was number 5" in page
    assert "Message 1 *says* &lt;b&gt;so&lt;/b&gt;." in page


def test_staff_come_without_a_password_unless_it_is_for_a_bench(archive: Archive) -> None:
    archive.take()
    ruth = User.objects.get()
    assert (ruth.name, ruth.role, ruth.has_usable_password()) == (
        "Ruth Abernathy",
        Role.ADMIN,
        False,
    )
    assert ruth.joined_at is None
    assert [team.name for team in ruth.teams.all()] == ["Billing"]

    User.objects.all().delete()
    archive.take(with_passwords=True)
    assert User.objects.get().check_password("bench-Pass-42")


def test_production_takes_no_passwords_from_a_file(archive: Archive, settings: Any) -> None:
    settings.TRIAL = False
    with pytest.raises(CommandError, match="takes no passwords from a file"):
        call_command("import_archive", str(archive.folder), "--bench-passwords")
    assert not User.objects.exists()


def test_who_is_known_already_stays_as_they_are(archive: Archive) -> None:
    ours = make_identity("noor@mail.example", name="Noor Haddad")
    ruth = make_agent("R. Abernathy", email="ruth@old.example")
    team = Team.objects.create(name="Accounts")
    billing = make_queue("Billing", team=team)
    archive.write("tickets", [ticket()])
    archive.write("messages", [message(1)])
    archive.take()

    one = Ticket.objects.get()
    assert (one.customer, one.identity, one.owner, one.queue) == (
        ours.customer,
        ours,
        ruth,
        billing,
    )
    ruth.refresh_from_db()
    assert (ruth.name, ruth.role) == ("R. Abernathy", Role.AGENT)
    # Nobody is let into a team by a file.
    assert not ruth.teams.exists()
    assert Customer.objects.get().name == "Noor Haddad"


def test_a_number_that_is_taken_is_refused_and_not_overwritten(archive: Archive) -> None:
    queue = make_queue()
    ours = make_ticket(queue=queue, topic=make_topic(queue=queue))
    theirs = ours.pk - 10_000
    archive.write("tickets", [ticket(id=theirs), ticket(id=theirs + 1)])
    archive.write(
        "messages", [message(1, ticket_id=theirs), message(1, ticket_id=theirs + 1, id=3)]
    )
    report = archive.take()

    assert refusals(report) == [
        f"tickets.jsonl.gz, line 1: the number {ours.pk} belongs to another ticket of this desk",
        f"messages.jsonl.gz, line 1: its ticket {theirs} is not in this archive, or was refused",
    ]
    ours.refresh_from_db()
    assert (ours.subject, ours.messages.count()) == ("Front wheel arrived bent", 1)
    assert Ticket.objects.get(pk=ours.pk + 1).messages.count() == 1
    # And the next one that somebody submits has a number of its own.
    assert make_ticket(queue=queue, topic=None).pk == ours.pk + 2


def test_what_was_mended_in_the_file_is_added_by_the_next_import(archive: Archive) -> None:
    archive.write("tickets", [ticket()])
    archive.write("messages", [message(1), message(2, "agent", author_id=99)])
    assert refusals(archive.take()) == [
        "messages.jsonl.gz, line 2: its author 99 is not in this archive, or was refused"
    ]
    assert Ticket.objects.get().waiting_since == T0

    archive.write("messages", [message(1), message(2, "agent")])
    report = archive.take()

    one = Ticket.objects.get()
    assert (report.added["messages.jsonl.gz"], report.there["messages.jsonl.gz"]) == (1, 1)
    assert (one.messages.count(), one.last_by_us, one.thread_version) == (2, True, 2)
    assert (one.waiting_since, one.first_reply_at) == (None, T0 + timedelta(hours=1))
    assert one.events.filter(kind=Event.Kind.REPLIED).count() == 1


def test_any_order_of_the_lines_will_do(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "BATCH", 2)
    monkeypatch.setattr(stream, "PATIENCE", 2)
    monkeypatch.setattr(stream, "MOST_AHEAD", 3)
    numbers = [4, 1, 5, 3, 2]
    archive.write("tickets", [ticket(id=n) for n in numbers])
    archive.write(
        "messages",
        [message(1, ticket_id=10**15)]
        + [message(seq, id=n * 10 + seq, ticket_id=n) for seq in (2, 1) for n in range(1, 6)],
    )
    report = archive.take()

    assert [one.number for one in report.refusals] == [1]
    for one in Ticket.objects.order_by("pk"):
        said = list(one.messages.values_list("text", flat=True))
        assert said == ["Message 1 *says* <b>so</b>.", "Message 2 *says* <b>so</b>."]
        assert (one.last_text, one.thread_version) == ("Message 2 *says* <b>so</b>.", 2)
        assert one.events.filter(kind=Event.Kind.SUBMITTED).count() == 1
    assert Ticket.objects.count() == 5


def test_an_interrupted_import_goes_on(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "BATCH", 2)
    archive.write("tickets", [ticket(id=n) for n in range(1, 6)])
    archive.write("messages", [message(1, id=n, ticket_id=n) for n in range(1, 6)])
    written: list[int] = []
    write = tickets.write

    def stop_at_the_second(threads: Any, **kwargs: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(len(threads))
        write(threads, **kwargs)

    monkeypatch.setattr(tickets, "write", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        archive.take()
    assert (Ticket.objects.count(), Message.objects.count()) == (2, 2)

    monkeypatch.setattr(tickets, "write", write)
    report = archive.take()

    assert (Ticket.objects.count(), Message.objects.count()) == (5, 5)
    assert (report.added["tickets.jsonl.gz"], report.there["tickets.jsonl.gz"]) == (3, 2)


DEEP = b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "it is not JSON"),
        (b"[1]", "it is no JSON object"),
        (b'{"id": NaN}', "NaN is no number"),
        (b"\xff\xfe", "it is not UTF-8"),
        (DEEP, "its brackets are nested too deep"),
        (b'{"id": 1' + b"0" * 5000 + b"}", "it is not JSON"),
        (b'{"id": "' + b"x" * 9_000_000 + b'"}', "it is longer than 8 MB"),
        (ticket(id=9, subject="a\x00b"), "it holds a NUL character"),
        (ticket(id=9, x=["\ud800"]), "it holds half of a character (a lone surrogate)"),
        (ticket(id=9, subject=7), "“subject” is no text"),
        (ticket(id=9, subject="  "), "“subject” is missing"),
        (ticket(id="9"), "“id” is no whole number"),
        (ticket(id=True), "“id” is no whole number"),
        (ticket(id=0), "“id” is not between 1 and 99999999"),
        (ticket(id=10**40), "“id” is not between 1 and 99999999"),
        (
            ticket(id=9, status=["open"]),
            "“status” is none of new, open, reopened, pending, resolved, closed",
        ),
        (ticket(id=9, priority=6), "“priority” is none of 1, 2, 3, 4, 5"),
        (ticket(id=9, tags="vip"), "“tags” is no list of texts"),
        (ticket(id=9, tags=["x" * 41]), "“tags” holds a text longer than 40 characters"),
        (
            ticket(id=9, created_at="yesterday"),
            "“created_at” is no date and time like 2026-03-11T12:00:00Z",
        ),
        (ticket(id=9, created_at="2026-03-11T12:00:00"), "“created_at” says no time zone"),
        (ticket(id=9, created_at="0001-01-01T00:00:00+14:00"), "“created_at” is before 1970"),
        (ticket(id=9, created_at="9999-12-31T23:59:59-14:00"), "“created_at” is in the future"),
        (ticket(id=9, closed_at=hours(-1)), "“closed_at” is before “created_at”"),
        (ticket(id=9, customer_id=8), "its customer 8 is not in this archive, or was refused"),
        (ticket(id=9, queue_id=2), "its queue 2 is not in this archive, or was refused"),
        (ticket(id=9, agent_id=2), "its agent 2 is not in this archive, or was refused"),
        (ticket(id=5), "there is another ticket with the id 5"),
    ],
)
def test_a_bad_line_is_refused_with_a_reason_and_takes_no_other_with_it(
    archive: Archive, line: dict[str, Any] | bytes, reason: str
) -> None:
    archive.write("tickets", [ticket(), line, ticket(id=6)])
    archive.write("messages", [message(1), message(2, ticket_id=6)])

    assert refusals(archive.take()) == [f"tickets.jsonl.gz, line 2: {reason}"]
    assert Ticket.objects.count() == Message.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "line", "reason"),
    [
        ("messages", message(2, public=False), "a customer cannot have written an internal note"),
        ("messages", message(2, public=1), "“public” is neither true nor false"),
        ("messages", message(2, author_type="robot"), "“author_type” is none of customer, agent"),
        ("messages", message(2, body={}), "“body” is no text"),
        ("messages", message(1), "there is the same message before"),
        ("customers", {"id": 8}, "the customer has neither an e-mail address nor a phone number"),
        ("customers", {"id": 8, "email": "nobody"}, "“email” is no e-mail address"),
        ("customers", CUSTOMERS[0], "there is another customer with the id 7 in this file"),
        ("agents", {"id": 2, "name": "A"}, "“email” is missing"),
        (
            "agents",
            {"id": 2, "email": "a@b.example", "queues": {}},
            "“queues” is no list of whole numbers",
        ),
        ("queues", {"id": 2, "name": "x" * 81}, "“name” is longer than 80 characters"),
    ],
)
def test_a_bad_line_of_any_file_is_refused_alone(
    archive: Archive, name: str, line: dict[str, Any], reason: str
) -> None:
    good = {"queues": QUEUES, "agents": AGENTS, "customers": CUSTOMERS, "messages": [message(1)]}
    archive.write("tickets", [ticket()])
    for file, lines in good.items():
        archive.write(file, [*lines, line] if file == name else lines)

    assert refusals(archive.take()) == [f"{name}.jsonl.gz, line 2: {reason}"]
    assert Ticket.objects.count() == Message.objects.count() == 1


def test_what_only_the_database_refuses_is_found_and_refused_alone(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.write("tickets", [ticket(id=n) for n in (1, 2, 3)])
    archive.write("messages", [message(n, ticket_id=n) for n in (1, 2, 3)])
    # As if a check of ours were missing: Postgres takes no NUL.
    read = tickets.Begun.read.__func__  # type: ignore[attr-defined]

    def careless(cls: type, line: Any, *, at: datetime) -> Any:
        one = read(cls, line, at=at)
        one.subject = "x" * 300 if one.theirs == 2 else one.subject
        return one

    monkeypatch.setattr(tickets.Begun, "read", classmethod(careless))
    report = archive.take()

    assert [(one.file, one.number) for one in report.refusals] == [
        ("tickets.jsonl.gz", 2),
        ("messages.jsonl.gz", 2),
    ]
    assert "the database refuses it: value too long" in report.refusals[0].reason
    assert set(Ticket.objects.values_list("pk", flat=True)) == {10_001, 10_003}
    assert report.added["tickets.jsonl.gz"] == 2


def test_a_damaged_file_is_imported_up_to_the_damage(archive: Archive) -> None:
    archive.write("tickets", [ticket(id=n, subject=f"Subject {n}" * 9) for n in range(1, 400)])
    path = archive.folder / "tickets.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-400])
    report = archive.take()

    assert 0 < Ticket.objects.count() < 399
    assert len(report.refusals) == 1
    assert "damaged from here on" in report.refusals[0].reason


def test_two_people_of_one_phone_stay_two_and_two_lines_of_one_address_are_one(
    archive: Archive,
) -> None:
    phone = "+49 30 1234567"
    archive.write(
        "customers",
        [
            {"id": 1, "name": "Ada", "email": "ada@mail.example", "phone": phone},
            {"id": 2, "name": "Ben", "email": "ben@mail.example", "phone": phone},
            {"id": 3, "name": "Ada L.", "email": "ADA@mail.example", "phone": "no number"},
        ],
    )
    report = archive.take()

    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Ada", "Ben"]
    assert Identity.objects.get(kind="phone").customer.name == "Ada"
    assert report.left_out == {
        "customers.jsonl.gz: phone numbers that are none": 1,
        "customers.jsonl.gz: phone numbers of somebody else": 1,
    }
    assert (report.added["customers.jsonl.gz"], report.there["customers.jsonl.gz"]) == (2, 1)


def test_every_refused_line_is_in_the_report(archive: Archive, tmp_path: Path) -> None:
    archive.write("tickets", [ticket(id=n, subject="") for n in range(1, 30)])
    out, said = tmp_path / "refused.jsonl", io.StringIO()
    call_command("import_archive", str(archive.folder), report=out, stdout=said)

    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(written) == 29
    assert written[28] == {
        "file": "tickets.jsonl.gz",
        "line": 29,
        "reason": "“subject” is missing",
    }
    assert said.getvalue().count("Refused:") == 20


def test_a_folder_without_an_archive_is_said_so(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="nothing to import"):
        call_command("import_archive", str(tmp_path))
    with pytest.raises(CommandError, match="no folder"):
        call_command("import_archive", str(tmp_path / "elsewhere"))


def test_customers_cost_the_same_statements_however_many(
    archive: Archive, django_assert_num_queries: Any
) -> None:
    def lines(first: int, many: int) -> list[dict[str, Any]]:
        return [{"id": n, "email": f"c{n}@mail.example"} for n in range(first, first + many)]

    importing.places.begin()
    for first, many in ((1, 3), (1000, 50)):
        archive.write("customers", lines(first, many))
        report = Report()
        with django_assert_num_queries(9):
            read = importing.Lines(archive.folder, "customers", report)
            list(people.take_customers(read, report, at=AT))
        assert report.added["customers.jsonl.gz"] == many


def test_topics_for_what_was_solved_elsewhere_are_made_once(archive: Archive) -> None:
    archive.write("tickets", [ticket(id=n, status="resolved") for n in (1, 2)])
    archive.take()
    archive.write("tickets", [ticket(id=n, status="resolved") for n in (3, 4)])
    archive.take()

    assert sorted(Topic.objects.values_list("name", flat=True)) == ["Billing", "Imported"]
    assert set(Ticket.objects.values_list("topic__name", flat=True)) == {"Billing"}


def test_no_statement_of_an_import_is_hurried(db: None) -> None:
    """A page gives up after some seconds; a batch on a busy machine may take longer."""

    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (found,) = cursor.fetchone() or ("",)
        return str(found)

    before = limit()
    assert before != "0"
    with copying.patiently():
        assert limit() == "0"
    assert limit() == before
