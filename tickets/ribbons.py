"""What the time of a ticket looks like: one ribbon in a row, one for each promise, the long one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from supportdesk.lib import moments
from supportdesk.lib.ribbons import Ribbon, State, ribbon
from supportdesk.lib.story import Happening, Kind, Story, story
from supportdesk.lib.worktime import Calendar
from tickets.models import Event, Message, Promise, Ticket
from tickets.states import Confirmation
from tickets.states import State as TicketState


def of_ticket(ticket: Ticket, *, now: datetime, calendar: Calendar) -> Ribbon:
    """The ribbon of a row: the next update due, or whom the ticket waits for."""
    if ticket.state == TicketState.SOLVED:
        return _of_solved(ticket, now=now)
    if ticket.state == TicketState.WAITING:
        return ribbon(
            what=_("waiting for %(name)s") % {"name": ticket.customer.first_name},
            since=ticket.last_at,
            now=now,
            is_paused=True,
        )
    if ticket.due_at is None:
        return ribbon(what=_("no promise yet"), since=ticket.created_at, now=now)
    return ribbon(
        what=str(Promise.Kind(ticket.due_kind or Promise.Kind.UPDATE).label),
        since=min(ticket.due_since or ticket.created_at, ticket.due_at),
        now=now,
        due=ticket.due_at,
        calendar=calendar,
    )


def _of_solved(ticket: Ticket, *, now: datetime) -> Ribbon:
    since = min(ticket.solved_at or ticket.changed_at, now)
    if ticket.confirmation == Confirmation.CONFIRMED:
        return ribbon(what=_("confirmed"), since=since, now=now, due=since, kept_at=since)
    words = {
        Confirmation.ASKED: _("solved: asked"),
        Confirmation.QUIET: _("solved: no answer"),
    }
    what = words.get(Confirmation(ticket.confirmation), _("solved"))
    return ribbon(what=what, since=since, now=now, is_paused=True)


def of_promises(
    promises: Iterable[Promise],
    *,
    answers: Sequence[datetime] = (),
    now: datetime,
    calendar: Calendar,
) -> list[Ribbon]:
    """A ribbon for each promise that the customer knows of, the latest first.

    ``answers`` are the moments at which they heard from us, the earliest first:
    a broken promise is late until the next of them.
    """
    return [
        ribbon(
            what=str(promise.get_kind_display()),
            since=promise.made_at,
            now=now,
            due=promise.due_at,
            kept_at=_heard_at(promise, answers),
            calendar=calendar,
        )
        for promise in promises
        if promise.state not in {Promise.State.UNDONE, Promise.State.SUPERSEDED}
    ]


def _heard_at(promise: Promise, answers: Sequence[datetime]) -> datetime | None:
    if promise.state in {Promise.State.KEPT, Promise.State.KEPT_LATE}:
        return promise.settled_at
    if promise.state == Promise.State.BROKEN:
        return next((at for at in answers if at > promise.due_at), None)
    return None


def story_of(
    ticket: Ticket,
    *,
    messages: Sequence[Message],
    promises: Sequence[Promise],
    events: Sequence[Event],
    now: datetime,
    calendar: Calendar,
) -> Story:
    """The long ribbon: who wrote when, who had it, what was promised and broken."""
    happenings = [
        *_said(messages, now=now),
        *_broken(promises, now=now),
        *(one for event in events if (one := _happened(event, now=now))),
    ]
    first = Happening(
        ticket.created_at,
        Kind.WROTE,
        name=pgettext("story", "wrote"),
        moment=moments.short(ticket.created_at, now=now),
    )
    later = sorted((one for one in happenings if one.at > ticket.created_at), key=_when)
    due = ticket.due_at if ticket.is_unsolved else None
    kind = str(Promise.Kind(ticket.due_kind).label) if due and ticket.due_kind else ""
    return story(
        _spread([first, *later]),
        now=now,
        now_words=_("now %(time)s") % {"time": moments.short(now, now=now)},
        due=due,
        due_name=_("%(promise)s by") % {"promise": kind} if kind else "",
        due_moment=moments.short(due, now=now) if due else "",
        calendar=calendar,
        summary=_summary(ticket, promises, now=now),
    )


def _when(happening: Happening) -> datetime:
    return happening.at


def _spread(happenings: list[Happening]) -> list[Happening]:
    """Two things of one instant are told one after the other, a moment apart."""
    spread: list[Happening] = []
    for one in happenings:
        if spread and one.at <= spread[-1].at:
            spread.append(replace(one, at=spread[-1].at + timedelta(microseconds=1)))
        else:
            spread.append(one)
    return spread


def _said(messages: Sequence[Message], *, now: datetime) -> list[Happening]:
    told = []
    is_first = True
    for message in messages:
        if message.kind == Message.Kind.NOTE or message.undone_at:
            continue
        moment = moments.short(message.at, now=now)
        if message.kind == Message.Kind.CUSTOMER:
            told.append(Happening(message.at, Kind.WROTE, moment=moment))
        elif is_first:
            told.append(Happening(message.at, Kind.ANSWERED, name=_("first reply")))
            is_first = False
        else:
            told.append(Happening(message.at, Kind.ANSWERED, moment=moment))
    return told


def _broken(promises: Sequence[Promise], *, now: datetime) -> list[Happening]:
    late = {Promise.State.BROKEN, Promise.State.KEPT_LATE}
    return [
        Happening(
            promise.due_at,
            Kind.BROKE,
            name=_("broken"),
            moment=moments.short(promise.due_at, now=now),
        )
        for promise in promises
        if promise.state in late or (promise.state == Promise.State.OPEN and promise.due_at <= now)
    ]


def _happened(event: Event, *, now: datetime) -> Happening | None:
    if event.kind in {Event.Kind.HANDED_OFF, Event.Kind.ASSIGNED} and event.data.get("to"):
        names = [str(event.data.get(key) or "").split()[:1] for key in ("from", "to")]
        return Happening(event.at, Kind.HANDED_OVER, name=" → ".join(n[0] for n in names if n))
    if event.data.get("to") == TicketState.WAITING:
        return Happening(event.at, Kind.WAITS)
    if event.kind == Event.Kind.SOLVED:
        return Happening(
            event.at, Kind.SOLVED, name=_("solved"), moment=moments.short(event.at, now=now)
        )
    return None


def _summary(ticket: Ticket, promises: Sequence[Promise], *, now: datetime) -> str:
    """What a screen reader hears instead of the picture."""
    told = [
        _("%(name)s wrote first on %(moment)s.")
        % {"name": ticket.customer, "moment": moments.full(ticket.created_at)}
    ]
    broken = sum(1 for one in promises if one.state in {Promise.State.BROKEN, "kept_late"})
    if broken:
        told.append(_("Promises broken so far: %(n)s.") % {"n": broken})
    if ticket.state == TicketState.SOLVED:
        told.append(_("It is solved."))
    elif ticket.due_at and ticket.due_at > now:
        told.append(
            _("The next update is due %(moment)s.")
            % {"moment": moments.day_and_time(ticket.due_at, now=now)}
        )
    elif ticket.due_at:
        told.append(
            _("The next update was due %(moment)s and is late.")
            % {"moment": moments.full(ticket.due_at)}
        )
    return " ".join(told)


def is_soon(ticket_ribbon: Ribbon) -> bool:
    return ticket_ribbon.state in {State.SOON, State.BROKEN}
