"""``/metrics``: the desk in about twenty figures, as Prometheus reads them.

All but the first three are asked of Postgres in one statement, each figure by
the index of its own rows, and are the same whichever process answers. The
first three are of this web container: its processes share their counts. No
figure names a customer, a member of staff or a ticket.
"""

import logging
import shutil
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from supportdesk import __version__
from supportdesk.lib import traffic
from supportdesk.lib.access import watcher_only

log = logging.getLogger(__name__)

#: What workers listen to.
QUEUES = ("timers", "mail", "default", "bulk")

_FACTS = """
    SELECT
        (SELECT count(*) FROM supportdesk_delivery WHERE state = 'queued') AS queued,
        (SELECT count(*) FROM supportdesk_delivery WHERE state = 'sending') AS sending,
        (SELECT count(*) FROM supportdesk_delivery WHERE state = 'in_doubt') AS in_doubt,
        (SELECT count(*) FROM supportdesk_delivery
          WHERE state = 'failed' AND created_at > now() - interval '72 h') AS failed,
        (SELECT extract(epoch FROM clock_timestamp() - min(release_at)) FROM supportdesk_delivery
          WHERE state = 'queued') AS oldest_mail,
        (SELECT count(*) FROM supportdesk_timer WHERE fired_at IS NULL AND cancelled_at IS NULL
            AND coalesce(retry_at, due_at) < clock_timestamp()) AS timers_due,
        (SELECT extract(epoch FROM clock_timestamp() - min(coalesce(retry_at, due_at)))
           FROM supportdesk_timer WHERE fired_at IS NULL AND cancelled_at IS NULL) AS timers_late,
        (SELECT extract(epoch FROM clock_timestamp() - fired_at) FROM supportdesk_timer
          WHERE key = 'tick') AS tick,
        (SELECT count(*) FROM tickets_inboundmail
          WHERE state <> 'done' AND seen_at IS NULL AND state = 'new') AS inbound_new,
        (SELECT count(*) FROM tickets_inboundmail
          WHERE state <> 'done' AND seen_at IS NULL AND state <> 'new') AS inbound_put_by,
        (SELECT count(*) FROM tickets_ticket WHERE spam_at IS NULL
            AND state IN ('new', 'open', 'on_hold', 'waiting')) AS unsolved,
        (SELECT count(*) FROM tickets_promise WHERE state = 'open') AS promised,
        (SELECT count(*) FROM tickets_ticket
          WHERE broken_at IS NOT NULL AND state <> 'solved' AND spam_at IS NULL) AS broken,
        (SELECT count(*) FROM django_session WHERE expire_date > now()) AS sessions,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
        (SELECT desk_is_held()::int) AS held,
        (SELECT extract(epoch FROM clock_timestamp() - max(made_at))
           FROM supportdesk_backup) AS backup,
        (SELECT extract(epoch FROM clock_timestamp() - max(tried_at))
           FROM supportdesk_backup) AS tried
"""

Samples = list[tuple[str, float | int | None]]
Family = tuple[str, str, str, Samples]


@watcher_only
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    lines = []
    for name, kind, words, samples in _families():
        lines += [f"# HELP supportdesk_{name} {words}", f"# TYPE supportdesk_{name} {kind}"]
        lines += [_line(f"supportdesk_{name}", *sample) for sample in samples]
    text = "\n".join(filter(None, lines)) + "\n"
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _line(name: str, labels: str, value: float | None) -> str:
    """“_count” and its like go before the labels. What nobody knows is left out."""
    suffix, brace, rest = labels.partition("{")
    return "" if value is None else f"{name}{suffix}{brace}{rest} {value}"


def _families() -> Iterator[Family]:
    yield from _requests(traffic.read(at=time.time()))
    redis_says, known = queue_lengths(), facts()
    yield (
        *("up", "gauge", "Whether Postgres and Redis answer."),
        [('{what="postgres"}', int(bool(known))), ('{what="redis"}', int(bool(redis_says)))],
    )
    lengths: Samples = [(f'{{queue="{name}"}}', many) for name, many in redis_says.items()]
    yield "queue_length", "gauge", "Bells in Redis that no worker has heard yet.", lengths
    if known:
        yield from _of_postgres(known)
    disk = shutil.disk_usage(settings.DATA_DIR)
    free = round(disk.free / disk.total, 4)
    yield "disk_free_ratio", "gauge", "Free share of the disk with the data.", [("", free)]
    yield "info", "gauge", "The version that answers.", [(f'{{version="{__version__}"}}', 1)]


def _requests(seen: traffic.Traffic) -> Iterator[Family]:
    yield (
        *("requests_total", "counter", "Answers of this web container, by class of status."),
        [(f'{{status="{kind}xx"}}', many) for kind, many in seen.by_class.items()],
    )
    below: Samples = []
    for bound, many in zip((*traffic.BOUNDS, "+Inf"), accumulate(seen.by_duration), strict=True):
        below.append((f'_bucket{{le="{bound}"}}', many))
    whole = sum(seen.by_duration)
    yield (
        *("request_seconds", "histogram", "How long answers of this web container took."),
        [*below, ("_sum", round(seen.seconds, 3)), ("_count", whole)],
    )


def _of_postgres(known: dict[str, Any]) -> Iterator[Family]:
    def gauge(name: str, words: str, *samples: tuple[str, str]) -> Family:
        return name, "gauge", words, [(labels, known[fact]) for labels, fact in samples]

    yield gauge(
        *("mails", "Mails by state; those that failed are of the last three days."),
        ('{state="queued"}', "queued"),
        ('{state="sending"}', "sending"),
        ('{state="in_doubt"}', "in_doubt"),
        ('{state="failed"}', "failed"),
    )
    yield gauge("mail_late_seconds", "How late the most overdue mail is.", ("", "oldest_mail"))
    yield gauge("timers_due", "Timers that are due and have not fired.", ("", "timers_due"))
    yield gauge("timer_late_seconds", "How late the most overdue timer is.", ("", "timers_late"))
    yield gauge("last_tick_seconds", "Since beat last rang for the timers.", ("", "tick"))
    yield gauge(
        *("received_mails", "Mails that came in and are in no ticket."),
        ('{state="new"}', "inbound_new"),
        ('{state="put_by"}', "inbound_put_by"),
    )
    yield gauge("tickets_unsolved", "Tickets that are not solved.", ("", "unsolved"))
    yield gauge(
        *("promises", "Promises to customers: open, and broken and not made good."),
        ('{state="open"}', "promised"),
        ('{state="broken"}', "broken"),
    )
    yield gauge("sessions", "Sessions that have not run out.", ("", "sessions"))
    yield gauge("database_connections", "Connections to our database.", ("", "connections"))
    yield gauge("on_hold", "1 while nothing is sent, read or fired.", ("", "held"))
    yield gauge("backup_age_seconds", "Age of the newest backup that is whole.", ("", "backup"))
    yield gauge(
        *("backup_tried_age_seconds", "Since a backup was last restored to see that it can."),
        ("", "tried"),
    )


def facts() -> dict[str, Any]:
    """Return what Postgres knows, times in seconds; nothing if it does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_FACTS)
            names = [column.name for column in cursor.description]
            values = [
                round(float(value), 3) if isinstance(value, Decimal) else value
                for value in cursor.fetchone()
            ]
            return dict(zip(names, values, strict=True))
    except DatabaseError as reason:
        log.warning("No figures of Postgres: %s", type(reason).__name__)
        return {}


def queue_lengths() -> dict[str, int]:
    """Return how many bells of each queue nobody has heard yet; nothing if Redis does not answer."""
    try:
        with (
            redis.Redis.from_url(
                settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
            ) as asked,
            asked.pipeline(transaction=False) as pipe,
        ):
            for name in QUEUES:
                pipe.llen(name)
            return dict(zip(QUEUES, pipe.execute(), strict=True))
    except (OSError, redis.RedisError) as reason:
        log.warning("No figures of Redis: %s", type(reason).__name__)
        return {}
