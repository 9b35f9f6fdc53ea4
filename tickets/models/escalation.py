"""When something is about to go wrong or has, and who was told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supportdesk.models import User
from tickets.models.promise import Promise


class Escalation(models.Model):
    """A level, a reason and a person. Settled when the customer has heard from us."""

    class Reason(models.TextChoices):
        PROMISE_BROKEN = "promise_broken", _("a promise was broken")

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.PROTECT, related_name="escalations"
    )
    level = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField(max_length=20, choices=Reason)
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, null=True)
    to_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "level"], name="escalation_once"),
        ]
        indexes = [
            models.Index(
                fields=["ticket"], condition=Q(settled_at=None), name="escalation_standing"
            )
        ]

    def __str__(self) -> str:
        return f"level {self.level} for #{self.ticket_id}"
