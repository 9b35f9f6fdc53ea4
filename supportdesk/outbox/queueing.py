"""Write mails as rows, and take them back while nobody has them."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils.translation import gettext_noop

from supportdesk.models import Delivery, User
from supportdesk.outbox.names import signed_message_id

State = Delivery.State


class NothingSendsPastTheOutbox(BaseEmailBackend):
    """Django’s mail functions meet this: mail is a row, written with its change."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise RuntimeError("Mail is queued with supportdesk.outbox.queue_mail.")


def queue_mail(
    *,
    kind: str,
    recipient: str,
    payload: dict[str, Any],
    subject: str,
    subject_id: int,
    group_key: str,
    at: datetime,
    release_at: datetime | None = None,
    is_automatic: bool = False,
    dedupe_key: str | None = None,
) -> Delivery | None:
    """Write a mail in the transaction of its cause; ``None`` if ``dedupe_key`` stands already.

    ``payload``: ``from`` [name, address], ``subject``, ``text``, and as needed
    ``html``, ``to`` and ``cc`` (what the headers show; else the recipient),
    ``references``, ``files`` [{name, content_type, storage_key}] and ``link``
    (a registered kind and what it needs), whose address replaces SECRET_LINK.
    ``supportdesk.lib.letters`` makes one from templates.
    """
    if dedupe_key and is_written(dedupe_key):
        return None
    pk = uuid.uuid4()
    return Delivery.objects.create(
        pk=pk,
        kind=kind,
        recipient=recipient,
        payload=payload,
        subject=subject,
        subject_id=subject_id,
        group_key=group_key,
        message_id=signed_message_id(pk),
        created_at=at,
        release_at=release_at or at,
        is_automatic=is_automatic,
        dedupe_key=dedupe_key,
    )


def is_written(dedupe_key: str) -> bool:
    """Whether this mail stands already: then there is no use in wording it again."""
    return Delivery.objects.filter(dedupe_key=dedupe_key).exists()


def take_back(*, subject: str, subject_id: int) -> bool:
    """Cancel what is still queued about a subject. False if any of it is already claimed."""
    mails = Delivery.objects.filter(subject=subject, subject_id=subject_id)
    mails.filter(state=State.QUEUED).update(state=State.CANCELLED)
    return not mails.exclude(state=State.CANCELLED).exists()


def send_again(pk: uuid.UUID, *, by: User, at: datetime) -> bool:
    """Try a failed mail, or one in doubt, once more: a person decided so. False if it is neither."""
    return _decide(pk, State.QUEUED, "sent again by %s", by=by, at=at)


def mark_arrived(pk: uuid.UUID, *, by: User, at: datetime) -> bool:
    """A person found out that a mail in doubt is there. False if it is in doubt no more."""
    return _decide(pk, State.SENT, "arrived, as %s found out", by=by, at=at)


# What a person decides stands among the tries, with their name; both or neither.
_DECIDE = """
    WITH decided AS (
        UPDATE supportdesk_delivery SET
            state = %(state)s, data_began_at = NULL, doubted_at = NULL,
            release_at = CASE WHEN %(state)s = 'queued' THEN %(at)s ELSE release_at END,
            sent_at = CASE WHEN %(state)s = 'sent' THEN coalesce(data_began_at, %(at)s) END
        WHERE id = %(id)s AND (state = 'in_doubt' OR state = 'failed' AND %(state)s = 'queued')
        RETURNING id)
    INSERT INTO supportdesk_attempt (delivery_id, at, outcome, response)
    SELECT id, %(at)s, %(state)s, %(response)s FROM decided
"""


def _decide(pk: uuid.UUID, state: str, words: str, *, by: User, at: datetime) -> bool:
    with connection.cursor() as cursor:
        response = (words % by)[:300]
        cursor.execute(_DECIDE, {"id": pk, "state": state, "response": response, "at": at})
        return bool(cursor.rowcount)


KEPT_BACK = gettext_noop("kept back: it may have gone out after the backup")

_KEEP_BACK = """
    WITH kept AS (
        UPDATE supportdesk_delivery SET
            state = 'in_doubt', doubted_at = %(at)s, response = %(why)s,
            lease_until = NULL, data_began_at = NULL
        WHERE state IN ('queued', 'sending', 'in_doubt') AND created_at <= %(until)s
        RETURNING id)
    INSERT INTO supportdesk_attempt (delivery_id, at, outcome, response)
    SELECT id, %(at)s, 'in_doubt', %(why)s FROM kept
"""


def keep_back(*, written_until: datetime, at: datetime) -> int:
    """Put mails in doubt that another copy of this desk may have sent. Return how many.

    They are never sent again by themselves; a journal that knows one as taken settles it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_BACK, {"until": written_until, "at": at, "why": KEPT_BACK})
        return int(cursor.rowcount)
