"""The ``.venv`` with exactly the packages that the lock file names, checked by their hashes."""

import fcntl
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supportdesk.bootstrap.places import CHECKOUT, PYTHON, VENV, words
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.say import Refusal, Step
from supportdesk.bootstrap.supervisor import Supervisor

BASE = CHECKOUT / "requirements" / "base.txt"
DEV = CHECKOUT / "requirements" / "dev.txt"
#: The developer’s packages are the base and more.
CONTAINS = {DEV: (DEV, BASE), BASE: (BASE,)}
LOG = VENV / "install.log"
#: Stands while pip works: a package that was cut off half-way can look whole to pip.
UNFINISHED = VENV / "unfinished"
DISTRIBUTION = re.compile(r"^([A-Za-z0-9][\w.\-]*)(?:\[[^\]]*\])?==", re.MULTILINE)
COLLECTING = re.compile(r"^(?:Collecting|Requirement already satisfied: )\s*([\w.\-]+)")

NO_NETWORK = (
    r"Name or service not known|nodename nor servname|name resolution|NewConnectionError"
    r"|Connection refused|ProxyError|ReadTimeout|ConnectTimeout|Network is unreachable|Max retries"
)
#: What pip says in the end, what it means, and what helps.
MEANINGS = (
    (
        r"No space left on device",
        "the disk is full",
        "Make room for about 400 MB, then run it again.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "what was offered is not what the lock file names",
        "Something changed it on the way; do not use it. Try again from another network.",
    ),
    (
        r"SSLError|CERTIFICATE_VERIFY_FAILED",
        "the package index’s certificate is not trusted",
        "Give pip the certificates of your network (PIP_CERT), then run it again.",
    ),
    (
        NO_NETWORK,
        "the package index cannot be reached",
        "Look at the network (or pip’s proxy settings), then run it again.",
    ),
    (
        r"No matching distribution found|is not a supported wheel|--only-binary",
        "no build of it for this machine was found",
        "Linux with glibc 2.28 or later and macOS have one, with Python 3.11 to 3.13.",
    ),
    (
        r"Permission denied",
        "a file in .venv may not be written",
        "Remove .venv (it may belong to another account), then run it again.",
    ),
)


def count(lock: Path) -> int:
    return len(DISTRIBUTION.findall(lock.read_text()))


def is_current(lock: Path) -> bool:
    """Whether ``.venv`` holds what ``lock`` names, installed to the end by a Python like ours."""
    try:
        return _stamp(lock).read_text() == _wanted(lock) and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def provide(lock: Path, supervisor: Supervisor, step: Step) -> None:
    """Make ``.venv`` hold what ``lock`` names. Skipped when it does; safe to interrupt anywhere."""
    many = count(lock)
    if is_current(lock):
        step.outcome = f"{many}, already here"
        return
    with _alone(step):
        if is_current(lock):
            step.outcome = f"{many}, already here"
            return
        _make_venv(supervisor, step)
        _install(lock, many, supervisor, step)
    step.outcome = f"{many} installed, hashes checked"


def _make_venv(supervisor: Supervisor, step: Step) -> None:
    if _made_by_us() and (VENV / "bin" / "pip").exists() and not UNFINISHED.exists():
        return
    step.doing("making .venv")
    try:
        # Imported here: Debian leaves it out of Python, and that has to be said kindly.
        import ensurepip  # noqa: F401 -- see above
        import venv  # noqa: F401 -- see above
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Refusal(
            f"This Python {version} comes without venv.",
            f"Install it (on Debian and Ubuntu: apt install python{version}-venv), "
            "then run it again.",
        ) from None
    try:
        VENV.mkdir(exist_ok=True)
        LOG.touch()
    except OSError as refused:
        raise Refusal(
            f"The packages cannot be put into {VENV}: {words(refused)}.",
            "Run it from a checkout of your own.",
        ) from None
    said: list[str] = []
    program = Program(
        "venv", [sys.executable, "-m", "venv", "--clear", str(VENV)], os.environ, CHECKOUT, umask=-1
    )
    if supervisor.run(program, hear=said.append):
        raise Refusal(
            f".venv could not be made: {said[-1] if said else 'venv did not say why'}",
            "Remove .venv and run it again.",
        )


def _install(lock: Path, many: int, supervisor: Supervisor, step: Step) -> None:
    step.doing(f"installing {many} packages")
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if COLLECTING.match(text):
            done = sum(1 for one in said if COLLECTING.match(one))
            step.doing(f"fetching {done} of {many}")
        elif text.startswith("Installing collected"):
            step.doing(f"installing {many} packages")

    program = Program(
        "pip",
        [
            *(str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps"),
            # No package is built here: that would run its code and want a compiler.
            *("--only-binary", ":all:", "--no-compile", "--no-input", "--progress-bar", "off"),
            *("--disable-pip-version-check", "-r", str(lock)),
        ],
        os.environ | {"PIP_USER": "0", "PIP_NO_WARN_SCRIPT_LOCATION": "1", "LC_ALL": "C.UTF-8"},
        CHECKOUT,
        umask=-1,
    )
    UNFINISHED.touch()
    failed = supervisor.run(program, hear=hear)
    LOG.write_text("\n".join(said) + "\n")
    if failed:
        raise why_it_failed(said)
    for contained in CONTAINS[lock]:
        _stamp(contained).write_text(_wanted(contained))
    UNFINISHED.unlink()


def why_it_failed(said: list[str]) -> Refusal:
    """Word pip’s failure as one sentence that names the package but no host."""
    text = "\n".join(said)
    named = re.findall(
        r"(?:No matching distribution found for|from versions.*for) ([\w.\-]+)", text
    )
    collected = [match[1] for one in said if (match := COLLECTING.match(one))]
    named = named or collected[-1:]
    what = f"The package {re.split('[=<>!]', named[0])[0]}" if named else "A package"
    for pattern, meaning, mend in MEANINGS:
        if re.search(pattern, text):
            return Refusal(f"{what} could not be installed: {meaning}.", mend)
    return Refusal(f"{what} could not be installed.", f"pip’s own words are in {LOG}.")


def _made_by_us() -> bool:
    """Whether ``.venv`` is whole and of our Python’s version."""
    version = f"version = {sys.version_info.major}.{sys.version_info.minor}."
    try:
        return version in (VENV / "pyvenv.cfg").read_text() and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def _stamp(lock: Path) -> Path:
    return VENV / f"{lock.stem}.stamp"


def _wanted(lock: Path) -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{version} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


@contextmanager
def _alone(step: Step) -> Iterator[None]:
    """Let one ``./desk`` at a time install into this checkout."""
    lock = os.open(BASE, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            step.doing("waiting for another ./desk that is installing")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
