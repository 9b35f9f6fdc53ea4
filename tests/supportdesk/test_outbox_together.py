"""Many workers at the same mails, the trial’s own catcher, and Postgres going away."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from supportdesk import outbox
from supportdesk.lib.addresses import MailServer
from supportdesk.management.commands import catch_mail
from supportdesk.models import CaughtMail, Delivery
from tests.factories import NOW
from tests.supportdesk.mail_server import Server, free_port, running
from tests.supportdesk.test_outbox import queue, send_all, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with running() as server:
        settings.MAIL_SERVER = server.address
        yield server


def in_threads(n: int, work: Callable[[], object]) -> None:
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


def test_four_workers_send_each_mail_once(server: Server) -> None:
    for n in range(40):
        queue(recipient=f"customer{n}@mail.example", group_key=f"ticket:{n}")

    in_threads(4, send_all)

    assert Counter(server.recipients) == {f"customer{n}@mail.example": 1 for n in range(40)}
    assert set(states()) == {Delivery.State.SENT}


def test_taken_back_or_sent_but_never_both(server: Server) -> None:
    for n in range(20):
        queue(subject_id=n, recipient=f"customer{n}@mail.example")
    taken_back: list[int] = []

    def undo_all() -> None:
        backwards = range(19, -1, -1)
        taken_back.extend(
            n for n in backwards if outbox.take_back(subject="tickets.message", subject_id=n)
        )

    jobs: list[Callable[[], object]] = [undo_all, send_all, send_all]

    def next_job() -> None:
        jobs.pop()()

    in_threads(3, next_job)
    send_all()

    arrived = sorted(int(name[8:].partition("@")[0]) for name in server.recipients)
    assert sorted(taken_back + arrived) == list(range(20))


@pytest.fixture
def catcher(settings: Settings) -> Iterator[MailServer]:
    controller = catch_mail.catcher(free_port())
    controller.start()
    settings.MAIL_SERVER = MailServer("127.0.0.1", controller.port, "", "", "")
    yield settings.MAIL_SERVER
    controller.stop()


def test_the_catcher_keeps_what_it_takes(catcher: MailServer) -> None:
    delivery = queue()

    send_all()

    caught = CaughtMail.objects.get()
    assert (caught.message_id, caught.recipient) == (delivery.message_id, delivery.recipient)
    assert b"It leaves today." in bytes(caught.raw)
    assert states() == [Delivery.State.SENT]


def test_the_catcher_outlives_a_restart_of_postgres(catcher: MailServer) -> None:
    queue()
    send_all()
    with connection.cursor() as cursor:
        # All connections but this one end, as they do when Postgres is restarted.
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    queue(at=NOW, recipient="second@mail.example")

    send_all()

    assert states() == [Delivery.State.SENT, Delivery.State.SENT]
    assert CaughtMail.objects.count() == 2


def test_what_the_catcher_cannot_store_it_does_not_take(
    catcher: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_mail.timezone, "now", lambda: None)
    queue()

    send_all()

    assert states() == [Delivery.State.QUEUED]
    assert CaughtMail.objects.count() == 0
