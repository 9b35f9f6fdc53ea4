"""The time line of one ticket: what was said, and one quiet line for what happened between."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from supportdesk.lib.prepared import Statement, rows_written_once, written_once
from supportdesk.lib.together import asking
from supportdesk.lib.together import read as read_together
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
NOT_TOLD = (Event.Kind.SUBMITTED, Event.Kind.CUSTOMER_WROTE, Event.Kind.NOTED)
#: How many more rows are read than are shown: more than happen in one instant.
SLACK = 10

Row = TypeVar("Row", Message, Event)
Rows = QuerySet[Row, Row]
Moments = dict[str, datetime]

_UNDERWAY = {Delivery.State.QUEUED, Delivery.State.SENDING}


@dataclass
class Entry:
    """A message or an event. ``promise`` is what a reply promised, ``deliveries`` how its mail fares."""

    at: datetime
    message: Message | None = None
    event: Event | None = None
    promise: Promise | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)

    @property
    def key(self) -> int:
        row = self.message or self.event
        return row.pk if row else 0

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
    #: Everything that happened in it, replies too, though their messages tell of them.
    events: list[Event] = field(default_factory=list)

    @property
    def earlier(self) -> datetime | None:
        return self.edge if self.is_more else None

    def answers(self, *, at: datetime) -> list[datetime]:
        """When the customer heard from us, as far as it stands here."""
        said = [entry.message for entry in self.entries if entry.message]
        return sorted(
            one.release_at
            for one in said
            if one.kind == Message.Kind.REPLY and one.release_at <= at
        )

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
    promises: Iterable[Promise] | None = None,
    size: int = SIZE,
) -> Thread:
    """Return the last ``size`` entries before a moment, oldest first; or all from ``since`` on.

    What happened in one instant is never torn apart, so a stretch can be a
    little longer. ``promises`` are those of the ticket, if they are known. At
    most four queries, however long the ticket; two more where dozens of things
    share the instant at which it would be cut.
    """
    moments = {} if before is None else {"before": before}
    said = _latest(_said, ticket, moments, size, since)
    happened = _latest(_happened, ticket, moments, 2 * size, since)
    told = [event for event in happened if event.kind not in TOLD_BY_THEIR_MESSAGE]
    edge = since or _edge([*(one.at for one in said), *(one.at for one in told)], size)
    if edge:
        said = _from(edge, said, _said, ticket, moments, size)
        happened = _from(edge, happened, _happened, ticket, moments, 2 * size)
        told = [event for event in happened if event.kind not in TOLD_BY_THEIR_MESSAGE]
    made = _made_by(said, promises)
    entries = [Entry(one.at, message=one, promise=made.get(one.pk)) for one in said]
    entries += [Entry(one.at, event=one) for one in told]
    entries.sort(key=lambda entry: (entry.at, entry.event is not None, entry.key))
    _add_what_came_along(ticket, entries)
    return Thread(
        entries,
        edge or ticket.created_at,
        is_latest=before is None,
        is_more=edge is not None and ticket.created_at < edge,
        events=sorted(happened, key=lambda event: (event.at, event.pk)),
    )


@rows_written_once
def _said(most: int, *, ticket: int, **moments: datetime) -> Rows[Message]:
    rows = Message.objects.filter(ticket=ticket).standing()
    return _stretch(rows.select_related("by_user", "by_customer"), most, **moments)


@rows_written_once
def _happened(most: int, *, ticket: int, **moments: datetime) -> Rows[Event]:
    rows = Event.objects.filter(ticket=ticket).exclude(kind__in=NOT_TOLD)
    return _stretch(rows.select_related("by_user", "by_customer"), most, **moments)


def _stretch(
    rows: Rows[Row], most: int, before: datetime | None = None, since: datetime | None = None
) -> Rows[Row]:
    """The newest, at most so many; all of them if ``most`` is zero."""
    if before:
        rows = rows.filter(at__lt=before)
    if since:
        rows = rows.filter(at__gte=since)
    rows = rows.order_by("-at", "-pk")
    return rows[:most] if most else rows


def _latest(
    ask: Callable[..., Rows[Row]],
    ticket: Ticket,
    moments: Moments,
    size: int,
    since: datetime | None,
) -> list[Row]:
    """The newest rows, and a few more: the edge seldom falls among more of one instant."""
    if since:
        return list(ask(0, ticket=ticket.pk, since=since, **moments))
    return list(ask(size + SLACK, ticket=ticket.pk, **moments))


def _edge(moments: list[datetime], size: int) -> datetime | None:
    return sorted(moments, reverse=True)[size - 1] if len(moments) >= size else None


def _from(
    edge: datetime,
    found: list[Row],
    ask: Callable[..., Rows[Row]],
    ticket: Ticket,
    moments: Moments,
    size: int,
) -> list[Row]:
    if len(found) == size + SLACK and found[-1].at >= edge:
        return list(ask(0, ticket=ticket.pk, since=edge, **moments))
    return [one for one in found if one.at >= edge]


def _made_by(
    messages: Sequence[Message], promises: Iterable[Promise] | None
) -> dict[int | None, Promise]:
    """What each message promised, as far as it was not taken back. One query if not known."""
    if promises is None:
        promises = Promise.objects.filter(message__in=[one.pk for one in messages])
    standing = (one for one in promises if one.state != Promise.State.UNDONE)
    return {one.message_id: one for one in sorted(standing, key=lambda one: -one.pk)}


def _add_what_came_along(ticket: Ticket, entries: list[Entry]) -> None:
    """The files of each message, and how the mail of each reply fares. One query."""
    said = {entry.message.pk: entry for entry in entries if entry.message}
    if not said:
        return
    moments = [entry.at for entry in said.values()]
    found = read_together(_came_along(ticket=ticket.pk, first=min(moments), last=max(moments)))
    for file in found["files"]:
        if entry := said.get(file.message_id):
            entry.files.append(file)
    for mail in found["mails"]:
        if entry := said.get(mail.subject_id):
            entry.deliveries.append(mail)


@written_once
def _came_along(*, ticket: int, first: datetime, last: datetime) -> Statement:
    said = Message.objects.filter(ticket=ticket, at__gte=first, at__lte=last)
    replies = said.filter(kind=Message.Kind.REPLY).values("pk")
    mails = Delivery.objects.filter(subject="tickets.message", subject_id__in=replies)
    return asking(
        files=Attachment.objects.filter(message__in=said.values("pk")),
        mails=mails.exclude(state=Delivery.State.CANCELLED).defer("payload").order_by("created_at"),
    )
