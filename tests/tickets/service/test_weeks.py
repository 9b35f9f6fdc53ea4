"""A ticket over weeks: one long story, and many short ones that nobody thought of."""

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supportdesk import timers
from supportdesk.models import Role, Timer, User
from tests.factories import (
    NOW,
    make_agent,
    make_queue,
    make_reply,
    make_solved,
    make_team,
    make_ticket,
)
from tickets.errors import TicketError
from tickets.models import Event, Message, Promise, Ticket
from tickets.service import clocks
from tickets.states import WITH_US, State

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def agent(db: None) -> User:
    return make_agent("Tomás Oliveira")


def test_from_a_broken_promise_to_a_happy_end(agent: User) -> None:
    lead = make_agent("Lena Brandt")
    team = make_team("Bikes", lead=lead)
    make_agent("Ruth Abernathy", role=Role.SUPERVISOR, team=team)
    ticket = make_ticket(queue=make_queue("Bikes", team=team), owner=agent)
    clock = NOW

    def go_on(until: Any) -> None:
        nonlocal clock
        while clock < until:
            clock += HOUR
            timers.run_due(at=clock)
        ticket.refresh_from_db()

    # Due on Wednesday at 16:00; the second level a day of opening hours later.
    go_on(NOW + 5 * DAY)
    # Answered with a question, and no answer for three weeks.
    make_reply(ticket, agent, at=clock, then=State.WAITING)
    follow_up = ticket.follow_up(due_at=clock + 20 * DAY, what="Call", by=agent, at=clock)
    go_on(clock + 21 * DAY)
    # They come back.
    ticket.customer_wrote(
        text="I was ill.", by=ticket.customer, via="mail", key=uuid.uuid4(), at=clock
    )
    ticket.followed_up(follow_up, by=agent, at=clock)
    make_solved(ticket, agent, at=clock + HOUR)
    go_on(clock + DAY)
    ticket.confirm(by=ticket.customer, at=clock)
    go_on(clock + 30 * DAY)

    assert list(ticket.events.order_by("pk").values_list("kind", flat=True)) == [
        "submitted",
        "taken",
        "owner_reminded",
        "promise_broken",
        "escalated",
        "escalated",
        "replied",
        "follow_up_set",
        "customer_reminded",
        "customer_reminded",
        "went_quiet",
        "follow_up_due",
        "customer_wrote",
        "follow_up_done",
        "solved",
        "confirmed",
    ]
    assert [(one.level, one.settled_at is None) for one in ticket.escalations.all()] == [
        (1, False),
        (2, False),
    ]
    assert not Timer.objects.filter(fired_at=None, cancelled_at=None).exists()


# --- Whatever people do --------------------------------------------------------------------------

STEPS = [
    "customer_wrote",
    "confirm",
    "still_a_problem",
    "reply",
    "wait_reply",
    "solve",
    "undo",
    "wait",
    "hold",
    "resume",
    "spam",
    "not_spam",
    "follow_up",
    "assign",
    "complaint",
]
PAUSES = [timedelta(seconds=3), HOUR, 5 * HOUR, DAY, 4 * DAY, 12 * DAY]


def take_step(step: str, ticket: Ticket, by: User, at: Any) -> None:
    customer: dict[str, Any] = {"by": ticket.customer, "key": uuid.uuid4(), "at": at}
    match step:
        case "customer_wrote":
            ticket.customer_wrote(text="Hello?", via="page", **customer)
        case "confirm":
            ticket.confirm(by=ticket.customer, at=at)
        case "still_a_problem":
            ticket.still_a_problem(text="It rubs.", **customer)
        case "reply":
            make_reply(ticket, by, at=at)
        case "wait_reply":
            make_reply(ticket, by, at=at, then=State.WAITING)
        case "solve":
            make_solved(ticket, by, at=at)
        case "undo":
            last = Message.objects.standing().filter(ticket=ticket, kind="reply").last()
            if last:
                ticket.undo(last, by=by, at=at)
        case "wait":
            ticket.wait(by=by, at=at, reason="They call back")
        case "hold":
            ticket.hold(reason="The supplier looks at it", by=by, at=at)
        case "resume":
            ticket.resume(by=by, at=at)
        case "spam":
            ticket.mark_spam(by=by, at=at)
        case "not_spam":
            ticket.mark_not_spam(by=by, at=at)
        case "follow_up":
            ticket.follow_up(due_at=at + 2 * DAY, by=by, at=at)
        case "assign":
            ticket.assign(to=by, by=by, at=at)
        case "complaint":
            ticket.mark_complaint(quote="You let me down", by=by, at=at)


def check(ticket: Ticket) -> None:
    """What is true of a ticket whatever was done to it."""
    ticket.refresh_from_db()
    promise = Promise.objects.open().filter(ticket=ticket).first()
    if promise:
        assert (ticket.due_at, ticket.due_since) == (promise.due_at, promise.made_at)
    if ticket.state in WITH_US:
        assert ticket.due_at is not None
        assert promise is not None or ticket.broken_at is not None
    if ticket.state == State.SOLVED:
        assert (ticket.due_at, ticket.broken_at, promise) == (None, None, None)
    standing = {
        timer.kind: timer for timer in Timer.objects.filter(fired_at=None, cancelled_at=None)
    }
    if ticket.spam_at:
        assert standing == {}
    else:
        assert (clocks.PROMISE_DUE in standing) == (promise is not None)
    before = list(Timer.objects.order_by("pk").values())
    clocks.wind(ticket.events.filter(kind=Event.Kind.SUBMITTED).get())
    assert list(Timer.objects.order_by("pk").values()) == before
    broken = ticket.events.filter(kind=Event.Kind.PROMISE_BROKEN)
    told = [event.data["promise_id"] for event in broken]
    assert len(told) == len(set(told))
    if ticket.complaint_at:
        late = ticket.events.filter(kind=Event.Kind.WENT_QUIET, at__gte=ticket.complaint_at)
        assert not late.exists()


@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PAUSES)), min_size=8, max_size=25)
)
def test_whatever_people_do(agent: User, steps: list[tuple[str, timedelta]]) -> None:
    Timer.objects.all().delete()
    ticket, at = make_ticket(queue=make_queue(team=make_team(lead=agent))), NOW
    for step, pause in steps:
        at += pause
        timers.run_through(at)
        ticket.refresh_from_db()
        with suppress(TicketError):
            take_step(step, ticket, agent, at)
        check(ticket)
    timers.run_through(at + 60 * DAY)
    check(ticket)
