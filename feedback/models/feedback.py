"""The first survey: is it solved, how easy was it, in your words, may we contact you."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from tickets.models import Event, Ticket


class Feedback(models.Model):
    """What a customer said of how one ticket went. One for each time it was solved."""

    class Solved(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="feedback")
    #: Which solution it is about: a ticket that was solved again is asked again.
    solved_at = models.DateTimeField()
    is_solved = models.CharField(max_length=6, choices=Solved)
    #: 1 “very hard” to 7 “very easy”.
    ease = models.PositiveSmallIntegerField(null=True)
    words = models.TextField(max_length=4000, blank=True)
    may_contact = models.BooleanField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "solved_at"], name="feedback_once"),
            models.CheckConstraint(
                condition=models.Q(ease=None) | models.Q(ease__range=(1, 7)), name="feedback_ease"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="feedback_at")]

    def __str__(self) -> str:
        return f"{self.is_solved} for #{self.ticket_id}"

    @classmethod
    def give(
        cls,
        ticket: Ticket,
        *,
        is_solved: str,
        ease: int | None,
        words: str,
        may_contact: bool | None,
        at: datetime,
    ) -> "Feedback":
        """Save what the customer says; said again for the same solution, it is corrected."""
        with transaction.atomic():
            feedback, is_new = cls.objects.update_or_create(
                ticket=ticket,
                solved_at=ticket.solved_at,
                defaults={
                    "is_solved": is_solved,
                    "ease": ease,
                    "words": words.strip(),
                    "may_contact": may_contact,
                    "at": at,
                },
            )
            if is_new:
                ticket.record(
                    Event.Kind.RATED, by=ticket.customer, at=at, is_solved=is_solved, ease=ease
                )
        return feedback
