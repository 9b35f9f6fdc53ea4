"""Who is named in a note, and so is asked to look."""

from django.db import models

from supportdesk.models import User


class Mention(models.Model):
    """A colleague named in a note. They may read the ticket from then on, whatever its queue."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="mentions")
    message = models.ForeignKey(
        "tickets.Message", on_delete=models.PROTECT, related_name="mentions"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mentions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["user", "ticket"], name="mention_of_user")]
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="mentioned_once_in_a_note"),
        ]

    def __str__(self) -> str:
        return f"{self.user} in #{self.ticket_id}"
