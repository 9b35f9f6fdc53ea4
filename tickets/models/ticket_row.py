"""The row of a ticket: its columns, and the one way in which they are written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer, Identity
from supportdesk.lib.prepared import rows_written_once
from supportdesk.models import User
from tickets.errors import TicketChanged
from tickets.models.event import Event
from tickets.models.message import Message
from tickets.models.promise import Promise
from tickets.models.queue import Queue
from tickets.models.ticket_questions import TicketQuerySet
from tickets.models.topic import Topic
from tickets.signals import event_recorded
from tickets.states import UNSOLVED, WITH_US, Confirmation, Impact, Outcome, Priority, State

#: How much of the last words a list shows, in characters.
SNIPPET = 200

#: A queue’s targets, an address: nothing that is decided under the lock depends on them.
READ_BESIDE = ("queue", "topic", "customer", "identity")


def snippet(text: str) -> str:
    """Return as much of a text as a list shows of it, on one line."""
    return " ".join(text[: SNIPPET * 4].split())[:SNIPPET]


#: What a reply or a solution changes on its ticket, and taking it back restores.
TIMES = ("_at", "_since", "_from")
UNDOABLE = (
    "state",
    "state_before",
    "state_from",
    "owner_id",
    "confirmation",
    "given_outcome",
    "given_reason",
    "hold_reason",
    "first_reply_at",
    "solved_at",
    "waiting_since",
    "quiet_at",
    "due_at",
    "due_since",
    "due_kind",
    "broken_at",
    "last_text",
    "last_at",
    "last_by_us",
)

#: Of these, what says where the ticket stands.
STANDING = {
    "state",
    "state_before",
    "state_from",
    "confirmation",
    "given_outcome",
    "given_reason",
    "hold_reason",
    "solved_at",
    "quiet_at",
}

#: And what is settled by any answer of ours.
MADE_GOOD = {
    "first_reply_at",
    "waiting_since",
    "due_at",
    "due_since",
    "due_kind",
    "broken_at",
}


class TicketRow(models.Model):
    """The columns of a ticket. Its verbs are in ``Ticket``, the only one that inherits this."""

    #: Counts from 10001 and is the number that people say.
    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="tickets")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tickets")
    #: The address or number that it came from and that we answer to.
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="tickets")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="tickets")

    subject = models.CharField(gettext_lazy("subject"), max_length=200)
    via = models.CharField(max_length=5, choices=Message.Via)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)

    # The customer’s own: no verb changes them, and the database refuses every UPDATE of them.
    impact = models.CharField(max_length=8, choices=Impact, blank=True)
    impact_reason = models.CharField(max_length=300, blank=True)
    desired_outcome = models.TextField(max_length=2000, blank=True)
    #: What the topic’s extra fields asked: [{"key": …, "label": …, "value": …}].
    answers = models.JSONField(default=list)

    complaint_at = models.DateTimeField(null=True)
    complaint_quote = models.TextField(blank=True)
    spam_at = models.DateTimeField(null=True)

    given_outcome = models.CharField(max_length=11, choices=Outcome, blank=True)
    given_reason = models.TextField(blank=True)
    confirmation = models.CharField(
        max_length=9, choices=Confirmation, default=Confirmation.NONE, blank=True
    )
    #: Why it is on hold, as the customer reads it.
    hold_reason = models.CharField(max_length=300, blank=True)

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    #: Since when the customer waits for a word from us.
    waiting_since = models.DateTimeField(null=True)
    #: Since when it is out of the working views: it waits for a customer who does not answer.
    #: Not solved; whatever anybody says brings it back.
    quiet_at = models.DateTimeField(null=True)
    #: The next update due: the open promise, or the one that broke and is not yet made good.
    due_at = models.DateTimeField(null=True)
    due_since = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=6, choices=Promise.Kind, blank=True)
    broken_at = models.DateTimeField(null=True)

    #: The last thing that customer and desk said to each other, for lists.
    last_text = models.CharField(max_length=SNIPPET, blank=True)
    last_at = models.DateTimeField()
    last_by_us = models.BooleanField(default=False)
    #: Grows with every message and note; who writes says which one they have read.
    thread_version = models.PositiveIntegerField(default=1)
    #: What the customer is shown until ``state_from``: a solution can be taken back till then.
    state_before = models.CharField(max_length=8, choices=State, default=State.NEW)
    state_from = models.DateTimeField()

    #: While a verb holds the row: what is known of it here need not be read again.
    is_whole = False

    objects = TicketQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=UNSOLVED, spam_at=None),
                name="ticket_due",
            ),
            models.Index(
                fields=["owner", "due_at", "id"],
                condition=Q(state__in=UNSOLVED, spam_at=None),
                name="ticket_due_of_owner",
            ),
            models.Index(
                fields=["state", "due_at", "id"],
                condition=Q(state__in=UNSOLVED, spam_at=None),
                name="ticket_due_by_state",
            ),
            models.Index(
                fields=["broken_at"], condition=Q(broken_at__isnull=False), name="ticket_broken"
            ),
            # Who waits for us, the longest first: on the whole desk, and in one queue.
            models.Index(
                fields=["waiting_since", "id"],
                include=["queue"],
                condition=Q(state__in=UNSOLVED, spam_at=None, waiting_since__isnull=False),
                name="ticket_waits",
            ),
            models.Index(
                fields=["queue", "waiting_since", "id"],
                condition=Q(state__in=UNSOLVED, spam_at=None, waiting_since__isnull=False),
                name="ticket_waits_in_queue",
            ),
            models.Index(
                fields=["broken_at", "id"],
                include=["queue"],
                condition=Q(state__in=UNSOLVED, spam_at=None, broken_at__isnull=False),
                name="ticket_still_broken",
            ),
            # What somebody carries, or nobody: counted without a look at the rows.
            models.Index(
                fields=["owner", "queue"],
                include=["priority", "waiting_since"],
                condition=Q(state__in=WITH_US, spam_at=None),
                name="ticket_carried",
            ),
            models.Index(
                fields=["changed_at", "id"], condition=Q(spam_at__isnull=False), name="ticket_spam"
            ),
            models.Index(fields=["changed_at", "id"], name="ticket_changed"),
            models.Index(fields=["created_at", "id"], name="ticket_came"),
            models.Index(fields=["queue", "changed_at", "id"], name="ticket_of_queue"),
            models.Index(fields=["owner", "changed_at", "id"], name="ticket_of_owner"),
            models.Index(fields=["topic", "changed_at", "id"], name="ticket_of_topic"),
            models.Index(fields=["customer", "created_at"], name="ticket_of_customer"),
            models.Index(fields=["identity", "created_at"], name="ticket_of_identity"),
            GinIndex(fields=["tags"], name="ticket_tags"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="ticket_state"),
            models.CheckConstraint(
                condition=~Q(state="solved") | (~Q(given_outcome="") & Q(topic__isnull=False)),
                name="solved_with_outcome_and_topic",
            ),
            models.CheckConstraint(
                condition=Q(state="solved") | ~Q(confirmation__in=["asked", "confirmed", "quiet"]),
                name="only_solved_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(quiet_at=None), name="only_waiting_goes_quiet"
            ),
        ]

    def record(self, kind: str, *, by: User | Customer | None, at: datetime, **data: Any) -> Event:
        """Write the ledger and announce it, inside the transaction of the verb."""
        event = Event.objects.create(
            ticket=cast(Any, self),
            kind=kind,
            by_user=by if isinstance(by, User) else None,
            by_customer=by if isinstance(by, Customer) else None,
            at=at,
            data=data,
        )
        event_recorded.send(sender=Event, event=event)
        return event

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Lock the row and read it anew, in a transaction. In here this is what stands there."""
        with transaction.atomic():
            self._lock()
            with self._whole():
                yield

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Nobody else can change the row in here, and nothing in it is unknown to us."""
        self.is_whole = True
        try:
            yield
        finally:
            self.is_whole = False

    def _lock(self) -> None:
        """Lock the row and read it anew. What verbs only read beside it stays if it still belongs."""
        found = next(iter(_to_lock(number=self.pk)), None)
        if found is None:
            raise type(self).DoesNotExist
        cache = self._state.fields_cache
        beside = {name: cache[name] for name in READ_BESIDE if cache.get(name)}
        cache.clear()
        vars(self).pop("_prefetched_objects_cache", None)
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(found, field.attname))
        for name, row in beside.items():
            if row.pk == getattr(self, f"{name}_id"):
                setattr(self, name, row)

    def _write(self, *, at: datetime, **changes: Any) -> None:
        """Write the columns that are meant, and know the values that were written."""
        type(self).objects.filter(pk=self.pk).update(changed_at=at, **changes)
        self._learn(changes | {"changed_at": at})

    def _swap(self, expected: dict[str, Any], *, at: datetime, **changes: Any) -> None:
        """Compare and swap: of two people who press together, one wins."""
        if not type(self).objects.filter(pk=self.pk, **expected).update(changed_at=at, **changes):
            raise TicketChanged(_("Somebody else changed this ticket a moment ago."))
        self._learn(changes | {"changed_at": at})

    def _learn(self, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            if name == "thread_version":
                self.thread_version += 1
            else:
                setattr(self, name, value)

    def _snapshot(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in UNDOABLE}

    def _restored(self, event: Event) -> dict[str, Any]:
        """The columns as they were before ``event``, where nobody has changed them since.

        If somebody has spoken since, the ticket stays where that put it; the
        customer waits from when they began to.
        """
        before, after = event.data["before"], event.data["after"]
        now = self._snapshot()
        kept: set[str] = set()
        if now["last_at"] != after["last_at"]:
            kept = STANDING | MADE_GOOD if now["last_by_us"] else STANDING
        restored = {
            name: _parsed(name, before[name])
            for name in UNDOABLE
            if now[name] == after[name] != before[name] and name not in kept
        }
        if now["waiting_since"] and before["waiting_since"]:
            restored["waiting_since"] = _parsed("waiting_since", before["waiting_since"])
        return restored


@rows_written_once
def _to_lock(*, number: int) -> TicketQuerySet:
    tickets = apps.get_model("tickets", "Ticket").objects
    return tickets.filter(pk=number).select_for_update(no_key=True)


def _parsed(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith(TIMES) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
