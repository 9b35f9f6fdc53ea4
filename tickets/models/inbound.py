"""Mail that came in: stored first, processed then."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.message import Message


class InboundMail(models.Model):
    """A mail as it arrived, byte for byte, and what became of it. Never dropped silently."""

    class State(models.TextChoices):
        NEW = "new", _("to be processed")
        DONE = "done", _("in a ticket")
        HELD = "held", _("held, with a reason")
        QUARANTINED = "quarantined", _("could not be read")

    mailbox = models.CharField(max_length=254)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=11, choices=State, default=State.NEW)
    #: Counted before each try, so that a mail that kills its worker ends in quarantine.
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True)
    #: When somebody looked at what is held and let it be: it is kept, and no alarm any more.
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"], condition=models.Q(state="new"), name="inbound_new"
            ),
            models.Index(
                fields=["received_at"],
                condition=~models.Q(state="done") & models.Q(seen_at=None),
                name="inbound_unseen",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "sha256"], name="inbound_once"),
        ]

    def __str__(self) -> str:
        return f"mail of {self.received_at:%Y-%m-%d %H:%M} to {self.mailbox}"
