"""Breaks the desk on purpose, from outside: each of these must make the storm find something.

Python imports this by itself at the start of every child of a mutant desk, and of no other.
"""

import os
import queue
import threading
import time
import traceback

import django.apps.registry as registry

#: So many forms of one process wait to be written; the next one is written before it is answered.
#: A kill loses these, and not a line that grows with the load.
WAITING = 3


def acknowledge_first() -> None:
    """The form says “we have it”, and the ticket is written a moment later."""
    from django.db import connection

    from tickets import web_form

    send = web_form.send
    waiting: list[queue.Queue] = []

    def write(line):
        while True:
            args, kwargs = line.get()
            time.sleep(0.5)
            try:
                send(*args, **kwargs)
            except Exception:  # noqa: BLE001 -- lost, as it is meant to be
                traceback.print_exc()
            finally:
                connection.close()

    def later(*args, **kwargs):
        if not waiting:
            # Not before the fork: the child has no thread of its parent.
            waiting.append(queue.Queue(WAITING))
            threading.Thread(target=write, args=waiting, daemon=True).start()
        try:
            waiting[0].put_nowait((args, kwargs))
        except queue.Full:
            send(*args, **kwargs)

    web_form.send = later


def sent_before_data() -> None:
    """The mail counts as sent when it is about to be handed over."""
    from supportdesk.models import Delivery
    from supportdesk.outbox import sending

    begin = sending._begin

    def begin_as_sent(delivery, secret, at):
        began = begin(delivery, secret, at)
        Delivery.objects.filter(pk=delivery.pk).update(state="sent", lease_until=None)
        return began

    sending._begin = begin_as_sent


def never_in_doubt() -> None:
    """Whatever was interrupted is sent again, without asking anybody."""
    from supportdesk.models import Delivery
    from supportdesk.outbox import sending

    def reap(*, at):
        Delivery.objects.filter(state="sending", lease_until__lte=at).update(
            state="queued", release_at=at
        )

    sending.reap = reap
    import supportdesk.outbox

    supportdesk.outbox.reap = reap


MUTANTS = {
    "acknowledge-first": acknowledge_first,
    "sent-before-data": sent_before_data,
    "never-in-doubt": never_in_doubt,
}
_populate = registry.Apps.populate


def populate(self, installed_apps=None):
    was_ready = self.ready
    _populate(self, installed_apps)
    if self.ready and not was_ready and self is registry.apps:
        MUTANTS[os.environ["BENCH_MUTANT"]]()


if "BENCH_MUTANT" in os.environ:
    registry.Apps.populate = populate
