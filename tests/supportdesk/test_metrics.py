"""Figures for what watches the desk: true, told to nobody else, and of nobody."""

import os
import re
import time
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

import supportdesk
from supportdesk import hold, metrics, outbox, timers
from supportdesk.lib import traffic
from supportdesk.models import Backup, Hold, User
from tests.factories import make_queue, make_ticket
from tests.tickets.mail.mails import make_mail
from tickets.mail import intake

TOKEN = "t0ken-" * 5


def ask(client: Client, settings: Settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def read(client: Client, settings: Settings) -> dict[str, float]:
    text = ask(client, settings)
    samples = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("supportdesk_"): float(value) for name, _space, value in samples}


@pytest.mark.django_db
def test_the_figures_are_those_of_the_rows(client: Client, settings: Settings, agent: User) -> None:
    at = timezone.now()
    make_ticket(queue=make_queue(team=agent.teams.get()), owner=agent, at=at - timedelta(hours=1))
    before = read(client, settings)
    outbox.queue_mail(
        kind="test", recipient="a@mail.example", payload={}, subject="x", subject_id=1,
        group_key="x", at=at - timedelta(days=1),
    )  # fmt: skip
    timers.set(
        kind="none", subject="x", subject_id=1, group="x", key="x", due_at=at - timedelta(hours=8)
    )
    intake.receive(make_mail(), "desk@desk.example", at=at)
    Backup.objects.create(name="x", made_at=at - timedelta(hours=2), size_bytes=1, files=1)
    hold.begin(reason=Hold.Reason.BY_HAND, at=at)
    after = read(client, settings)

    assert after['mails{state="queued"}'] == before['mails{state="queued"}'] + 1
    assert after["mail_late_seconds"] == pytest.approx(86400, abs=60)
    assert after["timers_due"] == before["timers_due"] + 1
    assert after["timer_late_seconds"] == pytest.approx(8 * 3600, abs=60)
    assert (before['received_mails{state="new"}'], after['received_mails{state="new"}']) == (0, 1)
    assert (before["on_hold"], after["on_hold"]) == (0, 1)
    assert "backup_age_seconds" not in before
    assert after["backup_age_seconds"] == pytest.approx(7200, abs=60)
    assert (after["tickets_unsolved"], after['promises{state="open"}']) == (1, 1)
    assert (after['up{what="redis"}'], after['up{what="postgres"}']) == (1, 1)
    assert 0 < after["disk_free_ratio"] < 1


@pytest.mark.django_db
def test_they_cost_one_statement_and_name_nobody(
    client: Client, settings: Settings, agent: User
) -> None:
    ticket = make_ticket(queue=make_queue("Secret queue"), owner=agent, subject="Secret subject")
    with CaptureQueriesContext(connection) as asked:
        text = ask(client, settings)
    assert len(asked) == 1
    for secret in ("Secret", agent.name, agent.email, ticket.identity.value, str(ticket.pk)):
        assert secret not in text
    families = re.findall(r"# TYPE supportdesk_(\w+)", text)
    assert len(families) == len(set(families)) > 15


@pytest.mark.django_db
def test_nobody_else_meets_them(client: Client, settings: Settings, admin: User) -> None:
    def status(**headers: str) -> int:
        return client.get("/metrics", headers=headers).status_code

    client.force_login(admin)
    assert status() == 404
    assert status(authorization="Bearer ") == 404
    settings.METRICS_TOKEN = TOKEN
    assert status(authorization="Bearer wrong") == 404
    assert status(authorization="Bearer ") == 404
    assert status(authorization=f"Bearer {TOKEN}") == 200
    settings.METRICS_TOKEN, settings.METRICS_NETWORKS = "", ["127.0.0.0/8"]
    assert status() == 200
    # Whoever comes through the proxy comes from outside, whatever it says of them.
    settings.TRUSTED_PROXIES = 1
    assert status(x_forwarded_for="127.0.0.1") == 404


def test_without_postgres_or_redis_the_rest_is_told(
    client: Client, settings: Settings, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    monkeypatch.setattr(metrics, "_FACTS", "SELECT 1/0")
    text = read(client, settings)
    assert (text['up{what="redis"}'], text['up{what="postgres"}']) == (0, 0)
    assert "mails" not in str(text)


def test_processes_count_together_and_one_that_ends_takes_nothing_away() -> None:
    at = time.time()
    before = traffic.read(at=at)
    for status in (200, 404, 500):
        child = os.fork()
        if child == 0:
            for _n in range(50):
                traffic.note(status, 0.2, at=at)
            os._exit(0)
        os.waitpid(child, 0)
    traffic.note(200, 30.0, at=at - 600)
    after = traffic.read(at=at)

    grown = {kind: after.by_class[kind] - before.by_class[kind] for kind in traffic.CLASSES}
    assert grown == {2: 51, 3: 0, 4: 50, 5: 50}
    slow = [a - b for a, b in zip(after.by_duration, before.by_duration, strict=True)]
    assert slow == [0, 0, 0, 150, 0, 0, 0, 0, 1]
    assert after.seconds - before.seconds == pytest.approx(60)
    assert after.recent - before.recent == 150
    assert after.recent_failed - before.recent_failed == 50


@pytest.mark.django_db
def test_an_answer_is_counted(client: Client, settings: Settings) -> None:
    before = read(client, settings)
    client.get("/healthz")
    after = read(client, settings)
    # The question for the figures itself is one of them.
    assert after['requests_total{status="2xx"}'] == before['requests_total{status="2xx"}'] + 2
    assert after["request_seconds_count"] == before["request_seconds_count"] + 2
    assert after['request_seconds_bucket{le="+Inf"}'] == after["request_seconds_count"]


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == supportdesk.__version__
