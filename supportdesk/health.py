"""Whether this process lives, and whether the desk can do its work.

Load balancers ask from inside, without a session. Nothing here names a host,
a version or an error: whoever may read more finds it in the log.
"""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from supportdesk import hold, outbox, timers
from supportdesk.lib.access import anyone

log = logging.getLogger(__name__)

LOWEST_FREE_SHARE = 0.05
#: Beat ticks every two seconds; after this it is not there.
LONGEST_WITHOUT_TICK = timedelta(seconds=30)
LATEST_TIMER = timedelta(seconds=30)


@anyone
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@anyone
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 if people cannot work here; ``degraded`` names what is behind while they can."""
    down = [name for name, is_well in _needed().items() if not _well(name, is_well)]
    behind = [] if "database" in down else [n for n, w in _useful().items() if not _well(n, w)]
    state = "down" if down else "degraded" if behind else "ready"
    return JsonResponse(
        {"state": state, "down": down, "degraded": behind}, status=503 if down else 200
    )


def _needed() -> dict[str, Callable[[], bool]]:
    return {
        "database": _has_database,
        "migrations": _is_migrated,
        "disk": _has_disk,
        "hold": lambda: not hold.is_held(),
    }


def _useful() -> dict[str, Callable[[], bool]]:
    return {
        "redis": _has_redis,
        "beat": lambda: (timers.last_tick() or timedelta.max) < LONGEST_WITHOUT_TICK,
        "outbox": lambda: not outbox.alarms(at=timezone.now()),  # noqa: TID251 -- a view
        "timers": lambda: timers.latest_lateness() < LATEST_TIMER,
    }


def _well(name: str, is_well: Callable[[], bool]) -> bool:
    try:
        return is_well()
    except (DatabaseError, OSError, redis.RedisError) as reason:
        log.warning("Not ready, %s: %s", name, type(reason).__name__)
        return False


def _has_database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _has_disk() -> bool:
    disk = shutil.disk_usage(settings.DATA_DIR)
    return disk.free / disk.total >= LOWEST_FREE_SHARE


def _has_redis() -> bool:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
    ) as asked:
        return bool(asked.ping())


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
