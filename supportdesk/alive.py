"""What the desk does for those who watch it from outside: a sign of life, and a look at its certificate.

The sign goes to an address that calls somebody when none comes for a while: a
desk that is gone cannot say so itself. Beat rings for it, the mail worker
sends it, and it is not sent while anything stands still that somebody should
be called for. Pages that fail are not known here: that is in the metrics of
the web processes.
"""

import logging
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from supportdesk import alarms, watch
from supportdesk.lib import certificate
from supportdesk.models import Desk

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
#: What was read stays known for so long, if nothing newer comes.
KNOWN_FOR = timedelta(days=2)


@shared_task
def say_that_all_is_well() -> None:
    """Ask for ``ALIVE_URL``, if it is set and it is true. Not tried again: the next one is soon."""
    if settings.ALIVE_URL and is_all_well(at=timezone.now()):  # noqa: TID251 -- a task
        try:
            asked = Request(settings.ALIVE_URL, headers={"User-Agent": "Supportdesk"})  # noqa: S310 -- http or https: a system check says so
            urlopen(asked, timeout=TIMEOUT_SECONDS).close()  # noqa: S310 -- as above
        except OSError as reason:
            log.warning("The sign of life was not heard: %s", type(reason).__name__)


def is_all_well(*, at: datetime) -> bool:
    """Whether nothing stands still that somebody should be called for. On hold is not well."""
    desk = Desk.current()
    return not desk.is_on_hold and not any(
        each.is_grave for each in alarms.of_the_desk(desk, at=at)
    )


@shared_task
def look_at_certificate() -> None:
    """Read when the certificate ends, where ``CERTIFICATE`` says it is, for the alarm."""
    if settings.CERTIFICATE:
        name = urlsplit(settings.PUBLIC_BASE_URL).hostname or ""
        try:
            found = certificate.ends_at(settings.CERTIFICATE, name=name).isoformat()
        except certificate.CertificateNotRead as reason:
            log.warning("The certificate was not read: %s", reason)
            found = ""
        cache.set(watch.CERTIFICATE_KEY, found, KNOWN_FOR.total_seconds())
