"""Reminders to get back to a customer."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supportdesk.models import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def standing(self) -> "FollowUpQuerySet":
        return self.filter(done_at=None)

    def due(self, *, at: datetime) -> "FollowUpQuerySet":
        return self.standing().filter(due_at__lte=at)


class FollowUp(models.Model):
    """Somebody wants to come back to a ticket, before or after it is solved."""

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.PROTECT, related_name="follow_ups"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="follow_ups")
    what = models.CharField(_("what for"), max_length=200, blank=True)
    set_at = models.DateTimeField()
    due_at = models.DateTimeField(_("when"))
    reminded_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["user", "due_at"], condition=Q(done_at=None), name="follow_up_due")
        ]

    def __str__(self) -> str:
        return f"{self.what or 'follow up'} at {self.due_at:%Y-%m-%d %H:%M}"
