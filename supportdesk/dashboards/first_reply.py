"""How soon customers hear from us for the first time, in opening hours."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import BooleanField, Case, Count, Value, When
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from supportdesk.dashboards.history import Days, came_until
from supportdesk.dashboards.models import TicketFacts
from supportdesk.dashboards.questions import Number, Pick
from supportdesk.dashboards.scope import Scope
from supportdesk.dashboards.spans import middle_of, quantile
from tickets.models.ticket_questions import TicketQuerySet

#: Up to so many replies, in both periods together, each is looked at by itself; more are counted
#: by their classes, and the page says “about”.
EXACT = 10_000
#: Nine of ten are not told of fewer than this.
ENOUGH = 10


@dataclass(frozen=True)
class Part:
    """One bar: from ``low`` minutes up to below ``high``; without an end if that is none."""

    slug: str
    name: Lazy
    low: int
    high: int | None


PARTS = (
    Part("to-30-min", _("under 30 min"), 0, 30),
    Part("to-1-h", _("30 min to 1 h"), 30, 60),
    Part("to-2-h", _("1 to 2 h"), 60, 120),
    Part("to-4-h", _("2 to 4 h"), 120, 240),
    Part("to-8-h", _("4 to 8 h"), 240, 480),
    Part("to-16-h", _("8 to 16 h"), 480, 960),
    Part("longer", _("16 h or more"), 960, None),
)


def replied(scope: Scope, pick: Pick) -> TicketQuerySet:
    if pick.since is None or pick.until is None:
        return scope.tickets().none()
    rows = came_until(scope.tickets(), pick.until).filter(
        facts__queue__in=scope.keys or [0], facts__replied_on__range=(pick.since, pick.until)
    )
    part = next((one for one in PARTS if one.slug == pick.part), None)
    if part is not None:
        rows = rows.filter(facts__reply_minutes__gte=part.low)
        if part.high is not None:
            rows = rows.filter(facts__reply_minutes__lt=part.high)
    return rows


REPLIED = Number(
    "first-reply",
    _("Time to the first reply"),
    _(
        "Tickets whose customer first heard from a person here on these days. The time runs from"
        " their coming to that reply, in the desk’s opening hours as they were when it was"
        " counted. Half were answered within the first figure, nine of ten within the second."
    ),
    replied,
    key="created_at",
    is_descending=True,
    empty=_("Nobody had a first reply on these days."),
)
NUMBERS = (REPLIED,)


@dataclass(frozen=True)
class Times:
    """First replies of one period. Spans are opening hours."""

    n: int
    median: timedelta | None
    p90: timedelta | None
    #: How many fell into each of ``PARTS``.
    parts: Sequence[int]


@dataclass(frozen=True)
class FirstReplies:
    now: Times
    before: Times
    #: Too many to look at each: true to within a tenth.
    is_about: bool


def first_replies(scope: Scope, days: Days, *, many: int) -> FirstReplies:
    """Of both periods, in which there are ``many`` first replies. One query."""
    is_about = many > EXACT
    rows = _by_class(scope, days) if is_about else _by_minute(scope, days)
    return FirstReplies(
        now=_times([(minutes, n) for is_now, minutes, n in rows if is_now]),
        before=_times([(minutes, n) for is_now, minutes, n in rows if not is_now]),
        is_about=is_about,
    )


def _by_minute(scope: Scope, days: Days) -> list[tuple[bool, int, int]]:
    is_now = Case(
        When(replied_on__gte=days.first, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return list(
        TicketFacts.objects.filter(
            queue__in=scope.keys or [0], replied_on__range=(days.before.first, days.last)
        )
        .annotate(is_now=is_now)
        .values_list("is_now", "reply_minutes")
        .annotate(n=Count("*"))
        .order_by()
    )


_BY_CLASS = """
SELECT day >= %s, place, sum(n)
FROM dashboards_queueday, unnest(reply_times) WITH ORDINALITY AS class (n, place)
WHERE queue_id = ANY(%s) AND day BETWEEN %s AND %s AND n > 0
GROUP BY 1, 2
"""


def _by_class(scope: Scope, days: Days) -> list[tuple[bool, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_CLASS, [days.first, scope.keys, days.before.first, days.last])
        return [(is_now, middle_of(place - 1), int(n)) for is_now, place, n in cursor.fetchall()]


def _times(counts: Sequence[tuple[int, int]]) -> Times:
    parts = Counter[int]()
    for minutes, n in counts:
        parts[next(i for i, one in enumerate(PARTS) if not one.high or minutes < one.high)] += n
    many = sum(n for _minutes, n in counts)
    return Times(
        n=many,
        median=_span(quantile(counts, 0.5)),
        p90=_span(quantile(counts, 0.9)) if many >= ENOUGH else None,
        parts=[parts[i] for i in range(len(PARTS))],
    )


def _span(minutes: int | None) -> timedelta | None:
    return None if minutes is None else timedelta(minutes=minutes)
