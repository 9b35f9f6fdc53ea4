"""Many workers at the same timers, and a worker beside people who hold tickets."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import connection, transaction

from supportdesk import timers
from supportdesk.models import Timer
from tests.factories import NOW, make_agent, make_queue, make_team, make_ticket
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(n: int, work: Callable[[], object]) -> None:
    """Run ``work`` in ``n`` threads at once and pass on what goes wrong in them."""
    failures: list[BaseException] = []
    start = threading.Barrier(n)

    def run() -> None:
        try:
            start.wait(5)
            work()
        except BaseException as reason:  # noqa: BLE001 -- told to the test
            failures.append(reason)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


def test_a_thousand_due_timers_fire_exactly_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def note(due: Sequence[Timer], at: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO rang SELECT unnest(%s::text[])", [[timer.key for timer in due]]
            )

    monkeypatch.setitem(timers._handlers, "bell", note)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rang")
        cursor.execute("CREATE TABLE rang (key text)")
    try:
        Timer.objects.bulk_create(
            Timer(kind="bell", subject="", subject_id=n, group_key="x", key=f"bell:{n}", due_at=NOW)
            for n in range(1000)
        )
        in_threads(4, lambda: timers.run_due(limit=50))

        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM rang")
            rang = Counter(key for (key,) in cursor.fetchall())
        assert rang == Counter(f"bell:{n}" for n in range(1000))
        assert Timer.objects.filter(fired_at=None).count() == 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE rang")


def test_many_promises_break_once_each_with_four_workers() -> None:
    queue = make_queue(team=make_team(lead=make_agent()))
    for _n in range(12):
        make_ticket(queue=queue)

    in_threads(4, lambda: timers.run_due(limit=3))
    # Where two workers met at one ticket, one left it for the next tick.
    Timer.objects.exclude(retry_at=None).update(retry_at=NOW)
    in_threads(4, lambda: timers.run_due(limit=3))

    assert Event.objects.filter(kind=Event.Kind.PROMISE_BROKEN).count() == 12
    assert Event.objects.filter(kind=Event.Kind.ESCALATED, data__level=1).count() == 12
    assert Ticket.objects.with_broken_promise().count() == 12


def test_a_held_ticket_holds_up_nobody_and_its_timer_comes_again() -> None:
    queue = make_queue(team=make_team(lead=make_agent()))
    held, free = make_ticket(queue=queue), make_ticket(queue=queue)

    with transaction.atomic():
        Ticket.objects.select_for_update().get(pk=held.pk)
        in_threads(1, timers.run_due)
        broken = Event.objects.filter(kind=Event.Kind.PROMISE_BROKEN)
        assert [event.ticket_id for event in broken] == [free.pk]

    Timer.objects.exclude(retry_at=None).update(retry_at=NOW)
    timers.run_due()
    assert broken.filter(ticket=held).count() == 1


def test_an_answer_does_not_wait_for_a_tick_that_has_claimed_its_timers() -> None:
    ticket = make_ticket(queue=make_queue(team=make_team(lead=make_agent())))
    agent = make_agent()

    with transaction.atomic():
        assert list(Timer.objects.select_for_update())
        in_threads(1, lambda: Ticket.objects.get(pk=ticket.pk).mark_spam(by=agent, at=NOW))
    ticket.refresh_from_db()
    assert ticket.spam_at == NOW
    timers.run_due()
    assert ticket.events.filter(kind=Event.Kind.PROMISE_BROKEN).count() == 0
