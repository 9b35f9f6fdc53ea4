"""The doorbells of the floor: each looks at rows, and finding none is fine."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from time import monotonic

from celery import current_app, shared_task
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from kombu.exceptions import OperationalError

from supportdesk import hold, outbox, timers
from supportdesk.models import Limit, OneTimeLink

log = logging.getLogger(__name__)

_is_silent = ContextVar("_is_silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Ring no bells in here: for loading thousands of changes, after which a sweep is enough."""
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def ring(task: str) -> None:
    """Ring a bell, if Redis is there. If it is not, a sweep finds the rows a little later."""
    if _is_silent.get():
        return
    try:
        current_app.send_task(task, expires=5, retry=False, ignore_result=True)
    except (OSError, OperationalError) as reason:
        log.warning("Nobody heard the bell for %s: %s", task, type(reason).__name__)


@shared_task
def run_timers() -> None:
    """Fire what is due, in small batches: nobody waits long for a ticket that one of them holds.

    Rings once for all the mails that come of it.
    """
    hold.notice_a_move(at=timezone.now())
    with silence():
        fired = timers.run_due(limit=50)
    if fired:
        ring("supportdesk.tasks.send_mail")


#: A task may last two minutes, and one mail a minute: no new one is begun after this.
SENDING_SECONDS = 45


@shared_task
def send_mail() -> None:
    """Send what is queued. What is still there after a while is left for the next ring."""
    began = monotonic()
    while outbox.send_next(at=timezone.now()):
        if monotonic() - began > SENDING_SECONDS:
            ring("supportdesk.tasks.send_mail")
            return


@shared_task
def reap_outbox() -> None:
    """Find out about mail whose worker died."""
    outbox.reap(at=timezone.now())


#: Links that are over are kept a while, so that the log can be understood.
LINKS_KEPT = timedelta(days=30)


@shared_task
def forget_expired() -> None:
    """Delete limits, sessions, links and timers whose time is over."""
    at = timezone.now()
    Limit.objects.filter(ends_at__lt=at).delete()
    OneTimeLink.objects.filter(expires_at__lt=at - LINKS_KEPT).delete()
    SessionStore.clear_expired()
    timers.forget(before=at - timers.KEPT)
