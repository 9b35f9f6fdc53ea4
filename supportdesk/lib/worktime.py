"""Staffed time: how much of it passed, and when enough of it will have passed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: How far ahead ``due`` looks before it says that nobody is ever there.
HORIZON_DAYS = 366
#: Ten years of days are known at once, at most.
KEPT_DAYS = 3660

#: When a shift begins and ends, in UTC.
Shift = tuple[datetime, datetime]


class NeverStaffed(Exception):
    """The calendar has too few shifts for what was asked."""


@dataclass(frozen=True)
class Calendar:
    """When people are at the desk.

    ``week`` maps weekday (0 is Monday) to shifts ``(opens, closes)`` in local
    time, in order and without overlap; ``holidays`` are local dates without
    any. Shifts are turned into UTC before anything is added, so that a day
    with a clock change has its true length.
    """

    zone: ZoneInfo
    week: dict[int, tuple[tuple[time, time], ...]]
    holidays: frozenset[date] = frozenset()
    #: A page of fifty ribbons asks for the same days thousands of times.
    _known: dict[date, tuple[Shift, ...]] = field(default_factory=dict, compare=False, repr=False)

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        known = self._known.get(day)
        if known is None:
            if len(self._known) >= KEPT_DAYS:
                self._known.clear()
            known = self._known[day] = self._shifts(day)
        return known

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        if day in self.holidays:
            return ()
        return tuple(
            (
                datetime.combine(day, opens, self.zone).astimezone(UTC),
                datetime.combine(
                    day if closes > opens else day + timedelta(days=1), closes, self.zone
                ).astimezone(UTC),
            )
            for opens, closes in self.week.get(day.weekday(), ())
        )

    def shifts_from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield shifts in UTC, from the day before ``start`` for a year."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        for n in range(HORIZON_DAYS + 1):
            yield from self.shifts_on(day + timedelta(days=n))

    def shifts_to(self, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield shifts in UTC, the latest first, from the day of ``end`` for a year back."""
        day = end.astimezone(self.zone).date()
        for n in range(HORIZON_DAYS + 1):
            yield from reversed(self.shifts_on(day - timedelta(days=n)))

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Return the staffed time between two instants; zero if ``end`` is not later."""
        # In UTC: two moments of one zone are subtracted by the clock on the wall.
        start, end, total = start.astimezone(UTC), end.astimezone(UTC), timedelta()
        if end <= start:
            return total
        for opens, closes in self.shifts_from(start):
            if opens >= end:
                break
            if closes > start:
                total += min(end, closes) - max(start, opens)
        return total

    def due(self, start: datetime, allowance: timedelta) -> datetime:
        """Return the UTC instant at which ``allowance`` of staffed time has passed.

        A four-hour allowance from Friday 16:00 on a nine-to-five weekday desk
        is due Monday at 12:00, local time. Raises NeverStaffed if a year of
        shifts is not enough.
        """
        start, left = start.astimezone(UTC), allowance
        for opens, closes in self.shifts_from(start):
            begins = max(start, opens)
            if begins >= closes:
                continue
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise NeverStaffed(f"no shift covers {allowance} after {start:%Y-%m-%d}")

    def before(self, end: datetime, lead: timedelta) -> datetime:
        """Return the UTC instant from which ``lead`` of staffed time is left until ``end``.

        An hour before Monday 09:30 on a nine-to-five weekday desk is Friday
        16:30, local time. Raises NeverStaffed if a year of shifts is not enough.
        """
        end, left = end.astimezone(UTC), lead
        for opens, closes in self.shifts_to(end):
            ends = min(end, closes)
            if ends <= opens:
                continue
            if left <= ends - opens:
                return ends - left
            left -= ends - opens
        raise NeverStaffed(f"no shift covers {lead} before {end:%Y-%m-%d}")


#: Monday to Friday, nine to five.
OFFICE_WEEK = {day: ((time(9), time(17)),) for day in range(5)}
