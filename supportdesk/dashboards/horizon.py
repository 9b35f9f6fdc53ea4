"""Many tickets on one clock: waits grow to the left of now, promises come from the right.

To the right, time is even, up to the last promise that is shown. To the left
it is squeezed by a square root, so that an hour can be seen beside a week;
nothing there is measured by eye, each line says its moment in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from supportdesk.lib import moments
from tickets.models import Promise, Ticket

#: Where *now* stands, in percent of the picture; the ends keep room for marks.
NOW, LEFT, RIGHT = 46.0, 1.0, 96.0
#: How far the right side may reach: the first that holds all.
REACHES = tuple(
    timedelta(hours=hours)
    for hours in (1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 168, 336, 720, 2160, 8760)
)
SOON = timedelta(minutes=60)


@dataclass(frozen=True)
class Tick:
    x: str
    words: str


@dataclass(frozen=True)
class Line:
    """One ticket. Places are percentages, ready for an attribute."""

    ticket: Ticket
    tone: str
    since: str
    due: str
    what: str
    rest: str


@dataclass(frozen=True)
class Horizon:
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    now: str
    now_words: str


def horizon(tickets: Sequence[Ticket], *, at: datetime) -> Horizon:
    """Draw tickets with a promise, in the order in which they come."""
    ahead = max((one.due_at - at for one in tickets if one.due_at), default=timedelta())
    reach = next((one for one in REACHES if one >= ahead), REACHES[-1])
    longest = max((at - _since(one, at) for one in tickets), default=timedelta(hours=1))
    longest = max(longest, timedelta(hours=1))
    return Horizon(
        lines=[_line(one, at=at, reach=reach, longest=longest) for one in tickets],
        ticks=[
            Tick(_right(reach * n / 2, reach), moments.short(at + reach * n / 2, now=at))
            for n in (1, 2)
        ],
        now=_percent(NOW),
        now_words=_("now %(time)s") % {"time": moments.short(at, now=at)},
    )


def _line(ticket: Ticket, *, at: datetime, reach: timedelta, longest: timedelta) -> Line:
    assert ticket.due_at is not None  # noqa: S101 -- those alone are asked for
    left = ticket.due_at - at
    is_late = ticket.broken_at is not None or left < timedelta()
    kind = Promise.Kind(ticket.due_kind or Promise.Kind.UPDATE).label
    span = moments.span(left)
    return Line(
        ticket=ticket,
        tone="broken" if is_late else "soon" if left <= SOON else "running",
        since=_left(at - _since(ticket, at), longest),
        due=_left(-left, longest) if is_late else _right(left, reach),
        what=_("%(promise)s %(moment)s")
        % {"promise": kind, "moment": moments.short(ticket.due_at, now=at)},
        rest=_("%(span)s late") % {"span": span} if is_late else span,
    )


def _since(ticket: Ticket, at: datetime) -> datetime:
    """From when the line runs: the customer’s wait, or the promise if that began earlier."""
    began = [ticket.waiting_since, ticket.due_since, ticket.due_at, at]
    return min(one for one in began if one)


def _left(ago: timedelta, longest: timedelta) -> str:
    share = min(1.0, max(0.0, ago / longest)) ** 0.5
    return _percent(NOW - (NOW - LEFT) * share)


def _right(ahead: timedelta, reach: timedelta) -> str:
    return _percent(NOW + (RIGHT - NOW) * min(1.0, max(0.0, ahead / reach)))


def _percent(x: float) -> str:
    return f"{x:.1f}%"
