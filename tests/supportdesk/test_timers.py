"""Timers are rows: set, moved, cancelled, claimed once, and fired with what they cause."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction

from supportdesk import timers
from supportdesk.models import Desk, Timer
from supportdesk.timers import Wish
from tests.factories import NOW

A_MINUTE = timedelta(minutes=1)
Due = Sequence[Timer]


class Bell:
    """A handler that notes what rang, and breaks where it is told to."""

    def __init__(self) -> None:
        self.rang: list[str] = []
        self.broken: set[str] = set()
        self.held: set[str] = set()

    def __call__(self, due: Due, at: object) -> list[Timer]:
        for timer in due:
            if timer.key in self.broken:
                raise RuntimeError(f"{timer.key} is broken\nin two lines")
        held = [timer for timer in due if timer.key in self.held]
        self.rang += [timer.key for timer in due if timer not in held]
        return held


@pytest.fixture
def bell(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bell]:
    rings = Bell()
    monkeypatch.setitem(timers._handlers, "bell", rings)
    return rings


def ring_at(key: str, at: object = NOW, group: str = "tower") -> None:
    timers.set(kind="bell", subject="tower", subject_id=1, group=group, key=key, due_at=at)


def test_a_timer_fires_once_and_not_early(bell: Bell) -> None:
    ring_at("one")

    assert timers.run_due(at=NOW - timedelta(microseconds=1)) == 0
    assert timers.run_due(at=NOW) == 1
    assert timers.run_due(at=NOW + A_MINUTE) == 0
    assert bell.rang == ["one"]
    assert Timer.objects.get().fired_at == NOW


def test_without_a_moment_postgres_decides(bell: Bell) -> None:
    with transaction.atomic():
        ring_at("past")
        ring_at("future", NOW.replace(year=2400))
    assert timers.run_due() == 1
    assert bell.rang == ["past"]


def test_setting_it_again_moves_it_and_rings_again(bell: Bell) -> None:
    ring_at("one")
    ring_at("one", NOW + A_MINUTE)
    assert timers.run_due(at=NOW) == 0
    assert timers.run_due(at=NOW + A_MINUTE) == 1
    ring_at("one", NOW + 2 * A_MINUTE)
    assert timers.run_due(at=NOW + 2 * A_MINUTE) == 1
    assert bell.rang == ["one", "one"]


def test_what_is_cancelled_does_not_ring_until_it_is_set_again(bell: Bell) -> None:
    ring_at("one")
    ring_at("two")
    ring_at("other", group="church")
    timers.cancel(key="one")
    assert timers.run_due(at=NOW) == 2
    ring_at("one")
    ring_at("two")
    ring_at("other", group="church")
    timers.cancel_group("tower")
    assert timers.run_due(at=NOW) == 1
    assert bell.rang == ["two", "other", "other"]


def test_they_ring_in_the_order_in_which_they_are_due(bell: Bell) -> None:
    for minute in (3, 1, 2):
        ring_at(str(minute), NOW + minute * A_MINUTE)
    assert timers.run_due(at=NOW + 5 * A_MINUTE, limit=2) == 3
    assert bell.rang == ["1", "2", "3"]


def test_a_bad_row_backs_off_alone(bell: Bell) -> None:
    for key in ("one", "bad", "two"):
        ring_at(key)
    bell.broken = {"bad"}

    assert timers.run_due(at=NOW) == 2
    assert bell.rang == ["one", "two"]
    bad = Timer.objects.get(key="bad")
    assert (bad.fired_at, bad.attempts, bad.retry_at) == (None, 1, NOW + timedelta(seconds=5))
    assert bad.error == "RuntimeError: bad is broken"
    assert timers.failing() == 1

    pauses, at = [], bad.retry_at
    for _try in range(12):
        assert at is not None
        timers.run_due(at=at)
        later = Timer.objects.get(key="bad").retry_at
        assert later is not None
        pauses.append((later - at).total_seconds())
        at = later
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]

    bell.broken = set()
    assert timers.run_due(at=at) == 1
    assert timers.failing() == 0


def test_what_a_bad_row_wrote_is_taken_back(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(due: Due, at: object) -> None:
        for timer in due:
            Desk.objects.update(name=timer.key)
            if timer.key == "bad":
                raise RuntimeError("halfway")

    monkeypatch.setitem(timers._handlers, "half", half)
    for key in ("good", "bad"):
        timers.set(kind="half", subject="", subject_id=1, group="x", key=key, due_at=NOW)
    ring_at("one")

    assert timers.run_due(at=NOW) == 2
    assert Desk.current().name == "good"


def test_a_kind_that_nobody_knows_waits_for_somebody_who_does(bell: Bell) -> None:
    timers.set(kind="unheard", subject="", subject_id=1, group="x", key="x", due_at=NOW)
    ring_at("one")
    assert timers.run_due(at=NOW) == 1
    assert Timer.objects.get(key="x").attempts == 1


def test_what_somebody_holds_comes_again_with_the_next_tick(bell: Bell) -> None:
    ring_at("one")
    bell.held = {"one"}
    assert timers.run_due(at=NOW) == 0
    assert timers.failing() == 0
    bell.held = set()
    assert timers.run_due(at=NOW + timedelta(seconds=2)) == 1


def test_on_hold_nothing_fires(bell: Bell) -> None:
    ring_at("one")
    Desk.objects.update(is_on_hold=True)
    assert timers.run_due(at=NOW) == 0
    assert timers.run_through(NOW) == 0
    Desk.objects.update(is_on_hold=False)
    assert timers.run_due(at=NOW) == 1


def test_a_worker_that_dies_takes_back_what_it_did(bell: Bell) -> None:
    ring_at("one")

    class Killed(BaseException):
        pass

    def die(due: Due, at: object) -> None:
        Desk.objects.update(name="half done")
        raise Killed

    timers._handlers["bell"] = die
    with pytest.raises(Killed), transaction.atomic():
        timers.run_due(at=NOW)
    assert Desk.current().name == "Supportdesk"
    timers._handlers["bell"] = bell
    assert timers.run_due(at=NOW) == 1
    assert timers.run_due(at=NOW) == 0
    assert bell.rang == ["one"]


# --- Arranging -----------------------------------------------------------------------------------


def arrange(*wishes: Wish) -> None:
    timers.arrange(group="tower", subject="tower", subject_id=1, wishes=wishes)


def standing() -> dict[str, object]:
    return dict(Timer.objects.filter(fired_at=None, cancelled_at=None).values_list("key", "due_at"))


def test_arranging_sets_moves_and_cancels(bell: Bell) -> None:
    ring_at("other", group="church")
    arrange(Wish("bell", "a", NOW), Wish("bell", "b", NOW))
    arrange(Wish("bell", "b", NOW + A_MINUTE), Wish("bell", "c", NOW))
    assert standing() == {"other": NOW, "b": NOW + A_MINUTE, "c": NOW}
    arrange()
    assert standing() == {"other": NOW}
    arrange(Wish("bell", "a", NOW))
    assert standing() == {"other": NOW, "a": NOW}


def test_arranging_again_changes_nothing(bell: Bell) -> None:
    arrange(Wish("bell", "a", NOW), Wish("bell", "b", NOW))
    before = list(Timer.objects.values().order_by("pk"))
    arrange(Wish("bell", "a", NOW), Wish("bell", "b", NOW))
    assert list(Timer.objects.values().order_by("pk")) == before


def test_an_occasion_that_has_passed_does_not_come_back(bell: Bell) -> None:
    arrange(Wish("bell", "a", NOW))
    timers.run_due(at=NOW)
    arrange(Wish("bell", "a", NOW + A_MINUTE))
    assert timers.run_due(at=NOW + A_MINUTE) == 0
    assert bell.rang == ["a"]


# --- Health --------------------------------------------------------------------------------------


def test_the_heartbeat_and_the_lateness(bell: Bell) -> None:
    assert timers.last_tick() is None
    assert timers.latest_lateness() == timedelta()
    ring_at("one")
    assert timers.latest_lateness() > timedelta(days=1)
    timers.run_due(at=NOW)
    assert timers.last_tick() is None
    assert timers.latest_lateness() == timedelta()
    for _tick in range(2):
        timers.run_due()
    pulse = timers.last_tick()
    assert pulse is not None
    assert timedelta() <= pulse < timedelta(seconds=5)


def test_the_heart_beats_on_hold(db: None) -> None:
    Desk.objects.update(is_on_hold=True)
    timers.run_due()
    assert timers.last_tick() is not None


def test_what_is_long_over_is_forgotten(bell: Bell) -> None:
    for key in ("fired", "cancelled"):
        ring_at(key)
    timers.cancel(key="cancelled")
    timers.run_due(at=NOW)
    ring_at("standing")
    timers.run_due(at=NOW - A_MINUTE)
    assert timers.forget(before=NOW) == 0
    assert timers.forget(before=NOW + A_MINUTE) == 2
    assert list(standing()) == ["standing"]


def test_without_celery_a_command_fires_them(
    bell: Bell, capsys: pytest.CaptureFixture[str]
) -> None:
    ring_at("one")
    call_command("run_timers", "--once")
    assert bell.rang == ["one"]
    assert capsys.readouterr().out == "1 fired\n"


# --- Simulations ---------------------------------------------------------------------------------


def test_running_through_fires_each_at_its_own_moment(bell: Bell) -> None:
    for minute in (3, 1, 2, 9):
        ring_at(str(minute), NOW + minute * A_MINUTE)
    assert timers.run_through(NOW + 5 * A_MINUTE) == 3
    fired = dict(Timer.objects.exclude(fired_at=None).values_list("key", "fired_at"))
    assert fired == {str(minute): NOW + minute * A_MINUTE for minute in (1, 2, 3)}
