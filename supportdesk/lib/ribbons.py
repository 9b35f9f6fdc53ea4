"""The time ribbon: how long somebody has waited, what is left, and the moment we said.

**From time to x.** The ribbon runs from ``since`` (0 %) to the promised moment
(100 %), and time is what the calendar staffs: a night or a weekend between
them takes no room, so half a ribbon is half of the *working* time. Without a
calendar, or when no staffed time lies between the two, it is plain time.

When the promise is broken the ribbon ends *now*: the mark stands where the
promised moment falls, and the barcode behind it is the lateness, by the same
measure. The barcode keeps between 18 % and 60 % of the line, so that a minute
can be seen and a month still leaves room for what was promised.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

#: Staff see a promise as near when this much staffed time is left.
SOON = timedelta(hours=2)


class Worked(Protocol):
    """Whatever can say how much staffed time lies between two instants."""

    def worked(self, start: datetime, end: datetime) -> timedelta: ...


class State(StrEnum):
    RUNNING = "running"
    SOON = "soon"
    BROKEN = "broken"
    KEPT = "kept"
    PAUSED = "paused"
    NONE = "none"


@dataclass(frozen=True)
class Ribbon:
    """One ribbon, ready to draw. Percentages are of the whole width.

    ``what`` is the thing promised ("update", "first reply"), or the whole
    sentence when there is no moment ("waiting for Noor"). ``waited`` is where
    the thick line ends; on a broken one the mark stands there.
    """

    state: State
    what: str
    since: datetime
    now: datetime
    due: datetime | None
    waited: float
    kept_at: datetime | None = None
    for_customer: bool = False


def ribbon(
    *,
    what: str,
    since: datetime,
    now: datetime,
    due: datetime | None = None,
    kept_at: datetime | None = None,
    is_paused: bool = False,
    for_customer: bool = False,
    calendar: Worked | None = None,
    soon: timedelta = SOON,
) -> Ribbon:
    """Work out what one promise looks like at ``now``.

    The first of these that is true decides: paused (they have to act), kept
    (not later than due), nothing promised, broken, soon (staff only: for a
    customer a near promise is good news), running. A promise fulfilled late
    stays broken, its barcode ending at ``kept_at``.
    """
    state = _state(
        now=now,
        due=due,
        kept_at=kept_at,
        is_paused=is_paused,
        near=None if for_customer else soon,
        calendar=calendar,
    )
    return Ribbon(
        state=state,
        what=what,
        since=since,
        now=now,
        due=due,
        waited=_waited(state, since=since, now=kept_at or now, due=due, calendar=calendar),
        kept_at=kept_at,
        for_customer=for_customer,
    )


def measure(start: datetime, end: datetime, calendar: Worked | None) -> timedelta:
    """Return the staffed time between two instants, or plain time without a calendar."""
    if end <= start:
        return timedelta()
    return calendar.worked(start, end) if calendar else end - start


def _state(
    *,
    now: datetime,
    due: datetime | None,
    kept_at: datetime | None,
    is_paused: bool,
    near: timedelta | None,
    calendar: Worked | None,
) -> State:
    if is_paused:
        return State.PAUSED
    if due is None:
        return State.NONE
    if kept_at is not None:
        return State.KEPT if kept_at <= due else State.BROKEN
    if now >= due:
        return State.BROKEN
    if near is not None and measure(now, due, calendar) <= near:
        return State.SOON
    return State.RUNNING


def _waited(
    state: State, *, since: datetime, now: datetime, due: datetime | None, calendar: Worked | None
) -> float:
    if state in {State.PAUSED, State.NONE, State.KEPT} or due is None:
        return 100.0
    if state is State.BROKEN:
        late = _share(due, since, now, calendar)
        return round(min(82.0, max(40.0, 100 * late)), 1)
    return round(min(96.0, max(2.0, 100 * _share(now, since, due, calendar))), 1)


def _share(at: datetime, start: datetime, end: datetime, calendar: Worked | None) -> float:
    """Return where ``at`` falls between ``start`` (0) and ``end`` (1)."""
    whole = measure(start, end, calendar)
    if not whole:
        calendar, whole = None, measure(start, end, None)
    if not whole:
        return 1.0
    return min(1.0, measure(start, at, calendar) / whole)
