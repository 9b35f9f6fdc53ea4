"""What waits while the desk is on hold."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from supportdesk.models import Hold


@dataclass(frozen=True)
class Waiting:
    """How much a hold holds, each counted up to ``MOST``."""

    mails: int
    #: Those of them that may have gone out before, when this is a copy of an older desk.
    in_doubt: int
    timers: int
    received: int


MOST = 1000

# Each by the index of its own rows.
_WAITING = """
    SELECT
        (SELECT count(*) FROM (
            SELECT 1 FROM supportdesk_delivery WHERE state = 'queued' LIMIT %(most)s) mail),
        (SELECT count(*) FROM (
            SELECT 1 FROM supportdesk_delivery
            WHERE state IN ('queued', 'sending', 'in_doubt') AND created_at <= %(data_of)s
            LIMIT %(most)s) mail),
        (SELECT count(*) FROM (
            SELECT 1 FROM supportdesk_timer
            WHERE fired_at IS NULL AND cancelled_at IS NULL
              AND coalesce(retry_at, due_at) <= %(at)s LIMIT %(most)s) timer),
        (SELECT count(*) FROM (
            SELECT 1 FROM tickets_inboundmail WHERE state = 'new' LIMIT %(most)s) received)
"""


def waiting(hold: Hold | None, *, at: datetime) -> Waiting:
    """Count what waits. One query. A hold that nobody wrote down leaves all of it in doubt."""
    data_of = hold.data_of if hold else at
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"at": at, "data_of": data_of, "most": MOST})
        return Waiting(*cursor.fetchone())
