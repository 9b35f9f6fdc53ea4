"""What a customer sees of their ticket, and nothing else.

Templates of the customer’s page get a ``Page``, never a ``Ticket``: what is not
put in here cannot be shown by mistake. Everything is as the customer may know
it *now*: a reply whose undo window runs, and all that it changed, has not
happened yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from supportdesk.lib import ribbons
from supportdesk.lib.prepared import Statement, rows_written_once, written_once
from supportdesk.lib.story import Story
from supportdesk.lib.together import asking, read
from supportdesk.lib.worktime import Calendar
from supportdesk.models import User
from tickets.customer_story import is_settled, story_of
from tickets.models import Attachment, Event, Message, Promise, Ticket
from tickets.states import Confirmation, Stage, State

#: Messages of a long thread that are shown before one asks for the earlier ones.
LATEST = 30
PROMISES_SHOWN = 6


@dataclass(frozen=True)
class Face:
    """A member of staff as customers know them: by first name."""

    pk: int
    name: str


@dataclass(frozen=True)
class Picture:
    id: str
    name: str
    size_bytes: int
    has_preview: bool
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Said:
    """One message of the thread."""

    pk: int
    at: datetime
    is_ours: bool
    face: Face | None
    name: str
    way: str
    text: str
    html: str
    files: Sequence[Picture]


@dataclass(frozen=True)
class Page:
    number: int
    subject: str
    customer: Face
    stage: Stage
    confirmation: str
    owner: Face | None
    team: str
    #: The next word that we owe: open, or broken and not yet made good.
    due_at: datetime | None
    is_broken: bool
    waits_since: datetime | None
    hold_reason: str
    solved_at: datetime | None
    story: Story
    promises: Sequence[ribbons.Ribbon]
    desired_outcome: str
    impact: str
    is_complaint: bool
    thread: Sequence[Said]
    earlier: int
    now: datetime

    @property
    def who(self) -> str:
        """Who acts for us: a first name, or “us” while nobody owns it."""
        return self.owner.name if self.owner else _("us")

    @property
    def due_words(self) -> str:
        return promised(self.due_at, now=self.now) if self.due_at else ""

    @property
    def step(self) -> str:
        """The stage as the steps of the look are called."""
        return "working" if self.stage == Stage.WORKED_ON else self.stage.value

    @property
    def next_step(self) -> str:
        """Who acts next, in one sentence."""
        if self.stage == Stage.WAITING:
            return _("you answer.")
        if self.stage == Stage.SOLVED:
            asked = self.confirmation == Confirmation.ASKED
            return (
                _("you tell us whether it is solved.") if asked else _("nobody needs do anything.")
            )
        if self.owner:
            return _("%(name)s writes to you.") % {"name": self.owner.name}
        return _("somebody of our team takes it on and writes to you.")

    @property
    def version(self) -> str:
        """Changes whenever the thread or the stage does."""
        last = self.thread[-1].pk if self.thread else 0
        return f"{self.stage}.{self.confirmation}.{len(self.thread) + self.earlier}.{last}"


def page_of(ticket: Ticket, *, calendar: Calendar, at: datetime, whole: bool = False) -> Page:
    """Build the page at ``at``; ``whole`` for all messages instead of the latest. Three queries.

    Two more while something can still be taken back.
    """
    messages = list(_public(ticket=ticket.pk, now=at))
    known = read(_known(ticket=ticket.pk, now=at))
    promises = known["promises"]
    facts = _facts_as_known(ticket, next(iter(known["unsent"]), None))
    stage = ticket.stage(at)
    due = _due(promises, messages, at=at) if stage in {Stage.RECEIVED, Stage.WORKED_ON} else None
    waits = _waits(known["waits"], messages)
    waits_since = (waits or [ticket.state_from])[-1] if stage == Stage.WAITING else None
    solved_at = ticket.solved_at if stage == Stage.SOLVED else None
    shown = messages if whole else messages[-LATEST:]
    prefetch_related_objects(
        shown, Prefetch("attachments", Attachment.objects.order_by("created_at", "pk"))
    )
    owner = facts["owner"]
    return Page(
        number=ticket.pk,
        subject=ticket.subject,
        customer=Face(ticket.customer_id, ticket.customer.name),
        stage=stage,
        confirmation=ticket.confirmation if stage == Stage.SOLVED else Confirmation.NONE,
        owner=_face(owner) if owner else None,
        team=ticket.queue.team.name,
        due_at=due.due_at if due else None,
        is_broken=bool(due and due.due_at <= at),
        waits_since=waits_since,
        hold_reason=facts["hold_reason"] if ticket.shown_state(at) == State.ON_HOLD else "",
        solved_at=solved_at,
        story=story_of(messages, promises, due, waits, solved_at, calendar=calendar, at=at),
        promises=[_ribbon(one, calendar=calendar, at=at) for one in promises[-PROMISES_SHOWN:]][
            ::-1
        ],
        desired_outcome=ticket.desired_outcome,
        impact=ticket.get_impact_display() if ticket.impact else "",
        is_complaint=ticket.complaint_at is not None,
        thread=[_said(message, ticket) for message in shown],
        earlier=len(messages) - len(shown),
        now=at,
    )


def promised(moment: datetime, *, now: datetime) -> str:
    """Say a promised moment as the end of a sentence: "today by 16:00", "Friday by 12:00"."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = (local.date() - today.date()).days
    time = date_format(local, "H:i")
    if days == 0:
        return _("today by %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow by %(time)s") % {"time": time}
    pattern = "l" if days <= 6 else _("l j F")
    return _("%(day)s by %(time)s") % {"day": date_format(local, pattern), "time": time}


@rows_written_once
def _public(*, ticket: int, now: datetime) -> QuerySet[Message]:
    """The messages that the customer may read; the mails that they came in are not shown again."""
    public = Message.objects.filter(ticket=ticket).public(at=now)
    return public.select_related("by_user", "by_customer").defer("framed_html").order_by("at", "pk")


@written_once
def _known(*, ticket: int, now: datetime) -> Statement:
    moves = [Event.Kind.REPLIED, Event.Kind.WAITED]
    waits = Event.objects.filter(ticket=ticket, kind__in=moves, data__to=State.WAITING)
    replies = Message.objects.standing().filter(ticket=ticket, kind=Message.Kind.REPLY)
    return asking(
        promises=Promise.objects.filter(ticket=ticket)
        .made_public(at=now)
        .order_by("made_at", "pk"),
        unsent=replies.filter(release_at__gt=now).only("at").order_by("at", "pk")[:1],
        waits=waits.filter(at__lte=now).order_by("at", "pk"),
    )


def _facts_as_known(ticket: Ticket, unsent: Message | None) -> dict[str, Any]:
    """Owner and hold reason, as they were before what can still be taken back."""
    if unsent is None:
        return {"owner": ticket.owner, "hold_reason": ticket.hold_reason}
    event = ticket.events.filter(
        kind__in=[Event.Kind.REPLIED, Event.Kind.SOLVED], data__message_id=unsent.pk
    ).first()
    if event is None:
        return {"owner": None, "hold_reason": ""}
    before = event.data["before"]
    owner = User.objects.filter(pk=before["owner_id"]).first()
    return {"owner": owner, "hold_reason": before["hold_reason"]}


# --- Promises ------------------------------------------------------------------------------------


def _due(
    promises: Sequence[Promise], messages: Sequence[Message], *, at: datetime
) -> Promise | None:
    """Return the word we owe: the open promise, or the broken one that nothing has followed."""
    if not promises:
        return None
    last = promises[-1]
    if last.state in {Promise.State.WITHDRAWN, Promise.State.SUPERSEDED} or is_settled(last, at):
        return None
    spoke_since = any(
        message.kind == Message.Kind.REPLY and message.release_at >= last.due_at
        for message in messages
    )
    return None if last.state == Promise.State.BROKEN and spoke_since else last


def _ribbon(promise: Promise, *, calendar: Calendar, at: datetime) -> ribbons.Ribbon:
    kept_at = promise.settled_at if is_settled(promise, at) else None
    return ribbons.ribbon(
        what=promise.text or _what(promise.kind),
        since=promise.made_at,
        now=at,
        due=promise.due_at,
        kept_at=kept_at,
        for_customer=True,
        calendar=calendar,
    )


def _what(kind: str) -> str:
    return {
        Promise.Kind.REPLY: _("An answer"),
        Promise.Kind.UPDATE: _("An update"),
        Promise.Kind.RESULT: _("A result"),
        Promise.Kind.CALL: _("A call"),
    }[Promise.Kind(kind)]


def _waits(events: Sequence[Event], messages: Sequence[Message]) -> list[datetime]:
    """Since when, each time, we waited for the customer; as they could know it."""
    said_at = {message.pk: message.release_at for message in messages}
    moments = [
        said_at.get(event.data["message_id"]) if "message_id" in event.data else event.at
        for event in events
    ]
    return [moment for moment in moments if moment is not None]


# --- The thread ----------------------------------------------------------------------------------


def _face(user: User) -> Face:
    return Face(user.pk, user.first_name)


def _said(message: Message, ticket: Ticket) -> Said:
    is_ours = message.kind == Message.Kind.REPLY
    face = _face(message.by_user) if is_ours and message.by_user else None
    author = message.by_customer
    is_you = author is None or author.pk == ticket.customer_id
    return Said(
        pk=message.pk,
        at=message.release_at,
        is_ours=is_ours,
        face=face,
        name=face.name if face else _("You") if is_you or author is None else author.first_name,
        way=_way(message),
        text=message.text,
        html=message.html if is_ours else "",
        files=[_picture(file) for file in message.attachments.all()],
    )


def _way(message: Message) -> str:
    """How it reached us, as an icon’s name; our own answers need none."""
    ways = {
        Message.Via.MAIL: "mail",
        Message.Via.PHONE: "phone",
        Message.Via.WEB: "form",
    }
    return ways.get(Message.Via(message.via), "") if message.kind == Message.Kind.CUSTOMER else ""


def _picture(file: Attachment) -> Picture:
    return Picture(
        id=str(file.pk),
        name=file.name,
        size_bytes=file.size_bytes,
        has_preview=bool(file.preview_key),
        width=file.width,
        height=file.height,
    )
