"""What happens when a ticket’s timer fires.

A timer is a suggestion to look. Each handler gets the ticket under its lock
and asks again whether there is still anything to do.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from customers.models import Identity
from supportdesk import timers
from supportdesk.models import Desk, Timer
from tickets.models import Event, FollowUp, Promise, Ticket
from tickets.service import clocks, people, waiting
from tickets.states import Confirmation, State

Look = Callable[[Ticket, Timer, datetime], None]


def looks_at(kind: str) -> Callable[[Look], Look]:
    """Register ``look`` for timers of ``kind`` and bring it their tickets, locked.

    A ticket that somebody holds is left for the next tick: waiting for it here
    would hold up all the others, and could wait for somebody who waits for us.
    """

    def register(look: Look) -> Look:
        @timers.handler(kind)
        def handle(due: Sequence[Timer], at: datetime) -> Collection[Timer]:
            tickets = (
                Ticket.objects.select_related("queue__team__lead", "owner", "customer", "identity")
                .select_for_update(of=("self",), no_key=True, skip_locked=True)
                .in_bulk({timer.subject_id for timer in due})
            )
            for timer in due:
                ticket = tickets.get(timer.subject_id)
                if ticket and not ticket.spam_at:
                    look(ticket, timer, at)
            return [timer for timer in due if timer.subject_id not in tickets]

        return look

    return register


@looks_at(clocks.PROMISE_SOON)
def remind_of_promise(ticket: Ticket, timer: Timer, at: datetime) -> None:
    promise = _open_promise(ticket, timer)
    if promise and promise.due_at > at:
        _remind_owner(ticket, why="promise", at=at, due_at=promise.due_at.isoformat())


@looks_at(clocks.PROMISE_DUE)
def break_promise(ticket: Ticket, timer: Timer, at: datetime) -> None:
    promise = _open_promise(ticket, timer)
    if promise and promise.due_at <= at:
        ticket.break_promise(promise, at=at)
        ticket.escalate(promise=promise, to=people.lead(ticket), level=1, at=at)


@looks_at(clocks.ESCALATE_FURTHER)
def escalate_further(ticket: Ticket, timer: Timer, at: datetime) -> None:
    first = ticket.escalations.filter(pk=_about(timer), settled_at=None).first()
    if first and first.promise and ticket.broken_at:
        to = next(iter(people.supervisors(ticket)), None)
        ticket.escalate(promise=first.promise, to=to, level=2, at=at)


@looks_at(clocks.WAITING_REMINDER)
def remind_customer(ticket: Ticket, timer: Timer, at: datetime) -> None:
    if ticket.state != State.WAITING or ticket.quiet_at:
        return
    desk = Desk.current()
    step = waiting.next_step(ticket, desk)
    if step.is_quiet or step.due_at > at:
        return
    if ticket.identity.kind != Identity.Kind.EMAIL:
        _remind_owner(ticket, why="call", at=at)
        return
    goes_quiet = step.is_last and not ticket.complaint_at and not ticket.due_at
    ticket.record(
        Event.Kind.CUSTOMER_REMINDED,
        by=None,
        at=at,
        n=step.n,
        is_last=step.is_last,
        quiet_at=waiting.quiet_at(at, desk).isoformat() if goes_quiet else "",
    )


@looks_at(clocks.WAITING_QUIET)
def go_quiet_waiting(ticket: Ticket, timer: Timer, at: datetime) -> None:
    if ticket.state == State.WAITING and not ticket.quiet_at and not ticket.due_at:
        _go_quiet(ticket, at)


@looks_at(clocks.CONFIRM_QUIET)
def go_quiet_unconfirmed(ticket: Ticket, timer: Timer, at: datetime) -> None:
    if ticket.state == State.SOLVED and ticket.confirmation == Confirmation.ASKED:
        _go_quiet(ticket, at)


@looks_at(clocks.FOLLOW_UP)
def remind_of_follow_up(ticket: Ticket, timer: Timer, at: datetime) -> None:
    follow_up = FollowUp.objects.select_related("user").filter(pk=_about(timer)).first()
    if not follow_up:
        return
    standing = FollowUp.objects.standing().filter(pk=follow_up.pk, reminded_at=None)
    if standing.update(reminded_at=at):
        user = follow_up.user if follow_up.user.is_active else people.accountable(ticket)
        ticket.record(
            Event.Kind.FOLLOW_UP_DUE,
            by=None,
            at=at,
            follow_up_id=follow_up.pk,
            what=follow_up.what,
            to=str(user or ""),
            to_id=user and user.pk,
        )


def _go_quiet(ticket: Ticket, at: datetime) -> None:
    """Whoever complained is not left in silence: somebody calls them first."""
    if ticket.complaint_at:
        _remind_owner(ticket, why="call", at=at)
    else:
        ticket.go_quiet(at=at)


def _remind_owner(ticket: Ticket, *, why: str, at: datetime, **data: str) -> None:
    person = people.accountable(ticket)
    ticket.record(
        Event.Kind.OWNER_REMINDED,
        by=None,
        at=at,
        why=why,
        to=str(person or ""),
        to_id=person and person.pk,
        **data,
    )


def _open_promise(ticket: Ticket, timer: Timer) -> Promise | None:
    return Promise.objects.open().filter(ticket=ticket, pk=_about(timer)).first()


def _about(timer: Timer) -> int:
    """Return the key of the row that the timer was set for: the last part of its own."""
    return int(timer.key.rpartition(":")[2])
