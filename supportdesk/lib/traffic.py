"""What this web process and its siblings have answered: counted in memory that they share.

A GET writes nothing to Postgres, so these counts cannot be rows. They lie in a
file without a name that is mapped by every process gunicorn forks. Each
process writes into a place of its own, which a lock holds for as long as it
lives: when it is gone, the next one goes on from its counts, so that sums
never fall before the whole web container is started anew.
"""

import fcntl
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

#: Upper ends of the classes of duration, in seconds; the last class has none.
BOUNDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CLASSES = (2, 3, 4, 5)
#: How many processes can count; more share the last place, and may lose a count now and then.
PLACES = 64
MINUTES = 6

# Of each place: by status class, by duration, their sum in seconds, and the last minutes
# as (which minute, answers, of them broken pages).
_SHAPE = struct.Struct(f"={len(CLASSES)}Q{len(BOUNDS) + 1}Qd{3 * MINUTES}Q")

with tempfile.TemporaryFile() as _file:
    _file.truncate(_SHAPE.size * PLACES)
    _memory = mmap.mmap(_file.fileno(), _SHAPE.size * PLACES)
    _places = os.dup(_file.fileno())
_lock = threading.Lock()
_place: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Traffic:
    """Sums over all processes of this web container since it was started."""

    by_class: dict[int, int]
    #: One more than BOUNDS; each counts its own class only.
    by_duration: list[int]
    seconds: float
    #: Of the last five minutes.
    recent: int
    recent_failed: int


def count(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Count every answer, by its class and by how long it took."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = get_response(request)
        note(response.status_code, time.monotonic() - began, at=time.time())
        return response

    return middleware


def note(status: int, seconds: float, *, at: float) -> None:
    global _place  # noqa: PLW0603 -- one a process: a fork takes its own
    with _lock:
        if _place[0] != os.getpid():
            _place = (os.getpid(), _take_a_place())
        offset = _place[1] * _SHAPE.size
        values = list(_SHAPE.unpack_from(_memory, offset))
        kind = status // 100
        if kind in CLASSES:
            values[CLASSES.index(kind)] += 1
        first = len(CLASSES)
        values[
            first + next((n for n, top in enumerate(BOUNDS) if seconds <= top), len(BOUNDS))
        ] += 1
        values[first + len(BOUNDS) + 1] += seconds
        minute = int(at // 60)
        now = first + len(BOUNDS) + 2 + 3 * (minute % MINUTES)
        if values[now] < minute:
            values[now : now + 3] = [minute, 0, 0]
        if values[now] == minute:
            values[now + 1] += 1
            # A page that broke; 503 of /readyz and its like are answers as they should be.
            values[now + 2] += status == 500
        _SHAPE.pack_into(_memory, offset, *values)


def read(*, at: float) -> Traffic:
    rows = [_SHAPE.unpack_from(_memory, n * _SHAPE.size) for n in range(PLACES)]
    first, minute = len(CLASSES), int(at // 60)
    last = first + len(BOUNDS) + 2
    recent = [
        row[n + 1 : n + 3]
        for row in rows
        for n in range(last, last + 3 * MINUTES, 3)
        if minute - 5 < row[n] <= minute
    ]
    return Traffic(
        by_class={kind: sum(row[n] for row in rows) for n, kind in enumerate(CLASSES)},
        by_duration=[sum(row[first + n] for row in rows) for n in range(len(BOUNDS) + 1)],
        seconds=sum(row[first + len(BOUNDS) + 1] for row in rows),
        recent=sum(many for many, _failed in recent),
        recent_failed=sum(failed for _many, failed in recent),
    )


def _take_a_place() -> int:
    """Lock one byte of the file for as long as this process lives."""
    for n in range(PLACES - 1):
        try:
            fcntl.lockf(_places, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, n)
        except OSError:
            continue
        return n
    return PLACES - 1
