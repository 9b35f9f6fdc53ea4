"""When the customer could hear from us next: moments that a person would promise."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from supportdesk.lib.worktime import Calendar

_NOON = time(12)
_AFTERNOON = time(16)
_MORNING = time(10)
_DAYS_AHEAD = 14
#: A promise nearer than this is one that we would break.
_SOONEST = timedelta(minutes=30)


@dataclass(frozen=True)
class Pick:
    """A moment to promise; one of them is already chosen."""

    at: datetime
    is_chosen: bool = False


def picks(now: datetime, *, calendar: Calendar, target: datetime) -> list[Pick]:
    """Return the next afternoon, noon and week’s beginning at which somebody is here.

    All are in the desk’s own hours. ``target`` is when the queue says that they
    hear from us at the latest: the last pick before it is chosen, and if all
    are later, it is offered itself.
    """
    today = now.astimezone(calendar.zone).date()
    monday = (7 - today.weekday()) % 7 or 7
    found = {
        at
        for first, wanted in ((0, _AFTERNOON), (1, _NOON), (monday, _MORNING))
        if (at := _staffed(calendar, now, first, wanted)) is not None
    }
    if not any(at <= target for at in found):
        found.add(target.replace(second=0, microsecond=0))
    ordered = sorted(found)[:4]
    chosen = max((at for at in ordered if at <= target), default=ordered[0])
    return [Pick(at, is_chosen=at == chosen) for at in ordered]


def _staffed(calendar: Calendar, now: datetime, first: int, wanted: time) -> datetime | None:
    """The first day from ``first`` on that is open at, or at least around, the wanted time."""
    today = now.astimezone(calendar.zone).date()
    for ahead in range(first, _DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        shifts = list(calendar.shifts_on(day))
        at = datetime.combine(day, wanted, calendar.zone)
        if shifts and not any(opens <= at <= closes for opens, closes in shifts):
            at = min((edge for shift in shifts for edge in shift), key=lambda edge: abs(edge - at))
        if (shifts or not calendar.week) and at >= now + _SOONEST:
            return at
    return None


def quick_follow_ups(now: datetime, *, zone_of: Calendar) -> dict[str, datetime]:
    """Tomorrow at nine, in three days, next week: in the desk’s zone, whatever its hours."""
    today = now.astimezone(zone_of.zone).date()
    nine = {
        "tomorrow": 1,
        "three_days": 3,
        "next_week": (7 - today.weekday()) % 7 or 7,
    }
    return {
        name: datetime.combine(today + timedelta(days=days), time(9), zone_of.zone)
        for name, days in nine.items()
    }
