"""Whether the process lives, and whether the desk can do its work."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from supportdesk import health, outbox, tasks, timers
from supportdesk.models import Desk, Limit, OneTimeLink, Timer

pytestmark = pytest.mark.django_db


def ready(client: Client) -> tuple[int, dict[str, object]]:
    answer = client.get("/readyz", secure=True)
    return answer.status_code, answer.json()


@pytest.fixture(autouse=True)
def beat_ticks() -> None:
    timers.run_due()


def test_healthz_asks_nobody(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz", secure=True).content == b"ok\n"


def test_a_desk_in_order_is_ready(client: Client) -> None:
    assert ready(client) == (200, {"state": "ready", "down": [], "degraded": []})


def test_a_desk_on_hold_is_not(client: Client) -> None:
    Desk.objects.update(is_on_hold=True)
    assert ready(client) == (503, {"state": "down", "down": ["hold"], "degraded": []})


def test_a_full_disk_is_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOWEST_FREE_SHARE", 1.1)
    assert ready(client)[1]["down"] == ["disk"]


def test_missing_migrations_are_not(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", lambda: False)
    assert ready(client)[0] == 503


def test_without_a_database_it_still_answers_and_tells_no_secret(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> bool:
        raise OperationalError("could not connect to secret-host as secret-user")

    monkeypatch.setattr(health, "_has_database", gone)
    answer = client.get("/readyz", secure=True)
    assert (answer.status_code, answer.json()["down"]) == (503, ["database"])
    assert b"secret" not in answer.content


def test_without_redis_people_can_work(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert ready(client) == (200, {"state": "degraded", "down": [], "degraded": ["redis"]})


def test_a_beat_that_stopped_is_seen(client: Client) -> None:
    Timer.objects.filter(key="tick").update(fired_at=timezone.now() - timedelta(seconds=31))
    assert ready(client)[1]["degraded"] == ["beat"]


def test_mail_that_does_not_go_out_is_seen(client: Client) -> None:
    outbox.queue_mail(
        kind="test",
        recipient="a@mail.example",
        payload={},
        subject="x",
        subject_id=1,
        group_key="x",
        at=timezone.now() - timedelta(minutes=3),
    )
    assert ready(client)[1]["degraded"] == ["outbox"]


def test_timers_that_run_late_are_seen(client: Client) -> None:
    timers.set(
        kind="none", subject="x", subject_id=1, group="x", key="x",
        due_at=timezone.now() - timedelta(minutes=1),
    )  # fmt: skip
    assert ready(client)[1]["degraded"] == ["timers"]


def test_what_is_over_is_forgotten_and_nothing_else() -> None:
    at = timezone.now()
    for name, ends_at in (("over", at - timedelta(1)), ("runs", at + timedelta(hours=1))):
        Limit.objects.create(key=name, began_at=at, ends_at=ends_at, used=1)
    for days in (-29, -31):
        OneTimeLink.objects.create(
            purpose="walk-in",
            token_hash=str(days).encode(),
            created_at=at,
            expires_at=at + timedelta(days=days),
        )

    tasks.forget_expired()

    assert list(Limit.objects.values_list("key", flat=True)) == ["runs"]
    assert OneTimeLink.objects.get().expires_at == at - timedelta(days=29)
