"""What pages ask: what became of these mails, and does anything stand still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from supportdesk.models import Delivery

State = Delivery.State


@dataclass(frozen=True)
class Alarms:
    """What stands still. ``late_since`` is when the oldest of the late mails was due.

    ``in_doubt_since`` is when the oldest of those in doubt fell into it.
    """

    late: int
    late_since: datetime | None
    in_doubt: int
    in_doubt_since: datetime | None
    failed: int

    def __bool__(self) -> bool:
        return bool(self.late or self.in_doubt or self.failed)


# One branch a state, so that each goes by the index of its own rows: every page of a supervisor asks.
_ALARMS = """
    SELECT count(*) FILTER (WHERE late), min(least(release_at, created_at + interval '10 min'))
               FILTER (WHERE late),
           count(*) FILTER (WHERE state = 'in_doubt'), min(doubted_at),
           count(*) FILTER (WHERE state = 'failed')
    FROM (
        SELECT state, release_at, created_at, NULL::timestamptz AS doubted_at,
            release_at < %(at)s - interval '2 min'
            OR attempts > 0 AND created_at < %(at)s - interval '10 min' AS late
        FROM supportdesk_delivery WHERE state = 'queued'
        UNION ALL
        SELECT state, release_at, created_at, coalesce(doubted_at, created_at), false
        FROM supportdesk_delivery WHERE state = 'in_doubt'
        UNION ALL
        SELECT delivery.state, delivery.release_at, delivery.created_at, NULL, false
        FROM supportdesk_delivery delivery
        WHERE delivery.state = 'failed' AND delivery.created_at > %(at)s - interval '72 h'
          AND EXISTS (SELECT 1 FROM supportdesk_attempt attempt
                      WHERE attempt.delivery_id = delivery.id AND attempt.outcome = 'failed'
                        AND attempt.at > %(at)s - interval '24 h')
    ) mail
"""


def alarms(*, at: datetime) -> Alarms:
    """Say what is late (over two minutes, or over ten and still retried), in doubt, or failed today."""
    with connection.cursor() as cursor:
        cursor.execute(_ALARMS, {"at": at})
        return Alarms(*cursor.fetchone())


@dataclass(frozen=True)
class Fate:
    """What became of the mails about one subject: ``state`` is the worst of theirs."""

    state: str
    #: Whom it could not reach, or may not have reached.
    recipients: tuple[str, ...]
    #: The server’s words, from outside.
    reason: str
    label: str


_WORST_FIRST = (
    State.FAILED, State.IN_DOUBT, State.QUEUED, State.SENDING, State.SENT, State.CANCELLED,
)  # fmt: skip


def state_of(subject: str, ids: Sequence[int]) -> dict[int, Fate]:
    """Return the fate of each subject that has mails. One query."""
    rows: dict[int, list[Delivery]] = {}
    for row in Delivery.objects.filter(subject=subject, subject_id__in=ids).defer("payload"):
        rows.setdefault(row.subject_id, []).append(row)
    fates = {}
    for subject_id, mails in rows.items():
        worst = min((State(mail.state) for mail in mails), key=_WORST_FIRST.index)
        those = [mail for mail in mails if mail.state == worst]
        fates[subject_id] = Fate(
            state=worst.value,
            recipients=tuple(mail.recipient for mail in those),
            reason=next((mail.response for mail in those if mail.response), ""),
            label=str(worst.label),
        )
    return fates
