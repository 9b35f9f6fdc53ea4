"""The doorbells of the floor: each looks at rows, and finding none is fine."""

import logging

from celery import current_app, shared_task

log = logging.getLogger(__name__)


def ring(task: str) -> None:
    """Ring a bell, if Redis is there. If it is not, a sweep finds the rows a little later."""
    try:
        current_app.send_task(task, expires=5, retry=False, ignore_result=True)
    except OSError as reason:
        log.warning("Nobody heard the bell for %s: %s", task, type(reason).__name__)


@shared_task
def run_timers() -> None:
    """Fire what is due."""


@shared_task
def send_mail() -> None:
    """Send what is queued."""


@shared_task
def reap_outbox() -> None:
    """Find out about mail whose worker died."""


@shared_task
def forget_expired() -> None:
    """Delete limits, sessions, links and held things whose time is over."""
