"""Several small questions asked in one statement: a page that needs ten lists waits once."""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, Model, QuerySet

from supportdesk.lib.prepared import Statement

_AS_JSON = "SELECT %s AS name, row_number() OVER () AS place, to_jsonb(one)::text AS row FROM"


def together(**asked: QuerySet[Any, Any]) -> dict[str, list[Any]]:
    """Return the rows of each queryset, in its order. One query, none if nothing can be found.

    For lists of a few dozen rows: each travels as JSON and is made a model again.
    ``only`` and annotations are kept; ``select_related`` and prefetches are not.
    """
    return read(asking(**asked))


def asking(**asked: QuerySet[Any, Any]) -> Statement:
    """Write the statement of ``together``, to be read now or, ``written_once``, again and again."""
    parts: list[str] = []
    params: list[Any] = []
    for name, rows in asked.items():
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        # Django’s own SQL, its values still apart from it.
        parts.append(f"{_AS_JSON} ({sql}) AS one")
        params += [name, *values]
    about = {
        name: (rows.model, tuple(rows.query.annotation_select)) for name, rows in asked.items()
    }
    return Statement(" UNION ALL ".join(parts), tuple(params), about)


def read(statement: Statement) -> dict[str, list[Any]]:
    """Ask what ``asking`` wrote."""
    placed: dict[str, list[tuple[int, str]]] = {name: [] for name in statement.about}
    if statement.sql:
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.params)
            for name, place, row in cursor.fetchall():
                placed[name].append((place, row))
    found: dict[str, list[Any]] = {}
    for name, (model, extra) in statement.about.items():
        found[name] = [_instance(model, extra, json.loads(row)) for _, row in sorted(placed[name])]
    return found


def _instance(model: type[Model], extra: tuple[str, ...], row: dict[str, Any]) -> Model:
    columns = [field for field in model._meta.concrete_fields if field.column in row]  # noqa: SLF001 -- Django documents _meta
    made = model.from_db(
        connection.alias,
        [field.attname for field in columns],
        [_value(field, row[str(field.column)]) for field in columns],
    )
    for name in extra:
        setattr(made, name, row[name])
    return made


def _value(field: "Field[Any, Any]", value: Any) -> Any:
    """JSON has no moments and no keys of its own: read them as the column’s."""
    target = getattr(field, "target_field", field)
    return None if value is None else target.to_python(value)
