"""The places at which a flow can be cut, found by counting, and the ways to cut it there.

Every SQL statement, every commit, every word to and from the mail server and every bell is a
point: before it, and after it where it has an effect by itself (the answer is lost then, the
effect is not).
"""

import os
import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import kombu.exceptions
from celery import Celery
from django.db import OperationalError, connection, connections

#: ``all`` cuts at every point in both ways; a number takes every so many, each in one way.
WANTED = os.environ.get("FAULT_POINTS", "4")
BY_ITSELF = 87


class Died(BaseException):
    """As if by kill -9: no ``except Exception`` hears of it, and nothing after it runs."""


class Points:
    """Counts the points that are passed, and does ``cut`` at number ``at``."""

    def __init__(self, at: int | None = None, cut: Callable[[str], None] | None = None) -> None:
        self.at = at
        self.cut = cut
        self.passed: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Find the points in everything that this thread does."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._statement))
            for place, name in (
                (connection, "_commit"),
                (smtplib.SMTP, "send"),
                (smtplib.SMTP, "getreply"),
                (Celery, "send_task"),
            ):
                stack.enter_context(mock.patch.object(place, name, self._around(place, name)))
            yield

    def _pass(self, what: str) -> None:
        self.passed.append(what)
        if self.cut and len(self.passed) - 1 == self.at:
            self.cut(what)

    def _statement(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        words = str(sql).split()
        what = f"sql {' '.join(words[:3])}"
        self._pass(f"{what}, before")
        result = execute(sql, params, many, context)
        if not connection.in_atomic_block and words[0] != "SELECT":
            self._pass(f"{what}, after")
        return result

    def _around(self, place: Any, name: str) -> Callable[..., Any]:
        real = getattr(place, name)
        kind = {"_commit": "commit", "send_task": "bell"}.get(name, f"mail {name}")

        def passing(*args: Any, **kwargs: Any) -> Any:
            self._pass(f"{kind}, before")
            result = real(*args, **kwargs)
            self._pass(f"{kind}, after")
            return result

        return passing


# --- Ways to be cut -------------------------------------------------------------------------------


def fail(what: str) -> None:
    """The other side is gone, and says so."""
    if what.startswith(("sql", "commit")):
        raise OperationalError("server closed the connection unexpectedly")
    if what.startswith("bell"):
        raise kombu.exceptions.OperationalError("Connection refused")
    raise ConnectionResetError


def die(what: str) -> None:
    if what == "commit, before":
        # What is open when a process dies, Postgres rolls back.
        connection.connection.rollback()
    raise Died(what)


def exit_for_real(what: str) -> None:
    os._exit(BY_ITSELF)


def lose_the_backend(what: str) -> None:
    """Postgres ends our connection; whatever we say next meets its absence."""
    ours = connection.connection
    if ours is None:
        return
    another = connections.create_connection("default")
    try:
        with another.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [ours.info.backend_pid])
    finally:
        another.close()


#: Each point is cut in the first two ways; those of real processes and connections cost more.
WAYS: dict[str, Callable[[str], None]] = {
    "exception": fail,
    "exit": die,
    "backend": lose_the_backend,
    "process": exit_for_real,
}


def chosen(many: int) -> Iterator[tuple[int, str]]:
    """Return which of ``many`` points are cut, and how."""
    if WANTED == "all":
        for at in range(many):
            yield at, "exception"
            yield at, "exit"
    else:
        for n, at in enumerate(range(0, many, int(WANTED))):
            yield at, ("exception", "exit")[n % 2]
    # Real ones at a few places, also the last: what is committed by then must hold.
    few = 8 if WANTED == "all" else 1
    for at in sorted({many - 1 - n * max(many // few, 1) for n in range(few)}):
        if at >= 0:
            yield at, "backend"
            yield at, "process"
