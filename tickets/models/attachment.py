"""Files that came with messages, and files that wait for theirs."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from supportdesk.models import User
from tickets.models.message import Message

if TYPE_CHECKING:
    from tickets.models.ticket import Ticket

#: How long a file waits for the message it was uploaded for.
HELD_FOR = timedelta(hours=24)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def held_by(self, *, user: User | None = None, session: str = "") -> "AttachmentQuerySet":
        """Uploaded and not yet sent, by this person or in this session; nobody sees another’s."""
        holder = Q(held_by=user) if user else Q(held_session=session, held_by=None)
        if not user and not session:
            return self.none()
        return self.filter(holder, message=None)

    def of_public_messages(self, ticket: "Ticket", *, at: datetime) -> "AttachmentQuerySet":
        """What a customer of ``ticket`` may download at ``at``."""
        return self.filter(message__in=Message.objects.filter(ticket=ticket).public(at=at))

    def claim(self, files: "Iterable[Attachment]", message: Message) -> None:
        """Give held files to the message they were uploaded for. Those already given stay."""
        self.filter(pk__in=[file.pk for file in files], message=None).update(
            message=message, held_by=None, held_session="", held_for=""
        )

    def forgotten(self, *, at: datetime) -> "AttachmentQuerySet":
        """Held for longer than anybody comes back."""
        return self.filter(message=None, created_at__lt=at - HELD_FOR)


class Attachment(models.Model):
    """A file. Its name and type are what we say, not what the sender said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="attachments"
    )
    #: Until it is sent: who uploaded it, a member of staff or an anonymous session.
    held_by = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    held_session = models.CharField(max_length=64, blank=True)
    #: Which form or draft it waits for: ``submit:delivery-photo``, ``reply:10042``.
    held_for = models.CharField(max_length=80, blank=True)
    #: The key of the topic’s field it answers, if it does.
    field_key = models.CharField(max_length=40, blank=True)

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    #: Where the bytes are: two hex digits, a slash, 32 hex digits; never anything of the sender’s.
    storage_key = models.CharField(max_length=80)
    #: Our own re-encoded picture of it, which alone is ever shown inline.
    preview_key = models.CharField(max_length=80, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "name", "pk"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(message=None), name="attachment_held"),
        ]

    def __str__(self) -> str:
        return self.name
