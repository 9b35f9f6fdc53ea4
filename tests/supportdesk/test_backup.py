"""The restore drill: a lively desk backed up, brought back elsewhere, and silent until somebody looked."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from supportdesk import backups, hold, outbox, tasks, timers
from supportdesk.backups import writing
from supportdesk.models import Attempt, Backup, Delivery, Desk, Hold, Role, Timer, User
from tests.factories import make_agent, make_queue, make_reply, make_team, make_ticket
from tests.supportdesk.mail_server import Server, running
from tests.tickets.mail.mails import READER, make_mail
from tickets import files
from tickets.mail import intake
from tickets.models import Attachment, Event, InboundMail, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "supportdesk_elsewhere"
State = Delivery.State


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with running() as server:
        settings.MAIL_SERVER = server.address
        yield server


@pytest.fixture
def elsewhere(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """From ``go_elsewhere`` on, an empty database and an empty place for files; then back again."""
    name = connection.settings_dict["NAME"]
    yield
    connection.close()
    connection.settings_dict["NAME"] = name
    _drop()


def _drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {OTHER} WITH (FORCE)")


def go_elsewhere(settings: Settings, tmp_path: Path) -> None:
    _drop()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {OTHER} TEMPLATE template0")
    connection.close()
    connection.settings_dict["NAME"] = OTHER
    storages = {**settings.STORAGES}
    options = {**storages["default"]["OPTIONS"], "location": f"{tmp_path}/elsewhere"}
    settings.STORAGES = {**storages, "default": {**storages["default"], "OPTIONS": options}}


def make_lively(at: datetime) -> Ticket:
    """A ticket with files, mail that waits and mail that went, a timer and a mail just come in."""
    team = make_team("Bikes")
    agent = make_agent("Tomás Oliveira", team=team)
    make_agent("Ada Min", role=Role.ADMIN)
    queue = make_queue("Bikes", team=team)
    ticket = make_ticket(queue=queue, owner=agent, at=at - timedelta(hours=3))
    for n in range(3):
        kept = files.store_bytes(f"file {n}".encode() * 500, f"order-{n}.txt", at=at)
        Attachment.objects.filter(pk=kept.pk).update(message=ticket.messages.get())
    make_reply(ticket, agent, at=at - timedelta(hours=2))
    timers.set(
        kind="none", subject="x", subject_id=1, group="x", key="due", due_at=at - timedelta(hours=1)
    )
    intake.receive(make_mail(subject="New words"), "desk@desk.example", at=at)
    return ticket


def counted() -> dict[str, int]:
    with connection.cursor() as cursor:
        return writing.count_rows(cursor)


def everything(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(string_agg(t::text, '\n' ORDER BY id)) FROM {table} t")
        return str(cursor.fetchone()[0])


def work(at: datetime) -> None:
    """What the workers do, all of it."""
    tasks.run_timers()
    while outbox.send_next(at=at):
        pass
    outbox.reap(at=at)
    while intake.process_next(at=at, reader=READER):
        pass


def test_a_restored_desk_is_the_same_and_does_nothing_until_an_admin_lifts_the_hold(
    server: Server, elsewhere: None, settings: Settings, tmp_path: Path
) -> None:
    at = timezone.now()
    ticket = make_lively(at)
    hold.notice_a_move(at=at)
    due = Delivery.objects.filter(state=State.QUEUED, release_at__lte=at).count()
    assert due >= 2
    before, words = counted(), everything("tickets_message")
    ledger, sums = everything("tickets_event"), sums_of_files()
    assert len(sums) == 3

    folder = backups.make(tmp_path / "backups")
    listed = (folder / "files.sha256").read_text()
    assert sums == {line.split("/", 1)[1]: line[:64] for line in listed.splitlines()}
    assert Backup.objects.get().name == folder.name
    assert (
        subprocess.run(["sha256sum", "-c", "files.sha256"], cwd=folder, check=False).returncode == 0
    )

    go_elsewhere(settings, tmp_path)
    assert backups.restore(folder, at=timezone.now()) == []

    after = counted()
    # What came of being restored itself: a note of why the desk is on hold.
    assert after | {"supportdesk_hold": 0} == before | {"supportdesk_hold": 0}
    assert everything("tickets_message") == words
    assert everything("tickets_event") == ledger
    assert sums_of_files() == sums
    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
        Event.objects.update(at=at)
    assert make_ticket(queue=ticket.queue, at=timezone.now()).pk > ticket.pk

    # Hours later, everything is long due, and nothing happens.
    later = timezone.now() + timedelta(hours=5)
    work(later)
    assert server.mails == []
    assert Timer.objects.get(key="due").fired_at is None
    assert InboundMail.objects.get().state == InboundMail.State.NEW
    assert files.sweep(at=later + timedelta(days=9)) == 0
    assert Client().get("/readyz", secure=True).json()["down"] == ["hold"]
    standing = hold.current()
    assert standing
    assert standing.reason == Hold.Reason.RESTORED
    waiting = Delivery.objects.filter(created_at__lte=standing.data_of, state=State.QUEUED).count()
    assert waiting == due

    # One who is let in lifts it; what may have gone out before is kept back, the new mail goes.
    admin = User.objects.get(role=Role.ADMIN)
    new = outbox.queue_mail(
        kind="test", recipient="new@mail.example", subject="x", subject_id=1, group_key="new",
        payload={"from": ["Desk", "desk@desk.example"], "subject": "New", "text": "New."},
        at=later - timedelta(minutes=20),
    )  # fmt: skip
    assert new
    lifted = hold.lift(by=admin, at=later, mails=Hold.Mails.KEEP)
    assert lifted
    assert (lifted.lifted_by, lifted.kept) == (admin, due)
    assert hold.lift(by=admin, at=later, mails=Hold.Mails.SEND) is None
    for minutes in (0, 11, 120):
        work(later + timedelta(minutes=minutes))
    assert server.recipients.count("new@mail.example") == 1
    kept = Delivery.objects.filter(response=outbox.KEPT_BACK)
    assert {mail.state for mail in kept} == {State.IN_DOUBT}
    assert kept.count() == due
    sent = [mail["Message-ID"] for mail in server.read]
    assert len(sent) == len(set(sent))
    assert set(kept.values_list("message_id", flat=True)).isdisjoint(sent)
    assert Attempt.objects.filter(response=outbox.KEPT_BACK).count() == due
    assert InboundMail.objects.get().state == InboundMail.State.DONE
    assert not Desk.current().is_on_hold


def sums_of_files() -> dict[str, str]:
    sums = {}
    for key in Attachment.objects.values_list("storage_key", flat=True):
        with default_storage.open(key) as content:
            sums[key] = hashlib.sha256(content.read()).hexdigest()
    return sums


def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_written(
    elsewhere: None, settings: Settings, tmp_path: Path
) -> None:
    make_lively(timezone.now())
    folder = backups.make(tmp_path / "backups")
    whole = (folder / "database.dump").read_bytes()
    name = next((folder / "files").glob("*/*"))
    content = name.read_bytes()
    go_elsewhere(settings, tmp_path)

    name.chmod(0o600)
    name.write_bytes(content[:-1] + b"!")
    with pytest.raises(backups.BackupRefused, match=f"{name.name} is not what was written"):
        backups.restore(folder, at=timezone.now())
    name.write_bytes(content)

    # Cut short, with a manifest that agrees: only reading it shows.
    (folder / "database.dump").write_bytes(whole[: len(whole) * 2 // 3])
    said = json.loads((folder / "manifest.json").read_text())
    said["dump_sha256"] = hashlib.sha256((folder / "database.dump").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(said))
    with pytest.raises(backups.BackupRefused):
        backups.restore(folder, at=timezone.now())
    connection.close()
    assert connection.introspection.table_names() == []


def test_a_backup_of_a_newer_desk_or_into_one_with_tickets_is_refused(
    elsewhere: None, settings: Settings, tmp_path: Path
) -> None:
    make_lively(timezone.now())
    folder = backups.make(tmp_path / "backups")
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", folder)
    assert Ticket.objects.exists()

    said = json.loads((folder / "manifest.json").read_text())
    said["migrations"].append("tickets.9999_from_the_future")
    (folder / "manifest.json").write_text(json.dumps(said))
    go_elsewhere(settings, tmp_path)
    with pytest.raises(CommandError, match="made by a newer desk"):
        call_command("restore", folder)


def test_a_trial_restore_leaves_a_stamp_and_no_database(
    elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_lively(timezone.now())
    into = tmp_path / "backups"
    (into / "somebody-elses").mkdir(parents=True)
    for n in range(3):
        Backup.objects.all().delete()
        call_command("backup", into, keep=2, tried=n == 2)
        (newest,) = into.glob("desk-20[2-9]*")
        # Their names are by the second, and three come within one.
        newest.rename(into / f"desk-200{n}0101-000000")
    assert "restored into a scratch database, and whole" in capsys.readouterr().out
    assert [each.name[:9] for each in sorted(into.glob("desk-*"))] == ["desk-2001", "desk-2002"]
    assert (into / "somebody-elses").exists()
    assert Backup.objects.get().tried_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%\\_try\\_%'")
        assert cursor.fetchone() == (0,)


def test_a_file_that_is_gone_is_counted_and_the_rest_is_saved(
    elsewhere: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_lively(timezone.now())
    lost = Attachment.objects.first()
    assert lost
    default_storage.delete(lost.storage_key)
    call_command("backup", tmp_path / "backups")
    assert (Backup.objects.get().files, Backup.objects.get().missing) == (2, 1)
    assert lost.storage_key in capsys.readouterr().err


def test_a_desk_that_wakes_up_in_another_postgres_holds_by_itself(
    server: Server, elsewhere: None
) -> None:
    """As after a copy by other tools: nobody told it."""
    at = timezone.now()
    make_lively(at - timedelta(hours=1))
    hold.notice_a_move(at=at)
    assert not hold.is_held()
    last = timezone.now() - timedelta(minutes=30)
    Timer.objects.update_or_create(
        key="tick", defaults={"kind": "tick", "due_at": last, "fired_at": last, "subject_id": 0}
    )
    Desk.objects.update(system_id=1)

    assert hold.is_held()
    assert not outbox.send_next(at=at)
    assert not intake.process_next(at=at, reader=READER)
    assert timers.run_due(at=at) == 0
    assert not Desk.current().is_on_hold

    tasks.run_timers()
    standing = hold.current()
    assert standing
    assert (standing.reason, standing.data_of) == (Hold.Reason.MOVED, last)
    tasks.run_timers()
    assert Hold.objects.count() == 1

    admin = User.objects.get(role=Role.ADMIN)
    hold.lift(by=admin, at=at, mails=Hold.Mails.SEND)
    assert not hold.is_held()
    work(at)
    assert len(server.mails) >= 2
    assert {mail.state for mail in Delivery.objects.filter(created_at__lte=last)} == {State.SENT}


def test_whoever_may_not_read_postgres_own_facts_is_not_needed(elsewhere: None) -> None:
    """The desk’s role in production is an ordinary one."""
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS ordinary_desk")
        cursor.execute("CREATE ROLE ordinary_desk")
        cursor.execute("GRANT SELECT ON supportdesk_desk TO ordinary_desk")
        try:
            cursor.execute("SET ROLE ordinary_desk")
            assert not hold.is_held()
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute("REVOKE ALL ON supportdesk_desk FROM ordinary_desk")
            cursor.execute("DROP ROLE ordinary_desk")
