"""Who looks at the rows when the doorbell is broken: beat itself.

Beat rings through Redis, and workers come. With Redis gone, or just back and
the workers not there yet, beat looks by itself, one thread for each queue, so
that a mail server that hangs keeps no timer waiting here either. Claims are
rows: that a worker looks at the same time does no harm.
"""

import logging
import threading
from time import monotonic
from typing import Any

from celery.beat import PersistentScheduler, SchedulingError
from django.db import connections

log = logging.getLogger(__name__)

#: A Redis that hangs costs every try its timeout, and with it the others their time.
TRY_AGAIN_SECONDS = 5.0
#: Workers look for a Redis that was gone for long only twice a minute.
WORKERS_ARE_BACK_SECONDS = 40.0


class Bell(PersistentScheduler):
    """Rings, and where nobody can hear it, looks by itself."""

    #: Beat’s own connection waits for Redis, minutes if need be. Each ring takes one from the pool.
    producer = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._deaf_until = 0.0
        self._alone_until = 0.0
        self._at_work: dict[str, threading.Thread] = {}
        super().__init__(*args, **kwargs)

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any
    ) -> Any:
        at, rang = monotonic(), None
        if at >= self._deaf_until:
            try:
                rang = super().apply_async(entry, producer=producer, advance=advance, **kwargs)
            except SchedulingError as reason:
                if at >= self._alone_until:
                    log.warning("Redis is away, so beat looks by itself: %s", reason)
                self._deaf_until = monotonic() + TRY_AGAIN_SECONDS
                self._alone_until = monotonic() + WORKERS_ARE_BACK_SECONDS
        if monotonic() < self._alone_until:
            self._look(entry.task)
        return rang

    def _look(self, name: str) -> None:
        """Do what a worker would, unless the last look of its queue goes on still."""
        route = self.app.amqp.router.route({}, name)
        queue = getattr(route.get("queue"), "name", "")
        before = self._at_work.get(queue)
        if before and before.is_alive():
            return
        thread = threading.Thread(target=self._do, args=(name,), name=queue, daemon=True)
        self._at_work[queue] = thread
        thread.start()

    def _do(self, name: str) -> None:
        try:
            self.app.tasks[name].run()
        except Exception:  # the next look may do better, as a worker’s would
            log.exception("Beat looked by itself, and failed: %s", name)
        finally:
            connections.close_all()
