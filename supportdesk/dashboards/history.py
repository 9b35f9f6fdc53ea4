"""How it went: what came and was solved, how soon we answered, what customers say of it.

Read from the days that ``counting`` keeps, for the queues that one sees; the
tickets behind a number are found by their facts. Both were written in one
transaction, so they cannot differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, Q, Subquery, Sum, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from supportdesk.dashboards.models import Counting, QueueDay
from supportdesk.dashboards.questions import Number, Pick
from supportdesk.dashboards.scope import Scope
from supportdesk.lib.intervals import Interval, wilson
from tickets.models.ticket_questions import TicketQuerySet

ANSWERS = ("yes", "partly", "no")


def created(scope: Scope, pick: Pick) -> TicketQuerySet:
    return _in_days(scope, "created_on", pick)


def solved(scope: Scope, pick: Pick) -> TicketQuerySet:
    return _in_days(scope, "solved_on", pick)


def unsolved(scope: Scope, pick: Pick) -> TicketQuerySet:
    """At the end of the day ``pick.until``, as we know it today."""
    if pick.until is None:
        return scope.tickets().none()
    still = Q(facts__solved_on=None) | Q(facts__solved_on__gt=pick.until)
    there = came_until(_counted(scope), pick.until)
    return there.filter(still, facts__created_on__lte=pick.until)


def answered(scope: Scope, pick: Pick) -> TicketQuerySet:
    rows = _in_days(scope, "answered_on", pick)
    return rows.filter(facts__answer=pick.part) if pick.part in ANSWERS else rows


def _in_days(scope: Scope, name: str, pick: Pick) -> TicketQuerySet:
    if pick.since is None or pick.until is None:
        return scope.tickets().none()
    there = came_until(_counted(scope), pick.until)
    return there.filter(**{f"facts__{name}__range": (pick.since, pick.until)})


def came_until(rows: TicketQuerySet, day: date) -> TicketQuerySet:
    """What had come by the end of this day in any zone, and something more.

    The facts say it exactly. This says where in the index of their coming the
    list begins, which else is read from today on, or sorted whole.
    """
    return rows.filter(created_at__lt=datetime.combine(day, time(), UTC) + timedelta(days=2))


def _counted(scope: Scope) -> TicketQuerySet:
    """Seen, and counted for one of these queues."""
    return scope.tickets().filter(facts__queue__in=scope.keys or [0])


CREATED = Number(
    "created",
    _("Came in"),
    _("Tickets that came in on these days, spam aside, in the queue in which they are now."),
    created,
    key="created_at",
    is_descending=True,
    empty=_("Nothing came in on these days."),
)
SOLVED = Number(
    "solved",
    _("Solved"),
    _(
        "Tickets that were solved on these days and that are still solved:"
        " a customer who said “not yet” takes theirs out again."
    ),
    solved,
    key="created_at",
    is_descending=True,
    empty=_("Nothing was solved on these days."),
)
UNSOLVED = Number(
    "unsolved",
    _("Unsolved at the end of the day"),
    _(
        "Tickets that had come in by the end of that day and were not solved by then,"
        " as we know it today: one that was solved and came back was not solved."
        " Counted in the queue in which they are now, spam aside."
    ),
    unsolved,
    key="created_at",
    empty=_("Nothing was left over on that day."),
)
ANSWERED = Number(
    "answered",
    _("Solved, say customers"),
    _(
        "Customers who told us on these days whether it is solved. Each ticket counts once,"
        " by the last answer. The range is what so many answers can tell: Wilson’s interval,"
        " 95 of 100 such ranges hold the true share of those who answer."
    ),
    answered,
    key="created_at",
    is_descending=True,
    empty=_("Nobody told us on these days."),
)
NUMBERS = (CREATED, SOLVED, UNSOLVED, ANSWERED)


@dataclass(frozen=True)
class Days:
    """A period and as many days before it; ``last`` is today, which is not over."""

    last: date
    many: int

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.many - 1)

    @property
    def pick(self) -> Pick:
        return Pick(since=self.first, until=self.last)

    @property
    def before(self) -> "Days":
        return Days(self.first - timedelta(days=1), self.many)

    def __iter__(self) -> Any:
        return (self.first + timedelta(days=n) for n in range(self.many))


def days_of(scope: Scope, zone: str) -> Days:
    """Days of the desk’s own time zone, whoever looks."""
    return Days(scope.at.astimezone(ZoneInfo(zone)).date(), scope.days)


@dataclass(frozen=True)
class Sums:
    """What happened in a period."""

    created: int
    solved: int
    replied: int
    yes: int
    partly: int
    no: int

    @property
    def answered(self) -> int:
        return self.yes + self.partly + self.no

    @property
    def interval(self) -> Interval:
        return wilson(self.yes, self.answered)


@dataclass(frozen=True)
class History:
    days: Days
    #: How many were unsolved at the end of each day, both periods.
    backlog: Mapping[date, int]
    created: Mapping[date, int]
    solved: Mapping[date, int]
    now: Sums
    before: Sums
    #: Every change before this is in the numbers; none: they are being counted.
    counted_at: datetime | None


def history(scope: Scope, days: Days) -> History:
    """One query: at most a row for each day; all that is older is one row together."""
    start = days.before.first
    older = start - timedelta(days=1)
    found: Iterable[Any] = (
        QueueDay.objects.filter(queue__in=scope.keys or [0], day__lte=days.last)
        .annotate(on=Greatest("day", Value(older, output_field=DateField())))
        .values("on")
        .annotate(
            **{f"{name}_n": Sum(name) for name in ("created", "solved", "replied", *ANSWERS)},
            counted_at=Subquery(Counting.objects.filter(pk=1).values("counted_at")[:1]),
        )
        .order_by("on")
    )
    rows = {row["on"]: row for row in found}
    left, backlog = _flow(rows.get(older)), {}
    for day in (*days.before, *days):
        left += _flow(rows.get(day))
        backlog[day] = left
    return History(
        days=days,
        backlog=backlog,
        created={day: row["created_n"] for day, row in rows.items()},
        solved={day: row["solved_n"] for day, row in rows.items()},
        now=_sums([rows[day] for day in days if day in rows]),
        before=_sums([rows[day] for day in days.before if day in rows]),
        counted_at=next((row["counted_at"] for row in rows.values()), None),
    )


def _flow(row: Mapping[str, Any] | None) -> int:
    return row["created_n"] - row["solved_n"] if row else 0


def _sums(rows: Sequence[Mapping[str, Any]]) -> Sums:
    names = ("created", "solved", "replied", *ANSWERS)
    return Sums(**{name: sum(row[f"{name}_n"] for row in rows) for name in names})
