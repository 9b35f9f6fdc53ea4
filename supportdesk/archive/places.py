"""Where the rows of an archive have found their place: its ids beside ours.

A table of this connection alone, so that the memory of an import does not grow
with its archive.
"""

from collections.abc import Iterable

from django.db import connection

from supportdesk.archive import copying

_MAKE = """
CREATE TEMP TABLE IF NOT EXISTS archive_place (
    kind varchar(40), theirs bigint, ours bigint NOT NULL, PRIMARY KEY (kind, theirs)
);
TRUNCATE archive_place;
"""


def begin() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)


def keep(kind: str, found: Iterable[tuple[int, int]]) -> None:
    """Note pairs of their id and ours; none of them is noted yet."""
    copying.into("archive_place", ((kind, theirs, ours) for theirs, ours in found))


def find(kind: str, theirs: Iterable[int]) -> dict[int, int]:
    """Return our ids for theirs, as far as they are known. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT theirs, ours FROM archive_place WHERE kind = %s AND theirs = ANY(%s)",
            [kind, list(set(theirs))],
        )
        return dict(cursor.fetchall())
