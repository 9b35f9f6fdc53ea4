"""Write the rows that admins arrange: only the columns that a form meant."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def write(row: Row, columns: Mapping[str, Any]) -> Row:
    """Write ``columns`` of a row, or the whole row if it is new."""
    for name, value in columns.items():
        setattr(row, name, value)
    if row.pk:
        row.save(update_fields=list(columns))
    else:
        row.save()
    return row


def move(row: Row, among: QuerySet[Row], *, up: bool) -> None:
    """Swap a row with its neighbour in ``among``, and number all of them anew."""
    rows = list(among)
    here = rows.index(row)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for place, one in enumerate(rows):
        write(one, {"position": place})
