"""A change of owner that carries what the next one needs, so that nobody asks again."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from supportdesk.models import User
from tickets.models.queue import Queue


class Handoff(models.Model):
    """What the receiver needs to know. To a person, or to a queue whose team picks it up."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="handoffs")
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handed_off")
    to_user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="handed_over"
    )
    to_queue = models.ForeignKey(Queue, on_delete=models.PROTECT, null=True)
    wants = models.TextField(_("What the customer wants"), max_length=1000)
    known = models.TextField(_("What we know"), max_length=2000)
    tried = models.TextField(_("What was tried"), max_length=2000, blank=True)
    promised = models.TextField(_("What was promised"), max_length=1000, blank=True)
    dont_ask = models.TextField(_("What not to ask again"), max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_user__isnull=False) | models.Q(to_queue__isnull=False),
                name="handoff_goes_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"handoff of #{self.ticket_id} at {self.at:%Y-%m-%d %H:%M}"
