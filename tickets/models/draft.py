"""What somebody is writing and has not sent."""

from datetime import datetime

from django.db import models
from django.db.models import F

from supportdesk.models import User


class Draft(models.Model):
    """One person’s unsent reply or note to one ticket. A note’s draft never becomes a reply."""

    class Kind(models.TextChoices):
        REPLY = "reply"
        NOTE = "note"

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE)
    kind = models.CharField(max_length=5, choices=Kind)
    text = models.TextField(blank=True)
    #: The rest of the form: cc, next state, promised moment.
    choices = models.JSONField(default=dict)
    #: Counts the saves; an old tab cannot overwrite a newer draft.
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "author", "kind"], name="draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.author_id} to #{self.ticket_id}"

    @classmethod
    def keep(
        cls,
        *,
        ticket_id: int,
        author: User,
        kind: str,
        text: str,
        choices: dict[str, str],
        version: int,
        at: datetime,
    ) -> "Draft | None":
        """Save the text if ``version`` is the one it was read at; ``None`` if a newer one stands."""
        draft, is_new = cls.objects.get_or_create(
            ticket_id=ticket_id,
            author=author,
            kind=kind,
            defaults={"text": text, "choices": choices, "version": 1, "saved_at": at},
        )
        if is_new:
            return draft
        kept = cls.objects.filter(pk=draft.pk, version=version).update(
            text=text, choices=choices, version=F("version") + 1, saved_at=at
        )
        if not kept:
            return None
        draft.refresh_from_db()
        return draft

    @classmethod
    def give_back(
        cls, *, ticket_id: int, author: User, text: str, choices: dict[str, str], at: datetime
    ) -> "Draft":
        """A reply that was taken back is a draft again, above what its writer began since."""
        draft, is_new = cls.objects.select_for_update().get_or_create(
            ticket_id=ticket_id,
            author=author,
            kind=cls.Kind.REPLY,
            defaults={"text": text, "choices": choices, "version": 1, "saved_at": at},
        )
        if not is_new:
            begun = draft.text.strip() and draft.text.strip() != text.strip()
            draft.text = f"{text}\n\n{draft.text}" if begun else text
            draft.choices, draft.saved_at = choices, at
            draft.version += 1
            draft.save(update_fields=["text", "choices", "saved_at", "version"])
        return draft
