"""What stands still or runs out is said: from the first threshold on, and louder from the second."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from supportdesk import timers, watch
from supportdesk.lib import traffic
from supportdesk.models import Backup, Timer, User

pytestmark = pytest.mark.django_db
Find = Callable[..., list[tuple[str, bool]]]


@pytest.fixture
def find() -> Find:
    def found(**facts: object) -> list[tuple[str, bool]]:
        known = {"set_up_at": None, "is_on_hold": False, "at": timezone.now()} | facts
        return [(each.words, each.is_grave) for each in watch.find(**known)]  # type: ignore[arg-type]

    return found


def test_a_desk_in_order_costs_one_question_and_says_nothing(find: Find) -> None:
    timers.run_due()
    with CaptureQueriesContext(connection) as asked:
        assert find() == []
    assert len(asked) == 1


@pytest.mark.parametrize(("seconds", "said"), [(29, []), (40, [False]), (130, [True])])
def test_a_clock_that_stopped_is_said_before_anything_is_late(
    find: Find, seconds: int, said: list[bool]
) -> None:
    timers.run_due()
    Timer.objects.filter(key="tick").update(fired_at=timezone.now() - timedelta(seconds=seconds))
    assert [is_grave for _words, is_grave in find()] == said
    assert all("Nothing happens by the clock" in words for words, _is_grave in find())
    assert find(is_on_hold=True) == []


def test_backups_are_missed_in_production_alone(find: Find, settings: Settings) -> None:
    hours = timedelta(hours=1)
    now = timezone.now()
    young, old = now - hours, now - 30 * hours
    assert find(set_up_at=old) == []
    settings.MODE = "production"
    assert find(set_up_at=young) == []
    assert find(set_up_at=old) == [("There is no backup of this desk yet.", False)]
    Backup.objects.create(name="a", made_at=now - 50 * hours, size_bytes=1, files=1)
    assert find(set_up_at=old) == [("The last backup is 2 d old.", True)]
    Backup.objects.create(name="b", made_at=now - 27 * hours, size_bytes=1, files=1)
    assert find() == [("The last backup is 1 d old.", False)]
    Backup.objects.create(name="c", made_at=now, size_bytes=1, files=1, missing=2)
    assert find() == [("2 files are gone from the storage. The backup’s log says which.", True)]


def test_a_full_disk_and_wrong_clocks_are_said(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "DISK_FREE", (1.1, 0.0))
    ((words, is_grave),) = find()
    assert "The disk is nearly full" in words
    assert not is_grave
    monkeypatch.setattr(watch, "DISK_FREE", (0.0, 0.0))
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() - timedelta(seconds=3))
    ((words, is_grave),) = find()
    assert "differ by 3.0 s" in words
    assert is_grave


def test_pages_that_break_are_said_by_their_share(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = time.time() + 86400
    now = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(watch, "FAILED_AT_LEAST", 3)
    for status in (500, 500, 503, 200):
        traffic.note(status, 0.1, at=at)
    assert find(at=now) == []
    traffic.note(500, 0.1, at=at)
    assert find(at=now) == [("3 of the last 5 pages failed, in five minutes.", True)]
    for _n in range(995):
        traffic.note(200, 0.1, at=at)
    assert find(at=now) == [("3 of the last 1000 pages failed, in five minutes.", False)]


def test_the_band_is_as_loud_as_its_worst_sentence(
    supervisor: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(supervisor)
    monkeypatch.setattr(watch, "DISK_FREE", (1.1, 0.0))
    assert 'class="banner banner--soon"' in client.get("/desk/").content.decode()
    monkeypatch.setattr(watch, "DISK_FREE", (1.1, 1.1))
    assert 'class="banner "' in client.get("/desk/").content.decode()
