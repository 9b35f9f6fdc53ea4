"""What else can stand still or run out: the clock, backups, the disk, the certificate, pages that fail.

Each has two thresholds: from the first on somebody should look, from the
second on somebody should be called.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supportdesk.lib import moments, traffic
from supportdesk.lib.remembered import remembered

#: Look, and call.
Thresholds = tuple[timedelta, timedelta]
TIMERS: Thresholds = (timedelta(seconds=15), timedelta(seconds=60))
TICK: Thresholds = (timedelta(seconds=30), timedelta(minutes=2))
BACKUP: Thresholds = (timedelta(hours=26), timedelta(hours=48))
CLOCK: Thresholds = (timedelta(seconds=0.5), timedelta(seconds=2))
CERTIFICATE: Thresholds = (timedelta(days=21), timedelta(days=7))
#: Where the worker writes down when it ends: pages ask no network.
CERTIFICATE_KEY = "certificate-ends"
DISK_FREE = (0.15, 0.05)
FAILED_SHARE = (0.001, 0.01)
#: A single page that fails is in the log; the band is for more than that.
FAILED_AT_LEAST = 5


@dataclass(frozen=True)
class Finding:
    words: str
    #: Somebody should be called, not only look.
    is_grave: bool
    #: What it is about, where a page shows it: ``timers``, or nothing.
    part: str = ""


@dataclass(frozen=True)
class Pulse:
    """What one statement tells of the database’s side."""

    lateness: timedelta
    since_tick: timedelta | None
    since_backup: timedelta | None
    missing_files: int
    #: How far the database’s clock is from ours, beyond what the question took.
    clock_is_off: timedelta


# The newest backup by its index; the others by theirs.
_PULSE = """
    SELECT clock_timestamp(),
        (SELECT clock_timestamp() - coalesce(retry_at, due_at) FROM supportdesk_timer
          WHERE fired_at IS NULL AND cancelled_at IS NULL
          ORDER BY coalesce(retry_at, due_at) LIMIT 1),
        (SELECT clock_timestamp() - fired_at FROM supportdesk_timer WHERE key = 'tick'),
        (SELECT clock_timestamp() - made_at FROM supportdesk_backup
          ORDER BY made_at DESC LIMIT 1),
        (SELECT missing FROM supportdesk_backup ORDER BY made_at DESC LIMIT 1)
"""


def pulse() -> Pulse:
    """One query."""
    before = timezone.now()  # noqa: TID251 -- compared with the database’s clock
    with connection.cursor() as cursor:
        cursor.execute(_PULSE)
        theirs, lateness, since_tick, since_backup, missing = cursor.fetchone()
    after = timezone.now()  # noqa: TID251 -- as above
    return Pulse(
        lateness=max(lateness or timedelta(), timedelta()),
        since_tick=since_tick,
        since_backup=since_backup,
        missing_files=missing or 0,
        clock_is_off=max(before - theirs, theirs - after, timedelta()),
    )


def find(
    *, set_up_at: datetime | None, is_on_hold: bool, at: datetime, known: Pulse | None = None
) -> Iterator[Finding]:
    """Say what has passed its first threshold. One query, if the pulse is not ``known``."""
    known = known or pulse()
    if not is_on_hold:
        yield from _timers(known)
    if settings.MODE == "production":
        yield from _backups(known, set_up_at, at)
    if known.clock_is_off > CLOCK[0]:
        words = _("The clocks of the desk and of its database differ by %(n)s s.")
        seconds = f"{known.clock_is_off.total_seconds():.1f}"
        yield Finding(words % {"n": seconds}, known.clock_is_off > CLOCK[1])
    yield from _disk()
    yield from certificate(at)
    yield from failing_pages(at)


def _timers(known: Pulse) -> Iterator[Finding]:
    if known.lateness > TIMERS[0]:
        words = _("Reminders and promises are %(span)s behind.")
        yield Finding(
            words % {"span": moments.span(known.lateness)}, known.lateness > TIMERS[1], "timers"
        )
    elif known.since_tick and known.since_tick > TICK[0]:
        # Nothing is late yet, and soon something will be.
        words = _("Nothing happens by the clock: its last tick was %(span)s ago.")
        span = moments.span(known.since_tick)
        yield Finding(words % {"span": span}, known.since_tick > TICK[1])


def _backups(known: Pulse, set_up_at: datetime | None, at: datetime) -> Iterator[Finding]:
    age = known.since_backup
    if age is None:
        age = at - set_up_at if set_up_at else timedelta()
        words = _("There is no backup of this desk yet.")
    else:
        words = _("The last backup is %(span)s old.") % {"span": moments.span(age)}
    if age > BACKUP[0]:
        yield Finding(words, age > BACKUP[1])
    if known.missing_files:
        words = ngettext(
            "%(n)s file is gone from the storage. The backup’s log says which.",
            "%(n)s files are gone from the storage. The backup’s log says which.",
            known.missing_files,
        )
        yield Finding(words % {"n": known.missing_files}, is_grave=True)


def _disk() -> Iterator[Finding]:
    disk = shutil.disk_usage(settings.DATA_DIR)
    free = disk.free / disk.total
    if free < DISK_FREE[0]:
        words = _("The disk is nearly full: %(n)s %% are free.")
        yield Finding(words % {"n": int(free * 100)}, free < DISK_FREE[1])


def certificate(at: datetime) -> Iterator[Finding]:
    ends_at = certificate_ends() if settings.CERTIFICATE else None
    if ends_at == "":
        yield Finding(_("Nobody can read the certificate of this address."), is_grave=False)
    elif ends_at:
        left = datetime.fromisoformat(ends_at) - at
        if left < timedelta():
            yield Finding(_("The certificate of this address is over."), is_grave=True)
        elif left < CERTIFICATE[0]:
            words = ngettext(
                "The certificate of this address ends in %(n)s day.",
                "The certificate of this address ends in %(n)s days.",
                left.days,
            )
            yield Finding(words % {"n": left.days}, left < CERTIFICATE[1])


@remembered(60)
def certificate_ends() -> str | None:
    """When the certificate ends, in ISO; empty if it could not be read; ``None``: nobody looked yet."""
    known = cache.get(CERTIFICATE_KEY)
    return known if isinstance(known, str) else None


def failing_pages(at: datetime) -> Iterator[Finding]:
    seen = traffic.read(at=at.timestamp())
    if seen.recent_failed >= FAILED_AT_LEAST:
        share = seen.recent_failed / seen.recent
        if share > FAILED_SHARE[0]:
            words = _("%(n)s of the last %(all)s pages failed, in five minutes.")
            counted = {"n": seen.recent_failed, "all": seen.recent}
            yield Finding(words % counted, share > FAILED_SHARE[1])
