"""Bring the tables up to date, with a backup first, and without keeping anybody waiting.

A migration that cannot get its lock within two seconds gives way to the people
who work, and is tried again a little later. Each is one transaction: one that
fails leaves the tables as they were before it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from supportdesk import backups

LOCK_TIMEOUT = "2s"
#: Waits between tries, in seconds: about a minute in all.
WAITS = (1, 2, 4, 8, 15, 30)
_NO_LOCK = "55P03"
#: What an index that could not be built to its end leaves behind.
_HALF_INDEXES = """
    SELECT format('DROP INDEX CONCURRENTLY %I.%I', n.nspname, c.relname)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT i.indisvalid AND n.nspname = 'public'
"""


class UpgradeFailed(Exception):
    """The tables are not what this version needs; the text says what holds and what to do."""


@dataclass(frozen=True)
class Done:
    migrations: int
    backup: Path | None


def pending() -> list[str]:
    """Return the migrations that are not applied, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def bring_up_to_date(
    *, tell: Callable[[str], None] = lambda words: None, backs_up: bool = True
) -> Done:
    """Apply what is missing; a desk with people in it is backed up before. Raises UpgradeFailed."""
    missing = pending()
    if not missing:
        return Done(0, None)
    backup = _back_up(tell) if backs_up and _has_people() else None
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        # An index over millions of rows takes its time, and blocks nobody meanwhile.
        cursor.execute("SET statement_timeout = 0")
    try:
        _migrate(tell)
    finally:
        connection.close()
    return Done(len(missing), backup)


def _back_up(tell: Callable[[str], None]) -> Path:
    tell("backing up first")
    try:
        return backups.make(settings.BACKUP_DIR, tell=tell)
    except backups.BackupRefused as refused:
        raise UpgradeFailed(
            f"There is no backup, so nothing was changed. {refused}"
            " Mend that, or upgrade with --without-backup if you have one of your own."
        ) from refused


def _has_people() -> bool:
    if "supportdesk_user" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        # By its name alone: the model may have columns that the table has not.
        cursor.execute("SELECT EXISTS (SELECT FROM supportdesk_user)")
        return bool(cursor.fetchone()[0])


def _migrate(tell: Callable[[str], None]) -> None:
    for wait in (*WAITS, None):
        left = pending()
        tell(f"{len(left)} migrations to go")
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as busy:
            if getattr(busy.__cause__, "pgcode", "") != _NO_LOCK or wait is None:
                raise _failed(busy) from busy
            tell(f"somebody works on these tables; trying again in {wait} s")
            time.sleep(wait)
            _drop_half_indexes()
        except DatabaseError as reason:
            raise _failed(reason) from reason
        else:
            return


def _drop_half_indexes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_HALF_INDEXES)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _failed(reason: Exception) -> UpgradeFailed:
    left = pending()
    words = str(reason).strip().partition("\n")[0]
    return UpgradeFailed(
        f"The migration {left[0] if left else '?'} failed: {words}. The tables are as they were"
        " before it, and the version before this one runs on them. Start that one again, or mend"
        " the cause and run this once more: it goes on where it stopped."
    )
