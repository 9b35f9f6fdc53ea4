"""How many tickets lists hold, none counted further than the cap.

Counting to 500 is to read 500 rows, and every open inbox shows a dozen lists.
So a list that held far more is not counted again until so much has happened at
the desk that it could hold fewer: no ticket leaves a list without an event.
What is shown is what counting would show, at the same instant.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from supportdesk.lib.prepared import Statement
from supportdesk.models import User
from tickets.models import Event, Queue
from tickets.models.ticket_questions import TicketQuerySet

#: Counts stop here and say “500+”.
CAP = 500
#: Events that may have been on their way when a list was counted.
ON_THEIR_WAY = 100
#: Seconds. An address that is verified changes tickets without an event of theirs.
AT_MOST = 300

#: Beside the counts: the latest event, and the queues that somebody sees.
_EVENT, _QUEUES = -1, -2


@dataclass(frozen=True)
class Count:
    n: int

    def __str__(self) -> str:
        return f"{CAP}+" if self.n > CAP else str(self.n)


def count_each(lists: Sequence[TicketQuerySet]) -> list[Count]:
    """Count several lists at one instant, none further than the cap. One query."""
    found = dict(_rows(_counting(dict(enumerate(lists)), limit=CAP + 1)))
    return [Count(found[place]) for place in range(len(lists))]


@dataclass(frozen=True)
class _Plenty:
    """A list that held more than the cap, by so many tickets that it still does."""

    n: int
    event: int
    queues: frozenset[int]
    counted_at: float

    def still(self, event: int, queues: frozenset[int]) -> bool:
        spare = self.n - CAP - ON_THEIR_WAY
        is_young = time.monotonic() - self.counted_at < AT_MOST
        return is_young and queues == self.queues and 0 <= event - self.event < spare


#: Of each person, in this process.
_plenty: dict[tuple[int, str], dict[str, _Plenty]] = {}


def count_views(
    slugs: Sequence[str], *, user: User, statement: Callable[[tuple[str, ...], int], Statement]
) -> dict[str, Count]:
    """Count views. ``statement`` writes, by ``beside``, how some are counted up to a limit.

    One query, seldom a second.
    """
    limit = 2 * CAP + ON_THEIR_WAY
    who = (user.pk, user.role)
    known = dict(_plenty.get(who, {}))
    asked = tuple(slug for slug in slugs if slug not in known)
    counted, event, queues = _read(statement(asked, limit), asked)
    unsure = tuple(slug for slug, one in known.items() if not one.still(event, queues))
    if unsure:
        more, event, queues = _read(statement(unsure, limit), unsure)
        counted |= more
    for slug, n in counted.items():
        known[slug] = _Plenty(n, event, queues, time.monotonic())
    _plenty[who] = {slug: one for slug, one in known.items() if one.still(event, queues)}
    return {slug: Count(known[slug].n) for slug in slugs}


def beside(lists: Mapping[str, TicketQuerySet], *, user: User, limit: int) -> Statement:
    """Write the statement that counts ``lists``, and says where the desk stands meanwhile."""
    return _together(
        _counting(lists, limit=limit),
        _told(_EVENT, Event.objects.order_by("-pk")[:1]),
        _told(_QUEUES, Queue.objects.visible_to(user).order_by()),
    )


def _read(asked: Statement, slugs: tuple[str, ...]) -> tuple[dict[str, int], int, frozenset[int]]:
    counted: dict[str, int] = {}
    event, queues = 0, set()
    for place, n in _rows(asked):
        if place == _EVENT:
            event = n
        elif place == _QUEUES:
            queues.add(n)
        else:
            counted[slugs[place]] = n
    return counted, event, frozenset(queues)


def _counting(lists: Mapping[Any, QuerySet[Any, Any]], *, limit: int) -> Statement:
    return _together(
        *(_told(place, rows[:limit], "count(*)") for place, rows in enumerate(lists.values()))
    )


def _told(place: int, rows: QuerySet[Any, Any], what: str = "pk") -> Statement:
    sql, params = rows.values("pk").query.sql_with_params()
    return Statement(f"SELECT {place} AS place, {what} AS n FROM ({sql}) AS rows", params)  # noqa: S608 -- the SQL is Django’s own


def _together(*parts: Statement) -> Statement:
    return Statement(
        " UNION ALL ".join(part.sql for part in parts if part.sql),
        tuple(value for part in parts for value in part.params),
    )


def _rows(asked: Statement) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, asked.params)
        return list(cursor.fetchall())
