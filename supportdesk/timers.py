"""Durable timers: set, cancel, claim, run.

What must happen later is a row. A tick of beat (or ``manage.py run_timers``)
claims the rows that are due and hands them to the handlers of their kinds, in
one transaction: the effect and the mark that it happened stand or fall
together, and two ticks never meet at one row. Postgres’ clock alone decides
what is due; a simulation passes ``at`` instead.

Health reads three answers here: ``last_tick()``, ``latest_lateness()`` and
``failing()``. The heartbeat is the timer row with the key ``tick``, written by
every tick, also while the desk is on hold.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Min
from django.db.models.functions import Coalesce, Now

from supportdesk.models import Timer

log = logging.getLogger(__name__)

#: Gets due timers of one kind, the earliest first, in the transaction that
#: claimed them. Returns those that it could not look at because somebody holds
#: the rows they are about: they come again with the next tick.
Handler = Callable[[Sequence[Timer], datetime], Collection[Timer] | None]

FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
COME_AGAIN = timedelta(seconds=2)
#: A run ends after this, well before a worker would be killed for taking too long.
RUN_SECONDS = 60.0
#: How long rows are kept that have fired or were cancelled.
KEPT = timedelta(days=90)

_handlers: dict[str, Handler] = {}


class Wish(NamedTuple):
    """A timer that something needs. Its key names the occasion: once fired, it has fired."""

    kind: str
    key: str
    due_at: datetime


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register what looks at timers of ``kind`` when they are due."""

    def register(handle: Handler) -> Handler:
        if kind in _handlers:
            raise ValueError(f"{kind} has a handler already")
        _handlers[kind] = handle
        return handle

    return register


# --- Setting and cancelling ----------------------------------------------------------------------


def set(  # noqa: A001 -- read as timers.set
    *, kind: str, subject: str, subject_id: int, group: str, key: str, due_at: datetime
) -> None:
    """Set the timer ``key``, or move it; one that has fired or was cancelled runs again."""
    Timer.objects.bulk_create(
        [
            Timer(
                kind=kind,
                subject=subject,
                subject_id=subject_id,
                group_key=group,
                key=key,
                due_at=due_at,
            )
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["due_at", "fired_at", "cancelled_at", "attempts", "retry_at", "error"],
    )


def cancel(*, key: str) -> None:
    Timer.objects.filter(key=key, fired_at=None, cancelled_at=None).update(cancelled_at=Now())


def cancel_group(group: str) -> None:
    Timer.objects.filter(group_key=group, fired_at=None, cancelled_at=None).update(
        cancelled_at=Now()
    )


# This and the claim are written so that Postgres goes by an index also on a young desk, of
# whose tables it knows nothing yet (it took a hundred times as long). This one waits for no row
# that a tick has claimed: the tick may be waiting for something that we hold. It looks again
# whether there is anything to do, so nothing is lost by leaving it.
_ARRANGE = """
WITH wish AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(keys)s::text[], %(dues)s::timestamptz[])
        AS wish (kind, key, due_at)
), granted AS (
    INSERT INTO supportdesk_timer AS timer
        (kind, subject, subject_id, group_key, key, due_at, attempts, error)
    SELECT wish.kind, %(subject)s, %(subject_id)s, %(group)s, wish.key, wish.due_at, 0, ''
      FROM wish
      LEFT JOIN LATERAL (
           SELECT * FROM supportdesk_timer known WHERE known.key = wish.key LIMIT 1
           ) known ON true
     WHERE known.id IS NULL
        OR (known.fired_at IS NULL
            AND (known.cancelled_at IS NOT NULL OR known.due_at <> wish.due_at))
    ON CONFLICT (key) DO UPDATE
       SET due_at = excluded.due_at, cancelled_at = NULL, attempts = 0, retry_at = NULL, error = ''
     WHERE timer.fired_at IS NULL
)
UPDATE supportdesk_timer SET cancelled_at = clock_timestamp()
 WHERE id = ANY (ARRAY(
       SELECT id FROM supportdesk_timer
        WHERE group_key = %(group)s AND fired_at IS NULL AND cancelled_at IS NULL
          AND key <> ALL (%(keys)s::text[])
          FOR UPDATE SKIP LOCKED))
"""


def arrange(*, group: str, subject: str, subject_id: int, wishes: Iterable[Wish]) -> None:
    """Make the standing timers of ``group`` be these: set, move, cancel; one statement.

    Doing it again changes nothing. A timer that has fired stays fired, one
    that was cancelled runs again. Call it under the lock of what the group is
    about, so that two callers do not work from different facts.
    """
    wishes = list(wishes)
    with connection.cursor() as cursor:
        cursor.execute(
            _ARRANGE,
            {
                "kinds": [wish.kind for wish in wishes],
                "keys": [wish.key for wish in wishes],
                "dues": [wish.due_at for wish in wishes],
                "group": group,
                "subject": subject,
                "subject_id": subject_id,
            },
        )


# --- Firing --------------------------------------------------------------------------------------

_CLAIM = """
WITH moment AS MATERIALIZED (
    SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at
), due AS (
    SELECT id FROM supportdesk_timer
     WHERE fired_at IS NULL AND cancelled_at IS NULL
       AND coalesce(retry_at, due_at) <= (SELECT at FROM moment)
       AND NOT (SELECT desk_is_held())
     ORDER BY coalesce(retry_at, due_at)
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
)
UPDATE supportdesk_timer timer SET fired_at = (SELECT at FROM moment)
 WHERE id = ANY (ARRAY(SELECT id FROM due))
RETURNING timer.*
"""


def run_due(at: datetime | None = None, *, limit: int = 200) -> int:
    """Fire what is due, in batches of ``limit``, until nothing is. Return how many fired.

    Each batch is one transaction: a worker that dies takes back what it did.
    Nothing fires while the desk is on hold. ``at`` is for simulations.
    """
    if at is None:
        _tick()
    fired, stop_at = 0, time.monotonic() + RUN_SECONDS
    while time.monotonic() < stop_at:
        claimed, done = _run_batch(at, limit)
        fired += done
        if not claimed:
            break
    return fired


def run_through(until: datetime) -> int:
    """Fire everything up to ``until``, each at its own moment: as if the desk had run all along.

    For simulations and the demo desk.
    """
    fired, at = 0, None
    while (due_at := _next_due()) is not None and due_at <= until:
        at = max(due_at, at or due_at)
        fired += run_due(at=at)
        if _next_due() == due_at:
            break
    return fired


def _run_batch(at: datetime | None, limit: int) -> tuple[int, int]:
    with transaction.atomic():
        claimed = list(Timer.objects.raw(_CLAIM, {"at": at, "limit": limit}))
        kinds = defaultdict(list)
        for timer in sorted(claimed, key=lambda timer: (timer.retry_at or timer.due_at, timer.pk)):
            kinds[timer.kind].append(timer)
        left = [timer for kind, due in kinds.items() for timer in _fire(kind, due)]
        if left:
            Timer.objects.bulk_update(left, ["fired_at", "retry_at", "attempts", "error"])
    return len(claimed), len(claimed) - len(left)


def _fire(kind: str, due: list[Timer]) -> list[Timer]:
    """Hand ``due`` to the handler. Return those that have not fired, ready to come again."""
    at = due[0].fired_at
    assert at is not None  # noqa: S101 -- just claimed
    try:
        with transaction.atomic():
            held = _handlers[kind](due, at) or ()
    except Exception as reason:  # noqa: BLE001 -- whatever it is, it must not stop the others
        # One bad row must not hold back the rest: they are handled again, each by itself.
        if len(due) > 1:
            return [timer for one in due for timer in _fire(kind, [one])]
        return [_back_off(due[0], reason, at)]
    for timer in held:
        timer.fired_at, timer.retry_at = None, at + COME_AGAIN
    return list(held)


def _back_off(timer: Timer, reason: Exception, at: datetime) -> Timer:
    log.error("The timer %s failed: %s", timer.key, reason, exc_info=reason)
    timer.fired_at = None
    timer.retry_at = at + min(FIRST_RETRY * 2 ** min(timer.attempts, 12), LONGEST_RETRY)
    timer.attempts = min(timer.attempts + 1, 1000)
    said = str(reason).strip().partition("\n")[0]
    timer.error = f"{type(reason).__name__}: {said}"[:300]
    return timer


# --- Health --------------------------------------------------------------------------------------


def last_tick() -> timedelta | None:
    """Return how long ago a tick last ran; ``None`` if none ever did. One query."""
    return _interval(
        "SELECT clock_timestamp() - fired_at FROM supportdesk_timer WHERE key = 'tick'"
    )


def latest_lateness() -> timedelta:
    """Return how late the most overdue timer is now. One that failed counts with its next try."""
    late = _interval(
        "SELECT clock_timestamp() - coalesce(retry_at, due_at) FROM supportdesk_timer"
        " WHERE fired_at IS NULL AND cancelled_at IS NULL ORDER BY coalesce(retry_at, due_at) LIMIT 1"
    )
    return max(late or timedelta(), timedelta())


def failing() -> int:
    """Return how many timers have failed and will be tried again."""
    return Timer.objects.filter(fired_at=None, cancelled_at=None, attempts__gt=0).count()


def forget(*, before: datetime) -> int:
    """Delete rows that fired or were cancelled, and were due, before ``before``."""
    over = Timer.objects.exclude(fired_at=None, cancelled_at=None).exclude(key="tick")
    return over.filter(due_at__lt=before).delete()[0]


def _tick() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO supportdesk_timer"
            " (kind, subject, subject_id, group_key, key, due_at, fired_at, attempts, error)"
            " VALUES ('tick', '', 0, 'tick', 'tick', clock_timestamp(), clock_timestamp(), 0, '')"
            " ON CONFLICT (key) DO UPDATE SET fired_at = excluded.fired_at"
        )


def _next_due() -> datetime | None:
    standing = Timer.objects.filter(fired_at=None, cancelled_at=None)
    at: datetime | None = standing.aggregate(at=Min(Coalesce("retry_at", "due_at")))["at"]
    return at


def _interval(sql: str) -> timedelta | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return row[0] if row else None
