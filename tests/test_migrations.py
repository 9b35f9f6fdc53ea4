"""A migration keeps nobody from working, however large the tables are."""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

APPS = {"supportdesk", "customers", "tickets", "feedback", "dashboards"}
#: Written before this rule, or looked at: each with the reason why it may stay.
LOOKED_AT = {
    "dashboards.0002_mark_what_changes": "functions, and triggers, whose locks are short",
    "dashboards.0003_counts_in_the_index": "a queue has one row a day",
    "supportdesk.0002_first_rows": "a desk without rows yet",
    "supportdesk.0004_find_failed_mail": "before the first release",
    "supportdesk.0005_hold_and_backups": "its SQL makes a function",
    "tickets.0002_what_must_never_change": "a desk without rows yet",
    "tickets.0003_quiet_tickets": "before the first release",
    "tickets.0004_see_held_mail": "before the first release",
    "tickets.0007_targets_are_some_time": "a desk has few queues",
    "tickets.0009_say_what_was_imported": "choices alone: no SQL",
    "tickets.0010_search": "functions, and triggers, whose locks are short",
    "tickets.0012_read_old_tickets": "writes a list of numbers, in batches",
    "tickets.0013_read_many_at_once": "functions alone",
}
#: Change nothing in the database, or only what is new in the same migration.
HARMLESS = (
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterOrderWithRespectTo,
    migrations.CreateModel,
    AddConstraintNotValid,
    ValidateConstraint,
)
CONCURRENT = (AddIndexConcurrently, RemoveIndexConcurrently)


def wrong_with(migration: Any) -> Iterator[str]:
    """Say what would lock or rewrite a table that people work with."""
    new: set[str] = set()
    for one in migration.operations:
        if isinstance(one, migrations.CreateModel):
            new.add(one.name_lower)
        touches_new = getattr(one, "model_name_lower", None) in new
        if isinstance(one, CONCURRENT):
            if migration.atomic:
                yield f"{one.describe()}: needs atomic = False"
        elif isinstance(one, migrations.AddField) and not touches_new:
            yield from _wrong_with_field(one)
        elif not isinstance(one, HARMLESS) and not touches_new:
            yield f"{one.describe()}: locks the table, or nobody has looked whether it does"
        if isinstance(one, ValidateConstraint) and any(
            isinstance(other, AddConstraintNotValid) for other in migration.operations
        ):
            yield f"{one.describe()}: in a migration after the one that adds it"


def _wrong_with_field(one: Any) -> Iterator[str]:
    field = one.field
    has_default = field.default is not NOT_PROVIDED or field.db_default is not NOT_PROVIDED
    if not field.null and (not has_default or callable(field.default)):
        yield f"{one.describe()}: null=True, or a constant as its default"
    if field.db_index or field.unique:
        yield f"{one.describe()}: its index in a migration after, concurrently"


def test_no_migration_keeps_people_waiting() -> None:
    loader = MigrationLoader(None)
    found = {
        f"{app}.{name}": list(wrong_with(migration))
        for (app, name), migration in loader.disk_migrations.items()
        if app in APPS and not name.startswith("0001_")
    }
    assert {name: wrong for name, wrong in found.items() if wrong and name not in LOOKED_AT} == {}
    assert [name for name in LOOKED_AT if not found.get(name)] == []


def test_each_migration_can_be_taken_back() -> None:
    loader = MigrationLoader(None)
    stuck = [
        f"{app}.{name}: {one.describe()}"
        for (app, name), migration in loader.disk_migrations.items()
        for one in migration.operations
        if app in APPS and not one.reversible
    ]
    assert stuck == []


def test_the_rule_sees_what_it_should() -> None:
    def migration(*operations: Any, atomic: bool = True) -> Any:
        made = migrations.Migration("x", "tickets")
        made.operations, made.atomic = list(operations), atomic
        return list(wrong_with(made))

    index = models.Index(fields=["a"], name="x")
    number, flag = models.IntegerField(null=True), models.BooleanField(default=False)
    assert migration(migrations.AddField("ticket", "a", number)) == []
    assert migration(migrations.AddField("ticket", "a", flag)) == []
    assert migration(AddIndexConcurrently("ticket", index), atomic=False) == []
    assert migration(
        migrations.CreateModel("New", [("a", number)]), migrations.AddIndex("new", index)
    ) == []  # fmt: skip
    for bad in (
        migrations.AddField("ticket", "a", models.IntegerField()),
        migrations.AddField("ticket", "a", models.IntegerField(null=True, db_index=True)),
        migrations.AddField("ticket", "a", models.UUIDField(default=lambda: 1)),
        migrations.AddIndex("ticket", index),
        AddIndexConcurrently("ticket", index),
        migrations.AlterField("ticket", "a", number),
        migrations.RemoveField("ticket", "a"),
        migrations.RunSQL("UPDATE tickets_ticket SET a = 1"),
        migrations.AddConstraint(
            "ticket", models.CheckConstraint(condition=models.Q(a=1), name="x")
        ),
    ):
        assert len(migration(bad)) == 1, bad
