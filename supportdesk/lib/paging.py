"""Pages by key, not by number: page 4,000 costs what page 1 costs."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of rows; ``next`` and ``previous`` are cursors, empty at the ends."""

    rows: list[M]
    next: str
    previous: str


class Place(NamedTuple):
    """Where a page begins, or, backwards, ends: beyond this row."""

    backwards: bool
    at: datetime | None
    pk: int


@dataclass(frozen=True)
class Order:
    """``(key, pk)``, and how many rows stand on a page.

    ``key`` is a datetime field with an index on ``(key, id)``; rows without a
    value come last (they may only exist in ascending order).
    """

    key: str
    size: int
    descending: bool = False

    def rows(self, rows: QuerySet[M, M], place: Place | None) -> QuerySet[M, M]:
        """Return the rows beyond ``place``, one more than a page."""
        upwards = self.descending == bool(place and place.backwards)
        if place:
            has_nulls = bool(rows.model._meta.get_field(self.key).null)  # noqa: SLF001 -- Django’s documented API
            rows = rows.filter(_beyond(place, self.key, upwards=upwards, has_nulls=has_nulls))
        sign = "" if upwards else "-"
        return rows.order_by(f"{sign}{self.key}", f"{sign}pk")[: self.size + 1]

    def page(self, found: list[M], place: Place | None) -> Page[M]:
        """Make a page of what was found beyond ``place``."""
        backwards = bool(place and place.backwards)
        more = len(found) > self.size
        found = found[: self.size]
        if backwards:
            found.reverse()
        has_next = bool(found) and (backwards or more)
        has_previous = bool(found) and (more if backwards else place is not None)
        return Page(
            rows=found,
            next=_write(found[-1], self.key, backwards=False) if has_next else "",
            previous=_write(found[0], self.key, backwards=True) if has_previous else "",
        )


def page_of(
    rows: QuerySet[M, M], *, key: str, size: int, cursor: str = "", descending: bool = False
) -> Page[M]:
    """Return the page of ``rows`` behind ``cursor``. One query.

    A cursor that is not one of ours shows the first page.
    """
    order, place = Order(key, size, descending), place_of(cursor)
    return order.page(list(order.rows(rows, place)), place)


def _beyond(place: Place, key: str, *, upwards: bool, has_nulls: bool) -> Q:
    """The rows on the far side of ``place``; Postgres puts nulls at the upper end.

    The bound says again what the rest says, as one comparison: only that is a
    place in an index. Without it page 4,000 is read from page 1 on.
    """
    same_moment = Q(**{key: place.at, f"pk__{'gt' if upwards else 'lt'}": place.pk})
    if place.at is None:
        same_moment = Q(**{f"{key}__isnull": True}) & Q(
            **{f"pk__{'gt' if upwards else 'lt'}": place.pk}
        )
        return same_moment if upwards else same_moment | Q(**{f"{key}__isnull": False})
    further = Q(**{f"{key}__{'gt' if upwards else 'lt'}": place.at})
    bound = Q(**{f"{key}__{'gte' if upwards else 'lte'}": place.at})
    if upwards and has_nulls:
        further |= Q(**{f"{key}__isnull": True})
        bound |= Q(**{f"{key}__isnull": True})
    return bound & (further | same_moment)


def _write(row: Model, key: str, *, backwards: bool) -> str:
    at = getattr(row, key)
    value = [int(backwards), at and at.isoformat(), row.pk]
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place | None:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        backwards, at, pk = json.loads(raw)
        found = Place(bool(backwards), datetime.fromisoformat(at) if at else None, int(pk))
    except (ValueError, TypeError, binascii.Error):
        return None
    # Ours are in a zone, and no key of a row is longer.
    is_ours = (found.at is None or found.at.tzinfo) and abs(found.pk) < 2**63
    return found if is_ours else None


def capped(rows: QuerySet[Any, Any], limit: int = 500) -> tuple[int, str]:
    """Return how many rows there are, at most ``limit`` + 1, and the words for it."""
    n = rows.order_by()[: limit + 1].count()
    return n, f"{limit}+" if n > limit else str(n)
