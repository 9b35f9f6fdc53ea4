"""``./desk doctor``: what is there, what is missing, and the command that mends it."""

import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from supportdesk.bootstrap import accounts, packages, places, postgres, redis_server, say
from supportdesk.bootstrap.places import CHECKOUT, VENV, Data, site_packages

ROOM_BYTES = 1_000_000_000
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
#: What was found, whether the desk can start with it, and what mends it.
Finding = tuple[str, bool, str]


def examine(data: Data, *, port: int) -> int:
    """Look at everything ``up`` needs. Returns 1 when something keeps it from starting."""
    examinations: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("Python", _python),
        ("venv", _venv),
        ("Packages", _packages),
        ("Data", lambda: _data(data)),
        ("Room", lambda: _room(data)),
        ("Postgres", _postgres),
        ("Redis", _redis),
        ("Port", lambda: _port(data, port)),
        ("Chromium", _chromium),
    )
    is_well = True
    for name, examination in examinations:
        try:
            found, fine, mend = examination()
        except say.Refusal as refused:
            found, fine, mend = refused.why, False, refused.mend
        is_well = is_well and fine
        mark = say.coloured("ok     ", 32) if fine and not mend else ""
        mark = mark or (say.coloured("note   ", 33) if fine else say.coloured("missing", 31))
        say.line(f"  {mark} {name.ljust(say.STEP_WIDTH)} {found}")
        if mend:
            say.line(f"          {''.ljust(say.STEP_WIDTH)} {mend}")
    say.line()
    say.line("  ./desk up can start." if is_well else "  ./desk up cannot start yet.")
    return 0 if is_well else 1


def _python() -> Finding:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info >= (3, 14):
        return found, True, "Tried with 3.11 to 3.13; install one of them if packages are missing."
    return found, True, ""


def _venv() -> Finding:
    if packages.is_current(packages.BASE):
        return ".venv is made", True, ""
    try:
        import ensurepip  # noqa: F401 -- whether it is there is the question

        if not os.access(CHECKOUT, os.W_OK):
            return f"{CHECKOUT} is not yours to write", False, "Use a checkout of your own."
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return "this Python has none", False, f"Debian, Ubuntu: apt install python{version}-venv"
    return "can be made", True, ""


def _packages() -> Finding:
    many = packages.count(packages.BASE)
    if packages.is_current(packages.BASE):
        return f"{many} installed", True, ""
    state = "are out of date" if VENV.exists() else "not installed yet"
    return f"{many} {state}", True, "./desk up installs them"


def _data(data: Data) -> Finding:
    if not data.folder.exists():
        return f"{data.folder} will be made", True, ""
    data.make()
    if running := data.running():
        return f"{data.folder}, in use at {running.get('PUBLIC_BASE_URL')}", True, ""
    return str(data.folder), True, ""


def _room(data: Data) -> Finding:
    place = next(one for one in (data.folder, *data.folder.parents) if one.exists())
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free"
    return found, free > ROOM_BYTES, "" if free > ROOM_BYTES else "Make room for 1 GB."


def _postgres() -> Finding:
    if url := os.environ.get("DATABASE_URL"):
        return _answers("DATABASE_URL", url, 5432)
    account = accounts.for_postgres()
    who = f" as {account.name}" if account else f" as {accounts.our_name()}"
    if not packages.is_current(packages.BASE):
        return f"embedded{who}, not installed yet", True, "./desk up installs it"
    if not (postgres.binaries_in(site_packages()) / "postgres").exists():
        return "no build for this machine", False, "Set DATABASE_URL to a Postgres of yours."
    return f"embedded{who}", True, ""


def _redis() -> Finding:
    if url := os.environ.get("REDIS_URL"):
        return _answers("REDIS_URL", url, 6379)
    if found := redis_server.find_binary(site_packages()):
        return str(found), True, ""
    if not packages.is_current(packages.BASE):
        return "not installed yet", True, "./desk up installs it"
    return "none for this machine", False, "Install redis, or set REDIS_URL to a Redis of yours."


def _answers(name: str, url: str, standard_port: int) -> Finding:
    """Whether somebody listens at ``url``. Its password is never shown."""
    parts = urlsplit(url)
    if not parts.hostname:
        return f"yours, from {name}", True, ""
    place = (parts.hostname, parts.port or standard_port)
    try:
        socket.create_connection(place, timeout=3).close()
    except OSError:
        mend = f"Start it, or unset {name} to use the embedded one."
        return f"{name}: nobody answers at {place[0]}:{place[1]}", False, mend
    return f"yours, at {place[0]}:{place[1]}", True, ""


def _port(data: Data, port: int) -> Finding:
    if data.running():
        return "the desk has it", True, ""
    for listener in places.listen(port):
        listener.close()
    return f"{port} is free", True, ""


def _chromium() -> Finding:
    for name in CHROMIUMS:
        if found := shutil.which(name):
            return f"{found} (for the browser tests)", True, ""
    if Path("/Applications/Chromium.app").exists():
        return "Chromium.app (for the browser tests)", True, ""
    return (
        "none: the browser tests are skipped",
        True,
        "Debian: apt install chromium-headless-shell",
    )
