"""Everything that goes out passes here: rows first, the wire later."""

import hashlib
import hmac
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from supportdesk.models import Delivery


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
    """Write a mail in the transaction of its cause; ``None`` if ``dedupe_key`` stands already."""
    if dedupe_key and Delivery.objects.filter(dedupe_key=dedupe_key).exists():
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


def signed_message_id(pk: uuid.UUID) -> str:
    """Return the Message-ID of a delivery: only we can have made it."""
    seal = hmac.new(settings.SECRET_KEY.encode(), pk.bytes, hashlib.sha256).hexdigest()[:32]
    return f"<{pk.hex}.{seal}@{settings.MAIL_DOMAIN}>"


def take_back(*, subject: str, subject_id: int) -> bool:
    """Cancel what is still queued about a subject. False if any of it is already claimed."""
    mails = Delivery.objects.filter(subject=subject, subject_id=subject_id)
    mails.filter(state=Delivery.State.QUEUED).update(state=Delivery.State.CANCELLED)
    return not mails.exclude(state=Delivery.State.CANCELLED).exists()
