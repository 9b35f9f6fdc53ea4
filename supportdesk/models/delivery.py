"""What goes out, as rows: written with the change that caused it, sent by a worker."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Delivery(models.Model):
    """One mail to one recipient’s envelope. Sent by ``supportdesk.outbox`` alone.

    The Message-ID is fixed when the row is written and the same on every
    attempt. A mail whose fate is unknown is *in doubt* and looked up by its
    Message-ID before anything is sent again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("on its way")
        SENDING = "sending", _("being sent")
        IN_DOUBT = "in_doubt", _("not known whether it arrived")
        SENT = "sent", _("sent")
        FAILED = "failed", _("could not be sent")
        CANCELLED = "cancelled", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: What kind of mail, e.g. ``reply``, ``acknowledgement``, ``staff``; names its template.
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    group_key = models.CharField(max_length=60)
    dedupe_key = models.CharField(max_length=100, unique=True, null=True)

    message_id = models.CharField(max_length=200, unique=True)
    recipient = models.EmailField()
    #: Sender, subject line, text, HTML, headers, attachments’ keys: what ``outbox`` builds from.
    payload = models.JSONField()
    #: Made by the desk, not by a person: RFC 3834 headers and an empty envelope sender.
    is_automatic = models.BooleanField(default=False)

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    created_at = models.DateTimeField()
    #: Not before this: the undo window, then the next try.
    release_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    #: Committed just before the mail’s bytes go out: from here on its fate can be unknown.
    data_began_at = models.DateTimeField(null=True)
    doubted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The server’s last words, without secrets: “550 no such user”.
    response = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["release_at"], condition=models.Q(state="queued"), name="delivery_queued"
            ),
            models.Index(
                fields=["lease_until"], condition=models.Q(state="sending"), name="delivery_leased"
            ),
            models.Index(
                fields=["doubted_at"], condition=models.Q(state="in_doubt"), name="delivery_doubt"
            ),
            models.Index(
                fields=["created_at"], condition=models.Q(state="failed"), name="delivery_failed"
            ),
            models.Index(fields=["group_key"], name="delivery_group"),
            models.Index(fields=["subject", "subject_id"], name="delivery_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient}"


class Attempt(models.Model):
    """One try to send a mail, and how it ended."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Delivery.State)
    response = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.outcome} at {self.at:%Y-%m-%d %H:%M}"


class CaughtMail(models.Model):
    """A mail as the trial desk’s own mail server received it. Nothing leaves the machine."""

    message_id = models.CharField(max_length=200, db_index=True)
    sender = models.CharField(max_length=254, blank=True)
    recipient = models.CharField(max_length=254)
    raw = models.BinaryField()
    caught_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.message_id} to {self.recipient}"
