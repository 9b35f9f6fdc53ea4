"""An upgrade backs up first, gives way to people who work, and says what holds if it fails."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, migrations
from django.db.migrations.loader import MigrationLoader
from pytest_django import Settings

from supportdesk import backups, upgrade
from supportdesk.models import User
from tests.factories import make_agent

pytestmark = pytest.mark.django_db(transaction=True)
NEW = ("supportdesk", "9999_new")


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A version with one more migration; put its operations in."""
    operations: list[Any] = []
    load = MigrationLoader.load_disk

    def with_one_more(self: MigrationLoader) -> None:
        load(self)
        latest = max(name for app, name in self.disk_migrations if app == "supportdesk")
        made = migrations.Migration(NEW[1], NEW[0])
        made.operations = operations
        made.dependencies = [(NEW[0], latest)]
        self.disk_migrations[NEW] = made

    monkeypatch.setattr(MigrationLoader, "load_disk", with_one_more)
    yield operations
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = %s", [NEW[1]])
        cursor.execute("DROP TABLE IF EXISTS brand_new")


def has_new_table() -> bool:
    return "brand_new" in connection.introspection.table_names()


def test_a_desk_with_people_is_backed_up_before_anything_changes(
    next_version: list[Any], settings: Settings, tmp_path: Path
) -> None:
    settings.BACKUP_DIR = tmp_path
    make_agent()
    next_version.append(migrations.RunSQL("CREATE TABLE brand_new (id int)"))
    done = upgrade.bring_up_to_date()
    assert has_new_table()
    assert done.backup
    manifest = backups.Manifest.read(done.backup)
    assert "supportdesk.9999_new" not in manifest.migrations
    assert manifest.rows["supportdesk_user"] == 1
    assert upgrade.bring_up_to_date() == upgrade.Done(0, None)
    assert len(list(tmp_path.glob("desk-*"))) == 1


def test_an_empty_desk_needs_no_backup_and_one_that_cannot_be_backed_up_stays(
    next_version: list[Any], settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.BACKUP_DIR = tmp_path / "file"
    next_version.append(migrations.RunSQL("CREATE TABLE brand_new (id int)"))
    make_agent()
    with pytest.raises(CommandError, match="There is no backup, so nothing was changed"):
        call_command("upgrade")
    assert not has_new_table()
    User.objects.all().delete()
    assert upgrade.bring_up_to_date().backup is None
    assert has_new_table()


def test_one_that_fails_leaves_the_tables_as_they_were(next_version: list[Any]) -> None:
    next_version += [
        migrations.RunSQL("CREATE TABLE brand_new (id int)"),
        migrations.RunSQL("SELECT 1/0"),
    ]
    with pytest.raises(upgrade.UpgradeFailed, match="9999_new failed: division by"):
        upgrade.bring_up_to_date()
    assert not has_new_table()
    assert upgrade.pending() == ["supportdesk.9999_new"]


def test_it_gives_way_to_who_works_and_comes_again(
    next_version: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(upgrade, "WAITS", (0.01,))
    next_version += [
        migrations.RunSQL("CREATE TABLE brand_new (id int)"),
        migrations.RunSQL("ALTER TABLE supportdesk_team ADD COLUMN brand_new int"),
        migrations.RunSQL("ALTER TABLE supportdesk_team DROP COLUMN brand_new"),
    ]
    works, may_go = threading.Event(), threading.Event()

    def work() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT * FROM supportdesk_team")
            works.set()
            may_go.wait(20)
            cursor.execute("ROLLBACK")
        connections.close_all()

    told: list[str] = []

    def tell(words: str) -> None:
        told.append(words)
        if words.startswith("somebody works"):
            may_go.set()
            somebody.join()

    somebody = threading.Thread(target=work)
    somebody.start()
    works.wait(20)
    assert upgrade.bring_up_to_date(tell=tell).migrations == 1
    assert "somebody works on these tables; trying again in 0.01 s" in told
    assert has_new_table()
