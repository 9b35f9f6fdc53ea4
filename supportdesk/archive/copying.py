"""Many rows at once, by Postgres’ COPY."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, models


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 -- Django’s documented API, underscore and all


@contextmanager
def patiently() -> Iterator[None]:
    """Let statements take their time: the limits of a session are for people who wait for a page."""
    names = ("statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names))
        before = cursor.fetchone() or ()
        for name in names:
            cursor.execute("SELECT set_config(%s, '0', false)", [name])
    try:
        yield
    finally:
        # After an error inside a transaction nothing can be asked any more, and all ends anyway.
        if not connection.needs_rollback and not connection.closed_in_transaction:
            with connection.cursor() as cursor:
                for name, value in zip(names, before, strict=True):
                    cursor.execute("SELECT set_config(%s, %s, false)", [name, value])


#: Replaced one after the other, which for long texts is far faster than a table of letters.
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows`` of the fields ``names`` (``owner_id``, …) into the model’s table."""
    fields = [_field(model, name) for name in names]
    json_at = {place for place, field in enumerate(fields) if isinstance(field, models.JSONField)}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into(f'"{table_of(model)}" ({columns})', rows, json_at=json_at)


def into(target: str, rows: Iterable[Sequence[Any]], *, json_at: Iterable[int] = ()) -> None:
    """Write ``rows`` into ``target``, a table and its columns. One statement."""
    as_json = frozenset(json_at)
    lines = io.StringIO()
    for row in rows:
        told = (
            _told(json.dumps(value) if place in as_json and value is not None else value)
            for place, value in enumerate(row)
        )
        lines.write("\t".join(told))
        lines.write("\n")
    lines.seek(0)
    # Django hands this one call on to the driver as it is, with the driver’s own errors.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {target} FROM STDIN", lines)


def fresh_ids(model: type[models.Model], many: int) -> list[int]:
    """Take ``many`` ids from the table’s own counter. One query."""
    if not many:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table_of(model), many],
        )
        return [row[0] for row in cursor.fetchall()]


def count_on_from(model: type[models.Model], last: int) -> None:
    """Let the table’s counter go on above ``last``, if it has not come that far. One query."""
    table = table_of(model)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (counter,) = cursor.fetchone() or ("",)
        # Compared under a lock: two writers at once must not set it back.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"count:{table}"])
        cursor.execute(
            f"SELECT setval(%s, %s) FROM {counter}"  # noqa: S608 -- Postgres’ own name for it
            " WHERE last_value < %s OR (last_value = %s AND NOT is_called)",
            [counter, last, last, last],
        )


def _field(model: type[models.Model], name: str) -> Any:
    for field in model._meta.concrete_fields:  # noqa: SLF001 -- as above
        if name in {field.name, field.attname}:
            return field
    raise LookupError(f"{model.__name__} has no {name}")


def _told(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return _escaped(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _escaped(_array(value))
    if isinstance(value, bytes | memoryview):
        return "\\\\x" + bytes(value).hex()
    return str(value)


def _escaped(text: str) -> str:
    for plain, escaped in _ESCAPES:
        if plain in text:
            text = text.replace(plain, escaped)
    return text


def _array(values: Sequence[Any]) -> str:
    quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in values)
    return "{" + ",".join(f'"{one}"' for one in quoted) + "}"
