"""Spans of opening hours: measured quickly, sorted into classes, and their middle found.

A class is a quarter of a doubling wide: whoever stands anywhere in it is told
to within a tenth.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime, timedelta

from supportdesk.lib.worktime import Calendar

#: The lower ends of the classes, in minutes: small ones, then four to each doubling from 15 on.
EDGES: tuple[int, ...] = (
    0,
    1,
    2,
    3,
    5,
    8,
    11,
    *(round(15 * 2 ** (n / 4)) for n in range(44)),
)


def class_of(minutes: int) -> int:
    """Return the place in ``EDGES`` of the class that holds ``minutes``."""
    return bisect_right(EDGES, minutes) - 1


def middle_of(place: int) -> int:
    """Return the minutes in the middle of a class; of the last, which has no end, its beginning."""
    return sum(EDGES[place : place + 2]) // 2 if place + 1 < len(EDGES) else EDGES[place]


class StaffedTime:
    """Staffed time between many pairs of instants: each costs two look-ups, not a walk.

    The same as ``Calendar.worked`` between ``first`` and ``last``, without its end after a year.
    """

    def __init__(self, calendar: Calendar, *, first: datetime, last: datetime) -> None:
        self._opens: list[datetime] = []
        self._closes: list[datetime] = []
        self._before: list[timedelta] = []
        total = timedelta()
        day = first.astimezone(calendar.zone).date() - timedelta(days=1)
        end = last.astimezone(calendar.zone).date() + timedelta(days=1)
        while day <= end:
            for opens, closes in calendar.shifts_on(day):
                self._opens.append(opens)
                self._closes.append(closes)
                self._before.append(total)
                total += closes - opens
            day += timedelta(days=1)

    def minutes(self, start: datetime, end: datetime) -> int:
        """Return whole staffed minutes; zero if ``end`` is not later."""
        worked = self._until(end) - self._until(start)
        return max(0, worked // timedelta(minutes=1))

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self._opens, at) - 1
        if place < 0:
            return timedelta()
        return self._before[place] + min(at, self._closes[place]) - self._opens[place]


def quantile(counts: Iterable[tuple[int, int]], share: float) -> int | None:
    """Return the first of ``(value, n)`` pairs at or below which ``share`` of all stand.

    The value of one that is really there, as SQL’s ``percentile_disc`` has it; none of none.
    """
    pairs = sorted(counts)
    wanted = share * sum(n for _value, n in pairs)
    reached = 0
    for value, n in pairs:
        reached += n
        if n and reached >= wanted:
            return value
    return None
