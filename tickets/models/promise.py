"""What we told customers, with a deadline."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from supportdesk.models import User
from tickets.models.message import Message

if TYPE_CHECKING:
    from tickets.models.ticket import Ticket


class PromiseQuerySet(models.QuerySet["Promise"]):
    def open(self) -> "PromiseQuerySet":
        return self.filter(state=Promise.State.OPEN)

    def settle(self, *, by: Message, at: datetime) -> int:
        """Kept with this message, or kept late, judged by when the customer can read it."""
        return self.open().update(state=_kept_by(at), settled_at=at, settled_by=by)

    def undo(self, message: Message) -> None:
        """The message is taken back: what it promised never was, what it settled is open.

        Unless we have answered since: then that answer settled it. What was
        promised only because there was nothing open any more never was either.
        """
        self.filter(message=message).update(state=Promise.State.UNDONE)
        settled = self.filter(settled_by=message)
        if not settled.exists():
            return
        replies = Message.objects.standing().filter(ticket=message.ticket_id, kind="reply")
        answer = replies.filter(pk__gt=message.pk).order_by("pk").first()
        if answer is None:
            self.open().update(state=Promise.State.UNDONE)
            settled.update(state=Promise.State.OPEN, settled_at=None, settled_by=None)
        else:
            settled.update(
                state=_kept_by(answer.release_at), settled_at=answer.release_at, settled_by=answer
            )

    def made_public(self, *, at: datetime) -> "PromiseQuerySet":
        """What the customer knows of at ``at``: nothing that can still be taken back."""
        return self.filter(made_at__lte=at).exclude(state=Promise.State.UNDONE)


class Promise(models.Model):
    """Something told to a customer with a deadline: kept or broken, never forgotten."""

    class Kind(models.TextChoices):
        REPLY = "reply", _("reply")
        UPDATE = "update", _("update")
        RESULT = "result", _("result")
        CALL = "call", _("call")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        KEPT = "kept", _("kept")
        KEPT_LATE = "kept_late", _("kept late")
        BROKEN = "broken", _("broken")
        WITHDRAWN = "withdrawn", _("withdrawn by the customer")
        SUPERSEDED = "superseded", _("replaced by another, and said so")
        UNDONE = "undone", _("taken back before it was sent")

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=6, choices=Kind, default=Kind.UPDATE)
    text = models.CharField(max_length=200, blank=True)
    #: The message that made it; none: the desk’s own standing promise.
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="promises_made"
    )
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    #: From when the customer knows of it: the end of the undo window.
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="promises_settled"
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        indexes = [models.Index(fields=["ticket", "made_at"], name="promise_of_ticket")]
        constraints = [
            # One next update due for each ticket; two writers cannot both make one.
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state="open"), name="promise_one_open"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("made_at")), name="promise_in_future"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.due_at:%Y-%m-%d %H:%M}"

    @classmethod
    def make(
        cls,
        ticket: "Ticket",
        *,
        kind: str,
        due_at: datetime,
        at: datetime,
        by: User | None = None,
        message: Message | None = None,
        text: str = "",
    ) -> "Promise":
        """Promise something on a ticket that has no open promise."""
        return cls.objects.create(
            ticket=ticket,
            kind=kind,
            text=text,
            message=message,
            by_user=by,
            made_at=at,
            due_at=due_at,
        )


def _kept_by(at: datetime) -> Case:
    return Case(When(due_at__lt=at, then=Value("kept_late")), default=Value("kept"))
