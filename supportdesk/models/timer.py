"""What must happen later, as rows."""

from django.db import models
from django.db.models.functions import Coalesce


class Timer(models.Model):
    """A moment at which somebody should look at something.

    Set, cancelled and fired by ``supportdesk.timers`` alone. The handler of
    ``kind`` looks again whether there is still anything to do: a timer is a
    suggestion, not a command. ``key`` makes it unique: setting the same key
    again moves it.
    """

    kind = models.CharField(max_length=40)
    #: App label and key of what it is about, without a foreign key: the floor knows no tickets.
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    #: All timers of one thing, e.g. ``ticket:10042``, so that they can be cancelled together.
    group_key = models.CharField(max_length=60)
    key = models.CharField(max_length=100, unique=True)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: Set when firing failed: this one row backs off, the others go on.
    retry_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(
                Coalesce("retry_at", "due_at"),
                condition=models.Q(fired_at=None, cancelled_at=None),
                name="timer_to_fire",
            ),
            models.Index(
                fields=["group_key"],
                condition=models.Q(fired_at=None, cancelled_at=None),
                name="timer_of_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.group_key} at {self.due_at:%Y-%m-%d %H:%M}"
