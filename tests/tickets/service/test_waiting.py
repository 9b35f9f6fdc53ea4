"""A ticket that waits for its customer: reminded, reminded for the last time, out of sight."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from supportdesk import timers
from supportdesk.models import Delivery, Desk, User
from tests.factories import NOW, make_agent, make_reply, make_solved, make_ticket
from tickets.errors import TransitionNotAllowed
from tickets.models import Event, Ticket
from tickets.states import Confirmation, State

A_DAY = timedelta(days=1)
TEN_SECONDS = timedelta(seconds=10)
#: Asked on Wednesday the 11th at noon. Three days later is a Saturday: Monday, when the desk opens.
ASKED = NOW
FIRST = datetime(2026, 3, 16, 9, tzinfo=UTC)
SECOND = datetime(2026, 3, 19, 9, tzinfo=UTC)
QUIET = datetime(2026, 3, 23, 9, tzinfo=UTC)


@pytest.fixture
def ticket(agent: User) -> Ticket:
    ticket = make_ticket(owner=agent)
    make_reply(ticket, agent, text="Which wheel is it?", at=ASKED, then=State.WAITING)
    return ticket


def day_by_day(days: int) -> None:
    for hours in range(0, days * 24, 3):
        timers.run_due(at=ASKED + timedelta(hours=hours))


def happened(ticket: Ticket) -> list[tuple[str, datetime]]:
    events = ticket.events.filter(by_user=None, by_customer=None).order_by("pk")
    return [(event.kind, event.at) for event in events]


def test_reminded_twice_then_quiet_and_never_again(ticket: Ticket) -> None:
    day_by_day(60)

    assert happened(ticket) == [
        ("customer_reminded", FIRST),
        ("customer_reminded", SECOND),
        ("went_quiet", QUIET),
    ]
    first, second = ticket.events.filter(kind="customer_reminded").order_by("pk")
    assert first.data == {"n": 1, "is_last": False, "quiet_at": ""}
    assert second.data == {"n": 2, "is_last": True, "quiet_at": QUIET.isoformat()}
    assert Delivery.objects.filter(kind="reminder").count() == 2


def test_a_quiet_ticket_is_unsolved_and_out_of_the_working_views(ticket: Ticket) -> None:
    assert list(Ticket.objects.working().waiting()) == [ticket]
    day_by_day(30)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.quiet_at) == (State.WAITING, QUIET)
    assert list(Ticket.objects.unsolved()) == [ticket]
    assert list(Ticket.objects.gone_quiet()) == [ticket]
    assert not Ticket.objects.working().exists()
    assert not Ticket.objects.waiting().exists()


def test_whatever_the_customer_says_brings_it_back(ticket: Ticket) -> None:
    day_by_day(30)
    ticket.refresh_from_db()
    said_at = ASKED + 400 * A_DAY
    ticket.customer_wrote(
        text="The front one.", by=ticket.customer, via="mail", key=uuid.uuid4(), at=said_at
    )
    assert (ticket.state, ticket.quiet_at) == (State.OPEN, None)
    assert list(Ticket.objects.working().with_us()) == [ticket]
    assert ticket.due_at is not None
    assert ticket.due_at > said_at


def test_we_can_bring_it_back_too_and_undo_sends_it_away_again(ticket: Ticket, agent: User) -> None:
    day_by_day(30)
    ticket.refresh_from_db()
    at = ASKED + 40 * A_DAY
    message = make_reply(ticket, agent, at=at, then=State.WAITING)
    assert ticket.quiet_at is None
    ticket.undo(message, by=agent, at=at + TEN_SECONDS / 2)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.quiet_at) == (State.WAITING, QUIET)
    timers.run_due(at=at + 30 * A_DAY)
    assert len(happened(ticket)) == 3


def test_an_answer_cancels_what_was_to_come(ticket: Ticket) -> None:
    timers.run_due(at=FIRST)
    ticket.customer_wrote(
        text="The front one.",
        by=ticket.customer,
        via="page",
        key=uuid.uuid4(),
        at=FIRST + timedelta(hours=1),
    )
    day_by_day(4)
    timers.run_due(at=QUIET)
    assert [kind for kind, _at in happened(ticket)].count("customer_reminded") == 1
    assert "went_quiet" not in [kind for kind, _at in happened(ticket)]


def test_waiting_again_begins_from_the_start(ticket: Ticket, agent: User) -> None:
    timers.run_through(SECOND)
    at = SECOND + timedelta(hours=1)
    ticket.refresh_from_db()
    ticket.customer_wrote(
        text="The front one.", by=ticket.customer, via="page", key=uuid.uuid4(), at=at
    )
    make_reply(ticket, agent, at=at + timedelta(hours=1), then=State.WAITING)
    timers.run_through(at + 40 * A_DAY)
    reminded = ticket.events.filter(kind="customer_reminded").order_by("pk")
    assert [event.data["n"] for event in reminded] == [1, 2, 1, 2]
    assert ticket.events.filter(kind="went_quiet").count() == 1


def test_undone_before_it_was_sent_nobody_is_reminded_of_it(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    message = make_reply(ticket, agent, at=ASKED, then=State.WAITING)
    ticket.undo(message, by=agent, at=ASKED + TEN_SECONDS / 2)
    timers.run_through(ASKED + 30 * A_DAY)
    assert not ticket.events.filter(kind="customer_reminded").exists()
    assert ticket.events.filter(kind="promise_broken").count() == 1


def test_after_an_outage_the_customer_still_has_the_time_they_are_told(ticket: Ticket) -> None:
    late = ASKED + 50 * A_DAY
    timers.run_due(at=late)
    timers.run_due(at=late + A_DAY)
    assert happened(ticket) == [("customer_reminded", late)]
    timers.run_through(late + 30 * A_DAY)
    assert [kind for kind, _at in happened(ticket)] == [
        "customer_reminded",
        "customer_reminded",
        "went_quiet",
    ]


@pytest.mark.parametrize(
    ("every", "quiet", "reminders"), [(3, 10, 2), (7, 10, 1), (10, 5, 1), (0, 0, 1), (1, 2, 1)]
)
def test_there_is_always_a_last_reminder_and_time_after_it(
    ticket: Ticket, agent: User, every: int, quiet: int, reminders: int
) -> None:
    Desk.objects.update(waiting_reminder_days=every, waiting_quiet_days=quiet)
    make_reply(ticket, agent, at=ASKED, then=State.WAITING)
    timers.run_through(ASKED + 60 * A_DAY)
    told = list(ticket.events.filter(kind="customer_reminded").order_by("pk"))
    assert [event.data["is_last"] for event in told] == [*[False] * (reminders - 1), True]
    went_quiet = ticket.events.get(kind="went_quiet")
    assert went_quiet.at.isoformat() == told[-1].data["quiet_at"]
    assert went_quiet.at - told[-1].at >= A_DAY - timedelta(hours=1)


def test_who_was_promised_a_word_hears_it_first(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    make_reply(ticket, agent, at=ASKED, then=State.WAITING, promise_at=ASKED + A_DAY)
    timers.run_through(ASKED + 60 * A_DAY)
    kinds = [kind for kind, _at in happened(ticket)]
    assert kinds.count("customer_reminded") == 2
    assert kinds.count("promise_broken") == 1
    assert "went_quiet" not in kinds


# --- Complaints, phones ---------------------------------------------------------------------------


def test_a_complaint_never_goes_quiet_its_owner_is_asked_to_call(agent: User) -> None:
    ticket = make_ticket(owner=agent, is_complaint=True)
    make_reply(ticket, agent, at=ASKED, then=State.WAITING)
    day_by_day(60)

    assert [kind for kind, _at in happened(ticket)] == [
        "customer_reminded",
        "customer_reminded",
        "owner_reminded",
    ]
    assert ticket.events.filter(kind="customer_reminded").last().data["quiet_at"] == ""  # type: ignore[union-attr]
    call = ticket.events.get(kind="owner_reminded")
    assert (call.data["why"], call.data["to_id"]) == ("call", agent.pk)
    ticket.refresh_from_db()
    assert ticket.quiet_at is None
    assert list(Ticket.objects.working()) == [ticket]


def test_marked_as_a_complaint_on_the_way_it_stays(ticket: Ticket, agent: User) -> None:
    timers.run_through(SECOND)
    ticket.refresh_from_db()
    ticket.mark_complaint(quote="You let me down.", by=agent, at=SECOND)
    timers.run_through(ASKED + 60 * A_DAY)
    assert happened(ticket)[-1] == ("owner_reminded", QUIET)
    assert not ticket.events.filter(kind="went_quiet").exists()


def test_whoever_has_no_address_is_called(agent: User) -> None:
    from customers import identities
    from customers.models import Customer

    known = Customer.known_by(identities.phone("+44 20 7946 0958"), name="Noor", at=NOW)
    ticket = make_ticket(identity=known, owner=agent)
    make_reply(ticket, agent, at=ASKED, then=State.WAITING)
    timers.run_through(ASKED + 60 * A_DAY)
    assert happened(ticket) == [("owner_reminded", FIRST)]
    assert ticket.events.get(kind="owner_reminded").data["why"] == "call"


# --- Asked whether it is solved -------------------------------------------------------------------


def test_nobody_says_whether_it_is_solved(agent: User) -> None:
    ticket = make_ticket(owner=agent)
    message = make_solved(ticket, agent, at=ASKED)
    day_by_day(30)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.confirmation) == (State.SOLVED, Confirmation.QUIET)
    assert ticket.quiet_at is None
    quiet = ticket.events.get(kind="went_quiet")
    assert timedelta() <= quiet.at - (message.release_at + 5 * A_DAY) < timedelta(hours=3)


def test_a_word_in_time_is_no_silence(agent: User) -> None:
    for say in ("confirm", "still"):
        ticket = make_ticket(owner=agent)
        make_solved(ticket, agent, at=ASKED)
        if say == "confirm":
            ticket.confirm(by=ticket.customer, at=ASKED + A_DAY)
        else:
            ticket.still_a_problem(text="", by=ticket.customer, key=uuid.uuid4(), at=ASKED + A_DAY)
        timers.run_through(ASKED + 30 * A_DAY)
        assert not ticket.events.filter(kind="went_quiet").exists()


def test_a_solved_complaint_asks_for_a_call(agent: User) -> None:
    ticket = make_ticket(owner=agent, is_complaint=True)
    make_solved(ticket, agent, at=ASKED)
    timers.run_through(ASKED + 30 * A_DAY)
    assert [kind for kind, _at in happened(ticket)] == ["owner_reminded"]
    assert ticket.events.filter(kind=Event.Kind.OWNER_REMINDED).count() == 1
    ticket.refresh_from_db()
    assert ticket.confirmation == Confirmation.ASKED
    with pytest.raises(TransitionNotAllowed):
        ticket.go_quiet(at=ASKED + 31 * A_DAY)


def test_somebody_else_is_there_in_the_end(ticket: Ticket) -> None:
    """The owner left the company; whoever leads the team is asked to call."""
    lead = make_agent("Lena Brandt")
    ticket.queue.team.lead = lead
    ticket.queue.team.save()
    User.objects.filter(pk=ticket.owner_id).update(is_active=False)
    Ticket.objects.filter(pk=ticket.pk).update(complaint_at=NOW)
    timers.run_through(ASKED + 30 * A_DAY)
    assert ticket.events.get(kind="owner_reminded").data["to_id"] == lead.pk
