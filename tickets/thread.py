"""The time line of one ticket: what was said, and one quiet line for what happened between."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, Q

from supportdesk.models import Delivery, User
from tickets.models import Attachment, Event, Message, Promise, Ticket

SIZE = 50

#: These are told by the message that they brought; the line would only repeat it.
TOLD_BY_THEIR_MESSAGE = (
    Event.Kind.SUBMITTED,
    Event.Kind.CUSTOMER_WROTE,
    Event.Kind.REPLIED,
    Event.Kind.NOTED,
)

_UNDERWAY = {Delivery.State.QUEUED, Delivery.State.SENDING}


@dataclass
class Entry:
    """A message or an event. ``promise`` is what a reply promised, ``delivery`` how its mail fares."""

    at: datetime
    message: Message | None = None
    event: Event | None = None
    promise: Promise | None = None
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"tickets/timeline/{self.event.kind}.html" if self.event else ""


@dataclass
class Thread:
    """One stretch of a time line; ``earlier`` is the moment before which there is more."""

    entries: list[Entry]
    #: Where it begins; reading from here again shows what came since, and loses nothing.
    edge: datetime
    is_latest: bool
    is_more: bool

    @property
    def earlier(self) -> datetime | None:
        return self.edge if self.is_more else None

    def is_on_its_way(self, at: datetime) -> bool:
        """Something here is about to be sent: how it fares will be news."""
        return any(
            (entry.message and entry.message.release_at > at)
            or any(one.state in _UNDERWAY and not one.attempts for one in entry.deliveries)
            for entry in self.entries
        )

    def undoable_by(self, user: User, *, at: datetime) -> Message | None:
        """The last message of this person that nobody has got yet."""
        for entry in reversed(self.entries):
            message = entry.message
            if message and message.by_user_id == user.pk and message.release_at > at:
                return message
        return None


def read(
    ticket: Ticket,
    *,
    before: datetime | None = None,
    since: datetime | None = None,
    size: int = SIZE,
) -> Thread:
    """Return the last ``size`` entries before a moment, oldest first; or all from ``since`` on.

    What happened in one instant is never torn apart, so a stretch can be a
    little longer. At most eight queries, however long the ticket.
    """
    cut = Q(at__lt=before) if before else Q()
    messages = Message.objects.filter(ticket=ticket).standing().filter(cut)
    events = ticket.events.exclude(kind__in=TOLD_BY_THEIR_MESSAGE).filter(cut)
    moments = messages.values_list("at").union(events.values_list("at"), all=True)
    edge = since or next((at for (at,) in moments.order_by("-at")[size - 1 : size]), None)
    # Nothing is older than the first message, so it alone says whether there is more.
    is_more = edge is not None and messages.filter(at__lt=edge).exists()
    if edge:
        messages, events = messages.filter(at__gte=edge), events.filter(at__gte=edge)
    files = Prefetch("attachments", queryset=Attachment.objects.all())
    promised = Prefetch("promises_made", queryset=Promise.objects.order_by("pk"))
    entries = [
        Entry(message.at, message=message, promise=_made(message))
        for message in messages.select_related("by_user", "by_customer").prefetch_related(
            files, promised
        )
    ]
    entries += [
        Entry(event.at, event=event) for event in events.select_related("by_user", "by_customer")
    ]
    entries.sort(key=lambda entry: (entry.at, entry.event is not None))
    _add_deliveries(entries)
    return Thread(entries, edge or ticket.created_at, is_latest=before is None, is_more=is_more)


def _made(message: Message) -> Promise | None:
    return next((one for one in message.promises_made.all() if one.state != "undone"), None)


def _add_deliveries(entries: list[Entry]) -> None:
    """How the mail of each reply fares. One query."""
    replies = {
        entry.message.pk: entry
        for entry in entries
        if entry.message and entry.message.kind == Message.Kind.REPLY
    }
    mails = Delivery.objects.filter(subject="tickets.message", subject_id__in=list(replies))
    for mail in mails.exclude(state=Delivery.State.CANCELLED).order_by("created_at"):
        replies[mail.subject_id].deliveries.append(mail)
