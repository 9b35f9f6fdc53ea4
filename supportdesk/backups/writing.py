"""Make a backup: one snapshot of the database, then the files that it names."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from supportdesk.backups import programs
from supportdesk.backups.errors import BackupRefused
from supportdesk.backups.manifest import (
    CHUNK_BYTES,
    DUMP,
    FILES,
    LIST,
    NAME,
    Manifest,
    fingerprint_of_our_key,
    is_safe,
    sha256_of,
    verify,
)
from supportdesk.models import Backup, Desk
from tickets.models import Attachment

PREFIX = "desk-"
#: Whoever restores a backup signs in anew, and a cache is a cache.
WITHOUT_ROWS = ("django_session", "cache")
Tell = Callable[[str], None]


def make(into: Path, *, keep: int | None = None, tell: Tell = lambda words: None) -> Path:
    """Write a backup into a new folder in ``into`` and return it, read again and compared.

    With ``keep``, older ones than the newest so many are removed afterwards.
    Raises BackupRefused when it cannot be done; nothing half-made keeps its name.
    """
    with _alone(into):
        half = into / f"{PREFIX}unfinished"
        shutil.rmtree(half, ignore_errors=True)
        try:
            half.mkdir(mode=0o700)
            manifest = _write(half, tell)
            whole = into / f"{PREFIX}{manifest.made_at:%Y%m%d-%H%M%S}"
            half.rename(whole)
        except OSError as refused:
            raise BackupRefused(
                f"The backup could not be written to {into}: {refused.strerror}."
            ) from refused
        finally:
            shutil.rmtree(half, ignore_errors=True)
        if keep:
            _remove_old(into, keep)
    note(manifest, whole.name)
    return whole


def note(manifest: Manifest, name: str) -> None:
    """Write down that there is this backup; not in tables from before there was a place for it."""
    if "supportdesk_backup" not in connection.introspection.table_names():
        return
    Backup.objects.create(
        name=name,
        made_at=manifest.made_at,
        size_bytes=manifest.size_bytes,
        files=manifest.files,
        missing=len(manifest.missing),
    )


def _write(half: Path, tell: Tell) -> Manifest:
    with _snapshot() as (snapshot, facts):
        if shutil.disk_usage(half).free < facts["files_bytes"]:
            raise BackupRefused(f"There is not enough room in {half.parent}.")
        _dump(half / DUMP, snapshot, tell)
    files, files_bytes, missing = _copy_files(half, facts["keys"], tell)
    Manifest(
        made_at=facts["made_at"],
        postgres=facts["postgres"],
        migrations=facts["migrations"],
        rows=facts["rows"],
        dump_bytes=(half / DUMP).stat().st_size,
        dump_sha256=sha256_of(half / DUMP),
        files=files,
        files_bytes=files_bytes,
        list_sha256=sha256_of(half / LIST),
        missing=missing,
        key=fingerprint_of_our_key(),
    ).write(half)
    for name in (DUMP, LIST, NAME):
        with (half / name).open("rb") as file:
            _to_disk(file)
    return verify(half, tell)


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    try:
        into.mkdir(parents=True, mode=0o700, exist_ok=True)
        lock = os.open(into / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as refused:
        raise BackupRefused(f"Nothing can be written to {into}: {refused.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupRefused(f"Another backup is being written to {into}.") from None
    finally:
        os.close(lock)


@contextmanager
def _snapshot() -> Iterator[tuple[str, dict[str, Any]]]:
    """One instant of the database: its name for pg_dump, and what is counted in it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # This connection waits while pg_dump reads, and counting a large table takes its time.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot(), now(), current_setting('server_version')")
        snapshot, made_at, postgres = cursor.fetchone()
        yield snapshot, _facts(cursor, made_at, postgres)


def _facts(cursor: Any, made_at: datetime, postgres: str) -> dict[str, Any]:
    applied = MigrationRecorder(connection).applied_migrations()
    keys: list[str] = []
    files_bytes = 0
    rows = Attachment.objects.order_by("pk").values_list("storage_key", "preview_key", "size_bytes")
    for storage_key, preview_key, size_bytes in rows.iterator():
        keys += filter(None, (storage_key, preview_key))
        files_bytes += size_bytes
    keys += _logo()
    return {
        "made_at": made_at,
        "postgres": postgres,
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "rows": count_rows(cursor),
        "keys": keys,
        "files_bytes": files_bytes,
    }


def count_rows(cursor: Any) -> dict[str, int]:
    """Count every table of ours whose rows a backup holds."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND NOT tablename = ANY(%s)"
        " ORDER BY tablename",
        [list(WITHOUT_ROWS)],
    )
    counted = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM public."{table}"')  # noqa: S608 -- Postgres’ own list
        counted[table] = cursor.fetchone()[0]
    return counted


def _dump(path: Path, snapshot: str, tell: Tell) -> None:
    tell("reading the database")
    without = [f"--exclude-table-data=public.{table}" for table in WITHOUT_ROWS]
    program = programs.start(
        "pg_dump",
        *("--format=custom", "--no-owner", "--no-privileges"),
        *("--lock-wait-timeout=60s", f"--snapshot={snapshot}", f"--file={path}", *without),
        *("-d", programs.place()),
    )

    def wait() -> None:
        if path.exists():
            tell(f"{path.stat().st_size / 1e6:.0f} MB of the database")

    _finish(program, wait)


def _finish(program: "subprocess.Popen[bytes]", wait: Callable[[], None]) -> None:
    try:
        programs.finish(program, "pg_dump", wait)
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()


def _copy_files(half: Path, keys: list[str], tell: Tell) -> tuple[int, int, list[str]]:
    """Copy what the rows name. Return how many, how large, and which were not there."""
    many = size = 0
    missing = []
    with (half / LIST).open("w") as names:
        for key in keys:
            if not is_safe(key):
                raise BackupRefused(f"A row names a file by a key that is none: {key!r}.")
            try:
                content = default_storage.open(key)
            except FileNotFoundError:
                missing.append(key)
                continue
            to = half / FILES / key
            to.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
            digest = hashlib.sha256()
            with content, to.open("xb") as file:
                for chunk in content.chunks(CHUNK_BYTES):
                    digest.update(chunk)
                    file.write(chunk)
                    size += len(chunk)
                _to_disk(file)
            to.chmod(0o600)
            names.write(f"{digest.hexdigest()}  {FILES}/{key}\n")
            many += 1
            if many % 100 == 0:
                tell(f"{many} of {len(keys)} files")
    return many, size, _still_wanted(missing)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _still_wanted(missing: list[str]) -> list[str]:
    """Leave out what was deleted since the snapshot, row and file: uploads that nobody sent."""
    rows = Attachment.objects.filter(storage_key__in=missing) | Attachment.objects.filter(
        preview_key__in=missing
    )
    known = {key for pair in rows.values_list("storage_key", "preview_key") for key in pair}
    return [key for key in missing if key in known or key in _logo()]


def _logo() -> list[str]:
    """Asked by its column alone: before an upgrade the row lacks what is new."""
    return [logo for logo in Desk.objects.values_list("logo", flat=True) if logo]


def _remove_old(into: Path, keep: int) -> None:
    """Remove whole backups of ours beyond the newest ``keep``; whatever else lies there stays."""
    ours = []
    for folder in into.glob(f"{PREFIX}[0-9]*"):
        try:
            ours.append((Manifest.read(folder).made_at, folder))
        except BackupRefused:
            continue
    for _made_at, folder in sorted(ours, reverse=True)[keep:]:
        shutil.rmtree(folder)
