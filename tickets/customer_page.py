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

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from supportdesk.lib import moments, ribbons, story
from supportdesk.lib.worktime import Calendar
from supportdesk.models import User
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
    is_wide: bool


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
    story: story.Story
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
    """Build the page at ``at``; ``whole`` for all messages instead of the latest. Six queries."""
    messages = _messages(ticket, at=at)
    promises = list(ticket.promises.made_public(at=at))  # type: ignore[attr-defined]
    facts = _facts_as_known(ticket, at=at)
    stage = ticket.stage(at)
    due = _due(promises, messages, at=at) if stage in {Stage.RECEIVED, Stage.WORKED_ON} else None
    waits_since = _waits_since(ticket, at=at) if stage == Stage.WAITING else None
    solved_at = ticket.solved_at if stage == Stage.SOLVED else None
    shown = messages if whole else messages[-LATEST:]
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
        story=_story(messages, promises, due, waits_since, solved_at, calendar=calendar, at=at),
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


def _messages(ticket: Ticket, *, at: datetime) -> list[Message]:
    """The public messages; the pictures of all of them come in one more query."""
    files = Prefetch("attachments", Attachment.objects.order_by("created_at", "pk"))
    public = Message.objects.filter(ticket=ticket).public(at=at)
    return list(
        public.select_related("by_user", "by_customer").prefetch_related(files).order_by("at", "pk")
    )


def _facts_as_known(ticket: Ticket, *, at: datetime) -> dict[str, Any]:
    """Owner and hold reason, as they were before what can still be taken back."""
    unsent = (
        Message.objects.standing()
        .filter(ticket=ticket, kind=Message.Kind.REPLY, release_at__gt=at)
        .order_by("at", "pk")
        .first()
    )
    if unsent is None:
        return {"owner": ticket.owner, "hold_reason": ticket.hold_reason}
    event = ticket.events.get(
        kind__in=[Event.Kind.REPLIED, Event.Kind.SOLVED], data__message_id=unsent.pk
    )
    before = event.data["before"]
    owner = User.objects.filter(pk=before["owner_id"]).first()
    return {"owner": owner, "hold_reason": before["hold_reason"]}


# --- Promises ------------------------------------------------------------------------------------


def _is_settled(promise: Promise, at: datetime) -> bool:
    """Whether the customer knows of a word that settled it."""
    return promise.settled_by_id is not None and (
        promise.settled_at is not None and promise.settled_at <= at
    )


def _due(
    promises: Sequence[Promise], messages: Sequence[Message], *, at: datetime
) -> Promise | None:
    """Return the word we owe: the open promise, or the broken one that nothing has followed."""
    if not promises:
        return None
    last = promises[-1]
    if last.state in {Promise.State.WITHDRAWN, Promise.State.SUPERSEDED} or _is_settled(last, at):
        return None
    spoke_since = any(
        message.kind == Message.Kind.REPLY and message.release_at >= last.due_at
        for message in messages
    )
    return None if last.state == Promise.State.BROKEN and spoke_since else last


def _ribbon(promise: Promise, *, calendar: Calendar, at: datetime) -> ribbons.Ribbon:
    kept_at = promise.settled_at if _is_settled(promise, at) else None
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


def _is_broken(promise: Promise, at: datetime) -> bool:
    if promise.state in {Promise.State.WITHDRAWN, Promise.State.SUPERSEDED}:
        return False
    end = promise.settled_at if _is_settled(promise, at) and promise.settled_at else at
    return promise.due_at < end or (promise.due_at == end and not _is_settled(promise, at))


# --- The story -----------------------------------------------------------------------------------


def _waits_since(ticket: Ticket, *, at: datetime) -> datetime:
    event = ticket.events.filter(data__to=State.WAITING, at__lte=at).order_by("-at", "-pk").first()
    return max(event.at, ticket.state_from) if event else ticket.state_from


def _story(
    messages: Sequence[Message],
    promises: Sequence[Promise],
    due: Promise | None,
    waits_since: datetime | None,
    solved_at: datetime | None,
    *,
    calendar: Calendar,
    at: datetime,
) -> story.Story:
    happenings = [
        story.Happening(
            message.release_at,
            story.Kind.ANSWERED if message.kind == Message.Kind.REPLY else story.Kind.WROTE,
        )
        for message in messages
    ]
    happenings += [
        story.Happening(
            one.due_at, story.Kind.BROKE, _("We broke a promise"), moments.short(one.due_at, now=at)
        )
        for one in promises
        if _is_broken(one, at)
    ]
    if waits_since:
        happenings.append(story.Happening(waits_since, story.Kind.WAITS))
    if solved_at:
        happenings.append(
            story.Happening(
                solved_at, story.Kind.SOLVED, _("Solved"), moments.short(solved_at, now=at)
            )
        )
    order = [story.Kind.WROTE, story.Kind.BROKE, story.Kind.ANSWERED, story.Kind.WAITS]
    happenings.sort(
        key=lambda one: (one.at, order.index(one.kind) if one.kind in order else len(order))
    )
    happenings = _without_repeats(happenings) or [story.Happening(at, story.Kind.WROTE)]
    happenings[0] = _begin(happenings[0], at=at)
    next_at = due.due_at if due and due.due_at > at else None
    return story.story(
        happenings,
        now=at,
        now_words=_("now"),
        due=next_at,
        due_name=_("Next update"),
        due_moment=moments.day_and_time(next_at, now=at) if next_at else "",
        for_customer=True,
        calendar=calendar,
        summary=_summary(happenings, next_at, at=at),
    )


def _without_repeats(happenings: Sequence[story.Happening]) -> list[story.Happening]:
    """Of many messages in a row keep the first and the last: only so many beads fit."""
    return [
        one
        for before, one, after in zip(
            [None, *happenings[:-1]], happenings, [*happenings[1:], None], strict=True
        )
        if not (before and after and before.kind == one.kind == after.kind)
    ]


def _begin(first: story.Happening, *, at: datetime) -> story.Happening:
    name = _("You wrote") if first.kind == story.Kind.WROTE else first.name
    return story.Happening(first.at, first.kind, name, moments.short(first.at, now=at))


def _summary(
    happenings: Sequence[story.Happening], next_at: datetime | None, *, at: datetime
) -> str:
    """The picture in words, for who hears it."""
    said = {
        story.Kind.WROTE: _("You wrote %(when)s."),
        story.Kind.ANSWERED: _("We answered %(when)s."),
        story.Kind.BROKE: _("We broke a promise %(when)s."),
        story.Kind.WAITS: _("We have waited for you since %(when)s."),
        story.Kind.SOLVED: _("Solved %(when)s."),
    }
    words = [
        said[one.kind] % {"when": moments.day_and_time(one.at, now=at)} for one in happenings[-8:]
    ]
    if next_at:
        words.append(
            _("The next update is due %(when)s.") % {"when": moments.day_and_time(next_at, now=at)}
        )
    return " ".join(words)


# --- The thread ----------------------------------------------------------------------------------


def _face(user: User) -> Face:
    return Face(user.pk, user.first_name)


def _said(message: Message, ticket: Ticket) -> Said:
    is_ours = message.kind == Message.Kind.REPLY
    author = message.by_customer
    is_you = author is not None and author.pk == ticket.customer_id
    return Said(
        pk=message.pk,
        at=message.release_at,
        is_ours=is_ours,
        face=_face(message.by_user) if is_ours and message.by_user else None,
        name=_("You") if is_you or author is None else author.first_name,
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
        is_wide=(file.width or 0) > (file.height or 0),
    )
