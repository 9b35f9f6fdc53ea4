"""Bring a backup back: all of it into an empty desk, or into a scratch database to see that it can."""

import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO

import psycopg2
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Max
from psycopg2 import sql

from supportdesk import hold
from supportdesk.backups import programs
from supportdesk.backups.errors import BackupRefused, Damaged, NotEmpty
from supportdesk.backups.manifest import (
    CHUNK_BYTES,
    DUMP,
    FILES,
    Manifest,
    fingerprint_of_our_key,
    listed,
    sha256_of,
    verify,
)
from supportdesk.backups.writing import Tell, count_rows
from supportdesk.models import Backup, Delivery, Hold, User
from tickets.models import Ticket

OTHER_KEY = (
    "This desk has another SECRET_KEY than the one that was backed up: links and answers to mails"
    " from before will not be recognised. If you have the old one, set it before anything starts."
)

_BEGIN = b"""
SET lock_timeout = '10s';
BEGIN;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
# In the same transaction as the rows: there is no moment in which the desk is back and not on hold.
_END = b"""
UPDATE public.supportdesk_desk SET is_on_hold = true;
COMMIT;
"""


def restore(backup: Path, *, at: datetime, tell: Tell = lambda words: None) -> list[str]:
    """Restore into this desk, which must be empty, and hold it. Return what there is to say.

    Raises BackupRefused. Begun again after a failure it goes on where it stopped.
    """
    manifest = verify(backup, tell)
    _refuse_newer(manifest)
    _refuse_what_is_not_empty()
    _put_files_back(backup, manifest, tell)
    _load(backup, programs.place(), tell)
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        _compare_counts(manifest, count_rows(cursor))
    call_command("migrate", interactive=False, verbosity=0)
    _hold(manifest, at)
    said = [OTHER_KEY] if manifest.key != fingerprint_of_our_key() else []
    if manifest.missing:
        said.append(f"{len(manifest.missing)} files were missing already when it was made.")
    return said


def try_out(backup: Path, *, at: datetime, tell: Tell = lambda words: None) -> Manifest:
    """Restore into a scratch database, compare, and drop it. Raises BackupRefused if it is not whole."""
    manifest = verify(backup, tell)
    name = f"{connection.settings_dict['NAME']}_try_{at:%Y%m%d%H%M%S}"
    scratch = sql.Identifier(name)
    _outside_transactions(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(scratch))
    try:
        _load(backup, programs.place(name), tell)
        password = connection.settings_dict["PASSWORD"] or None
        with (
            closing(psycopg2.connect(programs.place(name), password=password)) as line,
            line.cursor() as cursor,
        ):
            _compare_counts(manifest, count_rows(cursor))
    finally:
        _outside_transactions(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(scratch))
    Backup.objects.filter(made_at=manifest.made_at).update(tried_at=at)
    return manifest


def _refuse_newer(manifest: Manifest) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := [one for one in manifest.migrations if one not in known]:
        raise BackupRefused(
            f"The backup was made by a newer desk (it has {newer[-1]}). Install that version first."
        )


def _refuse_what_is_not_empty() -> None:
    """Empty tables of ours may go: a desk that was only just installed has them."""
    tables = set(connection.introspection.table_names())
    if {"supportdesk_user", "tickets_ticket"} <= tables:
        if not User.objects.exists() and not Ticket.objects.exists():
            return
    elif not tables:
        return
    raise NotEmpty(
        "The database is not empty, and nothing is written over. Restore into a new one:"
        " ./desk restore BACKUP --data DIR, or a DATABASE_URL whose database is empty."
    )


def _put_files_back(backup: Path, manifest: Manifest, tell: Tell) -> None:
    for many, (key, checksum) in enumerate(listed(backup), start=1):
        taken = NotEmpty(f"There is another file under the key {key}.")
        if default_storage.exists(key):
            with default_storage.open(key) as there:
                if sha256_of(there) != checksum:
                    raise taken
        else:
            with (backup / FILES / key).open("rb") as content:
                if default_storage.save(key, File(content)) != key:
                    raise taken
        if many % 100 == 0:
            tell(f"{many} of {manifest.files} files")


def _load(backup: Path, into: str, tell: Tell) -> None:
    """Feed pg_restore’s words to psql, in one transaction that ends on hold or not at all."""
    tell("loading the database")
    writing = programs.start(
        "psql",
        *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "-d", into),
        stdin=subprocess.PIPE,
    )
    reading = programs.start(
        "pg_restore",
        *("--no-owner", "--no-privileges", "--file=-", str(backup / DUMP)),
        stdout=subprocess.PIPE,
    )
    assert writing.stdin  # noqa: S101 -- it is a pipe
    try:
        with reading:
            _pour(reading, writing.stdin, tell)
        writing.stdin.flush()
    except BrokenPipeError:
        # psql has ended, and says why below.
        tell("stopping")
    except BaseException:
        writing.kill()
        writing.communicate()
        raise
    programs.finish(writing, "psql", lambda: tell("ending the transaction"))


def _pour(reading: "subprocess.Popen[bytes]", into: IO[bytes], tell: Tell) -> None:
    """Only who has read to the end commits."""
    assert reading.stdout  # noqa: S101 -- it is a pipe
    into.write(_BEGIN)
    done = 0
    while chunk := reading.stdout.read(CHUNK_BYTES):
        into.write(chunk)
        done += len(chunk)
        tell(f"{done / 1e6:.0f} MB into the database")
    if reading.wait():
        raise Damaged("pg_restore cannot read the dump.")
    into.write(_END)


def _hold(manifest: Manifest, at: datetime) -> None:
    """Note why the desk is on hold, and of when its data is.

    Mail that the dump has still waiting is older than the dump, whatever two clocks say.
    """
    latest = Delivery.objects.exclude(state__in=["sent", "failed", "cancelled"])
    written = latest.aggregate(at=Max("created_at"))["at"] or manifest.made_at
    # A hold that stood when the backup was made is over: this is another one.
    Hold.objects.filter(lifted_at=None).update(lifted_at=at)
    hold.begin(reason=Hold.Reason.RESTORED, at=at, data_of=max(manifest.made_at, written))


def _compare_counts(manifest: Manifest, counted: dict[str, int]) -> None:
    for table, many in manifest.rows.items():
        if counted.get(table) != many:
            raise Damaged(f"{table} has {counted.get(table)} rows and should have {many}.")


def _outside_transactions(what: sql.SQL | sql.Composed) -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute(what)
        except ProgrammingError as refused:
            raise BackupRefused(
                "This role may not make a database to try it in. Give it the right"
                " (ALTER ROLE … CREATEDB), or try the restore on another server."
            ) from refused
