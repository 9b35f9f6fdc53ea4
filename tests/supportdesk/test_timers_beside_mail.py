"""Two mail servers hang; the timers do not wait for them. Real workers, a real Redis."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from supportdesk import outbox, timers
from supportdesk.bootstrap.up import WORKERS
from supportdesk.celery import app
from supportdesk.models import Delivery
from tests.factories import make_agent, make_queue, make_team, make_ticket
from tickets.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
#: A part of Redis of our own: other tests ring bells in theirs.
REDIS_URL = urlsplit(settings.REDIS_URL)._replace(path="/9").geturl()
PATIENCE_SECONDS = 60


class SilentServer:
    """Takes calls and never says a word."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls: list[socket.socket] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self.calls.append(self.socket.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        for one in [*self.calls, self.socket]:
            one.close()


@pytest.fixture
def server() -> Iterator[SilentServer]:
    silent = SilentServer()
    yield silent
    silent.close()


@pytest.fixture
def workers(server: SilentServer) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The workers for timers and mail as ``./desk up`` starts them, on the tests’ tables."""
    database = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {
        "SUPPORTDESK_MODE": "trial",
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "REDIS_URL": REDIS_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
    }
    started = []
    for name, queues, many in WORKERS:
        if name in {"timers", "mail"}:
            worker = ["worker", "-n", f"{name}@test", "-Q", queues, "-c", str(many)]
            plain = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "supportdesk.celery", *worker, *plain],
                    env=environment,
                    cwd=ROOT,
                    start_new_session=True,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
    yield started
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def ring(*tasks: str) -> None:
    with app.connection_for_write(REDIS_URL) as broker:
        for task in tasks:
            app.send_task(task, connection=broker, expires=PATIENCE_SECONDS)


def until(happened: Callable[[], bool]) -> bool:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        if happened():
            return True
        time.sleep(0.1)
    return False


def test_a_promise_breaks_on_time_while_two_mails_hang(
    server: SilentServer, workers: list[subprocess.Popen[bytes]]
) -> None:
    ticket = make_ticket(queue=make_queue(team=make_team(lead=make_agent())))
    Delivery.objects.all().delete()
    for n in range(2):
        outbox.queue_mail(
            kind="staff",
            recipient=f"reader{n}@mail.example",
            payload={"from": ["Desk", "desk@desk.localhost"], "subject": "Hm", "text": "Hm"},
            subject="test",
            subject_id=n,
            group_key=f"test:{uuid.uuid4()}",
            at=timezone.now(),
        )
    with app.connection_for_write(REDIS_URL) as broker:
        broker.default_channel.queue_purge("mail")
        broker.default_channel.queue_purge("timers")

    ring("supportdesk.tasks.send_mail", "supportdesk.tasks.send_mail")
    assert until(lambda: len(server.calls) == 2), "both mails should be at the silent server"

    rung_at = time.monotonic()
    ring("supportdesk.tasks.run_timers")
    broken = ticket.events.filter(kind=Event.Kind.PROMISE_BROKEN)
    assert until(broken.exists)
    assert time.monotonic() - rung_at < 20
    assert len(server.calls) == 2
    assert set(Delivery.objects.filter(subject="test").values_list("state", flat=True)) == {
        "sending"
    }
    assert timers.last_tick() is not None
