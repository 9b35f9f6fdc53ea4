"""What the dashboards keep of the past, all of it counted from the tickets and countable again.

A trigger marks every ticket whose facts change, in the transaction of the
change, whoever makes it. ``counting`` takes the marks, writes the facts of each
ticket anew, and adds to the days exactly what that changed. So the days are at
every instant the sum of the facts, a number is read from a few hundred rows
however many tickets there are, and the tickets behind it are found by the
facts’ indexes.

The facts belong to the queue in which the ticket is *now*: a ticket that moves
takes its past along, and nobody counts what they may not see.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tickets.models import Queue, Ticket


class Changed(models.Model):
    """A ticket whose facts are to be written anew. Written by triggers alone."""

    ticket_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class TicketFacts(models.Model):
    """The days on which things happened to one ticket, in the desk’s time zone. Spam has none."""

    ticket = models.OneToOneField(
        Ticket, on_delete=models.CASCADE, primary_key=True, related_name="facts"
    )
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, db_index=False, related_name="+")
    created_on = models.DateField()
    replied_on = models.DateField(null=True)
    #: Whole minutes of opening hours from the ticket’s coming to our first reply.
    reply_minutes = models.PositiveIntegerField(null=True)
    #: Solved, and not said since to be still a problem.
    solved_on = models.DateField(null=True)
    #: When the customer last said whether it is solved, and what.
    answered_on = models.DateField(null=True)
    answer = models.CharField(max_length=6, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["queue", "created_on"], name="facts_created"),
            models.Index(
                fields=["queue", "replied_on", "reply_minutes"],
                condition=Q(replied_on__isnull=False),
                name="facts_replied",
            ),
            models.Index(
                fields=["queue", "solved_on"],
                condition=Q(solved_on__isnull=False),
                name="facts_solved",
            ),
            models.Index(
                fields=["queue", "created_on"],
                condition=Q(solved_on__isnull=True),
                name="facts_unsolved",
            ),
            models.Index(
                fields=["queue", "answered_on", "answer"],
                condition=Q(answered_on__isnull=False),
                name="facts_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} of {self.created_on}"


class QueueDay(models.Model):
    """How many tickets of a queue came, were answered, solved and judged on one day."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, db_index=False, related_name="+")
    day = models.DateField()
    created = models.IntegerField(default=0)
    replied = models.IntegerField(default=0)
    solved = models.IntegerField(default=0)
    yes = models.IntegerField(default=0)
    partly = models.IntegerField(default=0)
    no = models.IntegerField(default=0)
    #: How many first replies took how long, by the classes of ``spans.EDGES``.
    reply_times = ArrayField(models.IntegerField(), default=list)

    class Meta:
        # The counts are in the index: all days before a period are summed without their classes.
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "day"],
                include=["created", "replied", "solved", "yes", "partly", "no"],
                name="queue_day_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} on {self.day}"


class Counting(models.Model):
    """How far the counting is. One row; without it everything is counted anew."""

    #: The time zone whose days are counted.
    zone = models.CharField(max_length=60)
    #: Every change before this is counted; none: the first counting is under way.
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="counting_is_one_row")]

    def __str__(self) -> str:
        return f"counted until {self.counted_at}"
