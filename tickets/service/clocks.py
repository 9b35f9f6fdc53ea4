"""The timers of a ticket, derived from where it stands.

Nothing here is remembered: whatever just happened, the ticket’s rows say what
must be looked at later, so a timer that was lost or set twice is put right by
the next event.

``promise_soon``      the owner is reminded ``remind_before_minutes`` before the due moment
``promise_due``       the promise breaks and is escalated to the team’s lead
``escalate_further``  still no word after another update target: the team’s supervisors
``waiting_reminder``  the customer is asked again; the last time says what will happen
``waiting_quiet``     then the ticket leaves the working views
``confirm_quiet``     nobody said whether the solution is one
``follow_up``         somebody wanted to come back to it
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from supportdesk import timers
from supportdesk.lib.prepared import Statement, written_once
from supportdesk.lib.together import asking, read
from supportdesk.lib.worktime import NeverStaffed
from supportdesk.models import Desk
from supportdesk.timers import Wish
from tickets.models import Event, FollowUp, Message, Promise, Ticket
from tickets.models.ticket import in_staffed_time
from tickets.service import waiting
from tickets.states import Confirmation, State

PROMISE_SOON = "promise_soon"
PROMISE_DUE = "promise_due"
ESCALATE_FURTHER = "escalate_further"
WAITING_REMINDER = "waiting_reminder"
WAITING_QUIET = "waiting_quiet"
CONFIRM_QUIET = "confirm_quiet"
FOLLOW_UP = "follow_up"

#: What moves no clock. Whom to tell is asked when a timer fires, not when it is set.
STILL = {
    Event.Kind.NOTED,
    Event.Kind.TAKEN,
    Event.Kind.ASSIGNED,
    Event.Kind.PRIORITY_CHANGED,
    Event.Kind.TOPIC_CHANGED,
    Event.Kind.SUBJECT_CHANGED,
    Event.Kind.CUSTOMER_CHANGED,
    Event.Kind.TAGGED,
    Event.Kind.MARKED_COMPLAINT,
    Event.Kind.PROMISE_BROKEN,
    Event.Kind.OWNER_REMINDED,
    Event.Kind.FOLLOW_UP_DUE,
    Event.Kind.MAIL_FAILED,
    Event.Kind.RATED,
}


def wind(event: Event) -> None:
    """Set the timers that the ticket needs now and cancel those it no longer does.

    Reads the ticket again under its lock, unless the verb has done so: it may
    know it from before somebody else’s change, and of two verbs that wind at
    once the second must see what the first did. At most five statements.
    """
    if event.kind in STILL:
        return
    ticket = event.ticket
    if not ticket.is_whole:
        ticket = (
            Ticket.objects.select_related("queue")
            .select_for_update(of=("self",), no_key=True)
            .get(pk=event.ticket_id)
        )
    settle_escalations(event)
    timers.arrange(
        group=group_of(ticket),
        subject="tickets.ticket",
        subject_id=ticket.pk,
        wishes=[] if ticket.spam_at else _wishes(ticket),
    )


def group_of(ticket: Ticket) -> str:
    return f"ticket:{ticket.pk}"


def settle_escalations(event: Event) -> None:
    """The customer hears from us; or does not after all, because it was taken back."""
    escalations = event.ticket.escalations
    if event.kind in {Event.Kind.REPLIED, Event.Kind.SOLVED}:
        if event.data["before"]["broken_at"]:
            heard_at = Message.objects.get(pk=event.data["message_id"]).release_at
            escalations.filter(settled_at=None).update(settled_at=heard_at)
    elif event.kind == Event.Kind.UNDONE and event.ticket.broken_at:
        heard_at = Message.objects.get(pk=event.data["message_id"]).release_at
        escalations.filter(settled_at=heard_at).update(settled_at=None)


# --- What a ticket needs -------------------------------------------------------------------------


def _wishes(ticket: Ticket) -> Iterator[Wish]:
    found = read(_standing(ticket=ticket.pk))
    for follow_up in found["follow_ups"]:
        yield Wish(FOLLOW_UP, f"{FOLLOW_UP}:{follow_up.pk}", follow_up.due_at)
    if ticket.state != State.SOLVED:
        for promise in found["promises"]:
            yield from _of_promise(promise)
        yield from _of_escalation(ticket)
    if ticket.state == State.WAITING and not ticket.quiet_at:
        yield from _of_waiting(ticket)
    if ticket.state == State.SOLVED and ticket.confirmation == Confirmation.ASKED:
        yield from _of_solution(ticket)


@written_once
def _standing(*, ticket: int) -> Statement:
    return asking(
        follow_ups=FollowUp.objects.standing().filter(ticket=ticket, reminded_at=None),
        promises=Promise.objects.open().filter(ticket=ticket),
    )


def _of_promise(promise: Promise) -> Iterator[Wish]:
    """Promises bind in every unsolved state: what was told to the customer is not paused."""
    yield Wish(PROMISE_DUE, f"{PROMISE_DUE}:{promise.pk}", promise.due_at)
    soon_at = remind_at(promise.due_at)
    if soon_at > promise.made_at:
        yield Wish(PROMISE_SOON, f"{PROMISE_SOON}:{promise.pk}", soon_at)


def remind_at(due_at: datetime) -> datetime:
    """Return when its owner is reminded of what is due at ``due_at``.

    Counted back in opening hours: a plain hour before Monday 09:30 nobody is
    there to be reminded, on Friday at 16:30 somebody is.
    """
    desk = Desk.current()
    lead = timedelta(minutes=desk.remind_before_minutes)
    try:
        return desk.calendar.before(due_at, lead)
    except NeverStaffed:
        return due_at - lead


def _of_escalation(ticket: Ticket) -> Iterator[Wish]:
    if not ticket.broken_at:
        return
    standing = {one.level: one for one in ticket.escalations.filter(settled_at=None)}
    if set(standing) == {1}:
        due_at = in_staffed_time(standing[1].at, ticket.queue.update_target)
        yield Wish(ESCALATE_FURTHER, f"{ESCALATE_FURTHER}:{standing[1].pk}", due_at)


def _of_waiting(ticket: Ticket) -> Iterator[Wish]:
    """Only the next step: each is counted from the one before, however late that was."""
    cycle = f"{ticket.pk}:{int(ticket.state_from.timestamp())}"
    step = waiting.next_step(ticket, Desk.current())
    if step.is_quiet:
        # Not while we owe them a word ourselves: then somebody of us speaks first.
        if ticket.due_at is None:
            yield Wish(WAITING_QUIET, f"{WAITING_QUIET}:{cycle}", step.due_at)
    else:
        yield Wish(WAITING_REMINDER, f"{WAITING_REMINDER}:{cycle}:{step.n}", step.due_at)


def _of_solution(ticket: Ticket) -> Iterator[Wish]:
    if ticket.solved_at:
        desk = Desk.current()
        due_at = waiting.days_after(ticket.solved_at, desk.confirm_quiet_days, desk)
        cycle = f"{ticket.pk}:{int(ticket.solved_at.timestamp())}"
        yield Wish(CONFIRM_QUIET, f"{CONFIRM_QUIET}:{cycle}", due_at)
