"""Beat with Redis gone: it looks itself, also past a mail server that hangs."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery
from celery.signals import before_task_publish
from django.utils import timezone
from pytest_django import Settings

from supportdesk import outbox
from supportdesk.bell import Bell
from supportdesk.celery import app
from supportdesk.models import Delivery
from tests.factories import make_agent, make_queue, make_team, make_ticket
from tests.supportdesk.mail_server import HANG, TAKEN, running
from tickets.models import Event

NOBODY = "redis://127.0.0.1:9/0"
TICK = "fire the timers that are due"
SEND = "send what nobody rang for"
PATIENCE_SECONDS = 20


def an_app(redis: str) -> Celery:
    """As ours, but for where it rings."""
    names = ("beat_schedule", "task_routes", "task_publish_retry", "broker_transport_options")
    made = Celery("bell", set_as_current=False)
    made.conf.update({name: app.conf[name] for name in names} | {"broker_url": redis})
    return made


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    one = Bell(an_app(NOBODY), schedule_filename=str(tmp_path / "schedule"))
    yield one
    for thread in one._at_work.values():
        thread.join(PATIENCE_SECONDS)
    one.close()


def until(happened: Callable[[], Any]) -> bool:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if happened():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_with_redis_gone_promises_break_and_mail_goes_out_past_one_that_hangs(
    bell: Bell, settings: Settings
) -> None:
    ticket = make_ticket(queue=make_queue(team=make_team(lead=make_agent())))
    Delivery.objects.all().delete()
    for n, name in enumerate(("hangs", "goes")):
        outbox.queue_mail(
            kind="staff", recipient=f"{name}@mail.example", subject="test", subject_id=n,
            payload={"from": ["Desk", "desk@desk.localhost"], "subject": "Hm", "text": "Hm"},
            group_key=f"test:{uuid.uuid4()}", at=timezone.now(),
        )  # fmt: skip
    settings.MAIL_DEADLINE_SECONDS = 4
    with running(says=lambda to: HANG if to.startswith("hangs") else TAKEN) as server:
        settings.MAIL_SERVER = server.address
        bell.apply_entry(bell.schedule[SEND])
        assert until(Delivery.objects.filter(state="sending").exists)
        bell.apply_entry(bell.schedule[TICK])
        assert until(ticket.events.filter(kind=Event.Kind.PROMISE_BROKEN).exists)
        assert Delivery.objects.filter(state="sending").exists()

        def everything_else_went_out() -> bool:
            bell.apply_entry(bell.schedule[SEND])
            return not Delivery.objects.filter(state__in=["queued", "sending"]).exists()

        assert until(everything_else_went_out)
        assert "goes@mail.example" in server.recipients
    assert Delivery.objects.filter(subject="test").order_by("subject_id").values_list(
        "state", flat=True
    )[0] == "in_doubt"  # fmt: skip


def test_it_rings_again_when_redis_is_back_and_looks_until_the_workers_are(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    rung: list[str] = []
    monkeypatch.setattr(bell, "_look", looked.append)

    def hear(sender: str, **kwargs: Any) -> None:
        rung.append(sender)

    bell.apply_entry(bell.schedule[TICK])
    assert len(looked) == 1

    bell.app = an_app(urlsplit(os.environ["REDIS_URL"])._replace(path="/8").geturl())
    before_task_publish.connect(hear)
    try:
        bell.apply_entry(bell.schedule[TICK])
        assert (len(looked), rung) == (2, [])  # too early to try again
        monkeypatch.setattr(bell, "_deaf_until", 0.0)
        bell.apply_entry(bell.schedule[TICK])
        assert (len(looked), len(rung)) == (3, 1)  # both, until the workers are back too
        monkeypatch.setattr(bell, "_alone_until", 0.0)
        bell.apply_entry(bell.schedule[TICK])
        assert (len(looked), len(rung)) == (3, 2)
    finally:
        before_task_publish.disconnect(hear)


def test_beat_is_this_one() -> None:
    assert app.conf.beat_scheduler == "supportdesk.bell:Bell"
