"""What is counted of the past is what one counts by hand, however it came about."""

import itertools
import random
import uuid
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from feedback.models import Feedback
from supportdesk.dashboards import counting
from supportdesk.dashboards.models import Changed, Counting, QueueDay, TicketFacts
from supportdesk.dashboards.spans import EDGES, StaffedTime, class_of, quantile
from supportdesk.lib.worktime import Calendar
from supportdesk.models import Desk, User
from tests.factories import NOW, make_queue, make_reply, make_solved, make_ticket
from tickets.models import Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count_all() -> None:
    while counting.count(at=timezone.now()):
        pass


def by_hand() -> tuple[Counter[tuple[int, date, str]], dict[int, int]]:
    """The same numbers by plain Python over the tickets."""
    desk = Desk.current()
    zone, found = ZoneInfo(desk.time_zone), Counter[tuple[int, date, str]]()
    minutes = {}
    for ticket in Ticket.objects.filter(spam_at=None):
        found[ticket.queue_id, ticket.created_at.astimezone(zone).date(), "created"] += 1
        if ticket.first_reply_at:
            found[ticket.queue_id, ticket.first_reply_at.astimezone(zone).date(), "replied"] += 1
            worked = desk.calendar.worked(ticket.created_at, ticket.first_reply_at)
            minutes[ticket.pk] = int(worked.total_seconds() // 60)
        if ticket.state == "solved" and ticket.solved_at:
            found[ticket.queue_id, ticket.solved_at.astimezone(zone).date(), "solved"] += 1
        answers = sorted(Feedback.objects.filter(ticket=ticket), key=lambda one: (one.at, one.pk))
        if answers:
            last = answers[-1]
            found[ticket.queue_id, last.at.astimezone(zone).date(), last.is_solved] += 1
    return found, minutes


def kept() -> tuple[Counter[tuple[int, date, str]], dict[int, int]]:
    found = Counter[tuple[int, date, str]]()
    for day in QueueDay.objects.all():
        assert sum(day.reply_times) == day.replied
        assert min(day.reply_times) >= 0
        for name in ("created", "replied", "solved", "yes", "partly", "no"):
            if getattr(day, name):
                found[day.queue_id, day.day, name] = getattr(day, name)
    facts = TicketFacts.objects.exclude(replied_on=None)
    return found, dict(facts.values_list("pk", "reply_minutes"))


@pytest.mark.parametrize("seed", range(2))
def test_the_days_are_the_sum_of_the_tickets_through_any_changes(seed: int, agent: User) -> None:
    """Verbs in any order, counted now and then, are what counting once at the end gives."""
    rng = random.Random(seed)
    Desk.objects.update(time_zone="America/New_York")
    queues = [make_queue() for _ in range(3)]
    at, tickets = NOW, []
    for step in range(70):
        at += timedelta(minutes=rng.randint(20, 900))
        if step < 12 or rng.random() < 0.15:
            tickets.append(make_ticket(queue=rng.choice(queues), at=at, owner=agent))
        else:
            something_happens(rng, Ticket.objects.get(pk=rng.choice(tickets).pk), queues, agent, at)
        if rng.random() < 0.3:
            counting.count(at=at, batch=3)
    count_all()

    assert not Changed.objects.exists()
    assert kept() == by_hand()
    names = {name for _queue, _day, name in kept()[0]}
    assert names >= {"created", "replied", "solved", "yes"}
    before = kept(), list(TicketFacts.objects.order_by("pk").values())
    counting.again()
    count_all()
    assert (kept(), list(TicketFacts.objects.order_by("pk").values())) == before


def something_happens(
    rng: random.Random, ticket: Ticket, queues: list[object], agent: User, at: datetime
) -> None:
    verbs = ["reply", "solve", "write", "move", "spam", "not spam"]
    verb = rng.choice(verbs)
    if verb == "reply" and ticket.state != "solved":
        make_reply(ticket, agent, at=at)
        if rng.random() < 0.4:
            said = ticket.messages.filter(kind="reply").latest("pk")
            ticket.undo(said, by=agent, at=at + timedelta(seconds=2))
    elif verb == "solve" and ticket.state != "solved":
        make_solved(ticket, agent, at=at)
        for hours in range(rng.randint(0, 2)):
            rate(ticket, rng.choice(["yes", "no"]), at=at + (hours + 1) * HOUR)
    elif verb == "write":
        Ticket.objects.get(pk=ticket.pk).customer_wrote(
            text="Still bent.",
            by=ticket.customer,
            via="page",
            key=uuid.uuid4(),
            at=at,
        )
    elif verb == "move":
        ticket.change_queue(rng.choice(queues), by=agent, at=at)
    elif verb == "spam" and not ticket.spam_at:
        ticket.mark_spam(by=agent, at=at)
    elif verb == "not spam" and ticket.spam_at:
        ticket.mark_not_spam(by=agent, at=at)


def rate(ticket: Ticket, said: str, *, at: datetime) -> None:
    Feedback.give(ticket, is_solved=said, ease=None, words="", may_contact=None, at=at)


def test_what_is_written_past_the_verbs_is_counted_too(agent: User) -> None:
    """An import, a restore, a repair by hand: the database itself marks the tickets."""
    ticket = make_ticket(at=NOW)
    count_all()
    twin = Ticket.objects.get(pk=ticket.pk)
    twin.pk, twin.id, twin.created_at = None, None, NOW - 400 * DAY
    Ticket.objects.bulk_create([twin])
    Ticket.objects.filter(pk=ticket.pk).update(created_at=NOW - 30 * DAY)

    count_all()

    assert kept() == by_hand()
    assert QueueDay.objects.filter(created__gt=0).count() == 2


def test_what_changes_no_fact_is_no_work(agent: User) -> None:
    ticket = make_ticket(at=NOW)
    count_all()

    ticket.change_tags(["wheel"], by=agent, at=NOW + HOUR)
    ticket.note(text="Leeds has one.", by=agent, at=NOW + HOUR, key=uuid.uuid4())

    assert not Changed.objects.exists()


def test_another_time_zone_has_other_days(agent: User) -> None:
    make_ticket(at=datetime(2026, 3, 11, 23, 30, tzinfo=UTC))
    count_all()
    assert QueueDay.objects.get(created=1).day == date(2026, 3, 11)

    Desk.objects.update(time_zone="Europe/Athens")
    count_all()

    assert QueueDay.objects.get(created=1).day == date(2026, 3, 12)
    assert Counting.objects.get().zone == "Europe/Athens"


def test_it_says_how_far_it_is_only_when_it_is_there(db: None) -> None:
    for _ in range(3):
        make_ticket(at=NOW)

    counting.count(at=NOW, batch=2)
    assert Counting.objects.get().counted_at is None
    counting.count(at=NOW + HOUR, batch=2)
    assert Counting.objects.get().counted_at == NOW + HOUR


def test_the_second_of_two_leaves_at_once(db: None) -> None:
    make_ticket(at=NOW)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [counting._LOCK])
        assert counting.count(at=NOW) == 0
        assert Changed.objects.exists()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert counting.count(at=NOW) == 1


def test_staffed_time_is_the_calendars_own(db: None) -> None:
    rng = random.Random(7)
    week = {
        0: ((time(9), time(17)),),
        1: ((time(8), time(12)), (time(13), time(18))),
        4: ((time(20), time(4)),),
    }
    calendar = Calendar(ZoneInfo("Europe/London"), week, frozenset({date(2026, 3, 30)}))
    first = datetime(2026, 3, 1, tzinfo=UTC)
    staffed = StaffedTime(calendar, first=first, last=first + 60 * DAY)
    for _ in range(300):
        start = first + rng.random() * 55 * DAY
        end = start + (rng.random() ** 3) * 5 * DAY
        worked = calendar.worked(start, end)
        assert staffed.minutes(start, end) == worked // timedelta(minutes=1)
        assert staffed.minutes(end, start) == 0


def test_classes_are_narrow_and_have_the_bars_among_their_ends() -> None:
    assert list(EDGES) == sorted(set(EDGES))
    assert {30, 60, 120, 240, 480, 960} <= set(EDGES)
    assert class_of(0) == 0
    assert EDGES[class_of(59)] == 50
    assert EDGES[class_of(60)] == 60
    assert all(b / a <= 1.2 for a, b in itertools.pairwise(EDGES) if a >= 15)


def test_a_quantile_is_the_value_of_one_that_is_there() -> None:
    assert quantile([], 0.5) is None
    assert quantile([(7, 1)], 0.9) == 7
    assert quantile([(1, 1), (2, 1), (3, 1), (100, 1)], 0.5) == 2
    assert quantile([(10, 9), (500, 1)], 0.9) == 10
    assert quantile([(10, 89), (500, 11)], 0.9) == 500
