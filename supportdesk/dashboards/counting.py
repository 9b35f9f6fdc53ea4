"""Takes the marks of changed tickets, writes their facts anew, and adds the difference to the days.

One at a time (a second one leaves at once), each batch one transaction: killed
at any point it has counted a batch or has not. Doing it all again gives the
same rows, so ``again`` is safe at any time.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from feedback.models import Feedback
from supportdesk.dashboards.models import Changed, Counting, QueueDay, TicketFacts
from supportdesk.dashboards.spans import EDGES, StaffedTime, class_of
from supportdesk.lib.worktime import Calendar
from supportdesk.models import Desk
from tickets.models import Ticket
from tickets.states import State

BATCH = 2000
#: Of an advisory lock: whoever holds it counts.
_LOCK = 20_815

_FACTS = (
    "queue_id",
    "created_on",
    "replied_on",
    "reply_minutes",
    "solved_on",
    "answered_on",
    "answer",
)
_COUNTS = ("created", "replied", "solved", "yes", "partly", "no")


def count(*, at: datetime, batch: int = BATCH) -> int:
    """Count what has changed; return how many tickets that were, at most ``batch``."""
    with transaction.atomic():
        if not _is_ours():
            return 0
        desk = Desk.current()
        counting = Counting.objects.filter(pk=1).first()
        if counting is None or counting.zone != desk.time_zone:
            _begin_anew(desk.time_zone)
        keys = _take(batch)
        if keys:
            _recount(sorted(set(keys)), calendar=desk.calendar)
        if len(keys) < batch:
            Counting.objects.filter(pk=1).update(counted_at=at)
        return len(keys)


def again() -> None:
    """Forget all that was counted; the next countings count every ticket anew."""
    with transaction.atomic():
        Counting.objects.all().delete()


def _is_ours() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _begin_anew(zone: str) -> None:
    TicketFacts.objects.all().delete()
    QueueDay.objects.all().delete()
    Counting.objects.update_or_create(pk=1, defaults={"zone": zone, "counted_at": None})
    Changed.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dashboards_changed (ticket_id) SELECT id FROM tickets_ticket ORDER BY id"
        )


def _take(batch: int) -> list[int]:
    """Take the oldest marks. A change that is not yet committed has a mark that is not yet there."""
    marks = list(Changed.objects.order_by("pk").values_list("pk", "ticket_id")[:batch])
    Changed.objects.filter(pk__in=[pk for pk, _key in marks]).delete()
    return [key for _pk, key in marks]


# --- Facts ---------------------------------------------------------------------------------------


def _recount(keys: Sequence[int], *, calendar: Calendar) -> None:
    before = TicketFacts.objects.in_bulk(keys)
    after = _facts_of(keys, calendar=calendar)
    _add_to_days(before.values(), after)
    gone = set(before) - {facts.ticket_id for facts in after}
    TicketFacts.objects.filter(pk__in=gone).delete()
    TicketFacts.objects.bulk_create(
        after, update_conflicts=True, unique_fields=["ticket"], update_fields=_FACTS
    )


def _facts_of(keys: Sequence[int], *, calendar: Calendar) -> list[TicketFacts]:
    rows = list(
        Ticket.objects.no_spam()
        .filter(pk__in=keys)
        .values_list("pk", "queue_id", "created_at", "first_reply_at", "state", "solved_at")
    )
    said = {
        one.ticket_id: one
        for one in Feedback.objects.filter(ticket__in=keys).order_by("ticket", "at", "pk")
    }
    moments = [at for row in rows for at in (row[2], row[3]) if at]
    if not moments:
        return []
    staffed = StaffedTime(calendar, first=min(moments), last=max(moments))
    facts = []
    for pk, queue, created_at, first_reply_at, state, solved_at in rows:
        answer = said.get(pk)
        is_solved = state == State.SOLVED
        minutes = staffed.minutes(created_at, first_reply_at) if first_reply_at else None
        facts.append(
            TicketFacts(
                ticket_id=pk,
                queue_id=queue,
                created_on=created_at.astimezone(calendar.zone).date(),
                replied_on=_day(first_reply_at, calendar.zone),
                reply_minutes=minutes,
                solved_on=_day(solved_at, calendar.zone) if is_solved else None,
                answered_on=_day(answer.at if answer else None, calendar.zone),
                answer=answer.is_solved if answer else "",
            )
        )
    return facts


def _day(at: datetime | None, zone: ZoneInfo) -> date | None:
    return at.astimezone(zone).date() if at else None


# --- Days ----------------------------------------------------------------------------------------


def _add_to_days(before: Iterable[TicketFacts], after: Iterable[TicketFacts]) -> None:
    """Take off what the old facts counted and add what the new ones do."""
    changes: dict[tuple[int, date], QueueDay] = defaultdict(
        lambda: QueueDay(reply_times=[0] * len(EDGES))
    )
    for facts in before:
        _add(facts, -1, changes)
    for facts in after:
        _add(facts, +1, changes)
    changes = {place: change for place, change in changes.items() if _is_change(change)}
    known = {
        (one.queue_id, one.day): one
        for one in QueueDay.objects.filter(
            queue__in={queue for queue, _day in changes}, day__in={day for _queue, day in changes}
        )
    }
    for (queue, day), change in changes.items():
        change.queue_id, change.day = queue, day
        old = known.get((queue, day))
        if old is not None:
            for name in _COUNTS:
                setattr(change, name, getattr(old, name) + getattr(change, name))
            pairs = zip(old.reply_times, change.reply_times, strict=True)
            change.reply_times = [a + b for a, b in pairs]
    QueueDay.objects.bulk_create(
        changes.values(),
        update_conflicts=True,
        unique_fields=["queue", "day"],
        update_fields=[*_COUNTS, "reply_times"],
    )


def _add(facts: TicketFacts, sign: int, changes: dict[tuple[int, date], QueueDay]) -> None:
    changes[facts.queue_id, facts.created_on].created += sign
    if facts.replied_on is not None and facts.reply_minutes is not None:
        day = changes[facts.queue_id, facts.replied_on]
        day.replied += sign
        day.reply_times[class_of(facts.reply_minutes)] += sign
    if facts.solved_on is not None:
        changes[facts.queue_id, facts.solved_on].solved += sign
    if facts.answered_on is not None:
        day = changes[facts.queue_id, facts.answered_on]
        setattr(day, facts.answer, getattr(day, facts.answer) + sign)


def _is_change(change: QueueDay) -> bool:
    return any(getattr(change, name) for name in _COUNTS) or any(change.reply_times)
