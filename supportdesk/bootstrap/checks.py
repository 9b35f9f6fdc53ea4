"""``./desk test``, ``check`` and ``bench``: on servers of their own that are gone afterwards."""

import ast
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from supportdesk.bootstrap import packages, say, servers
from supportdesk.bootstrap.places import CHECKOUT, PYTHON, VENV
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.say import Refusal, Step
from supportdesk.bootstrap.supervisor import Supervisor

#: On a developer’s machine an old Python is a warning; production refuses it by itself.
SILENCED = ("supportdesk.W001",)
TEMPLATES = ("templates", "supportdesk", "customers", "tickets", "feedback")


def test(arguments: Sequence[str]) -> int:
    """Run pytest with ``arguments`` and return its code."""
    with servers.for_tests() as (supervisor, folder):
        return _pytest(supervisor, _environment(supervisor, folder), arguments)


def check(arguments: Sequence[str]) -> int:
    """Run every check and then the tests. Returns 0 when all is well, 1 otherwise."""
    with servers.for_tests() as (supervisor, folder):
        environment = _environment(supervisor, folder)
        production = environment | {
            "SUPPORTDESK_MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "PUBLIC_BASE_URL": "https://desk.example.com",
            "ALLOWED_HOSTS": "desk.example.com",
            "EMAIL_URL": "smtp+tls://desk:secret@mail.example.com",
            "SILENCED_SYSTEM_CHECKS": " ".join(SILENCED),
        }
        binaries = VENV / "bin"
        python = str(PYTHON)
        steps: list[tuple[str, list[str], Mapping[str, str]]] = [
            ("Format", [str(binaries / "ruff"), "format", "--check", "--quiet", "."], environment),
            (
                "Lint",
                [str(binaries / "ruff"), "check", "--quiet", "--output-format", "concise", "."],
                environment,
            ),
            ("Templates", [str(binaries / "djangofmt"), "--check", *_templates()], environment),
            ("Types", [python, "-m", "mypy"], environment),
            ("Imports", [python, str(binaries / "lint-imports"), "--no-cache"], environment),
            ("Migrations", [python, "manage.py", "makemigrations", "--check"], environment),
            (
                "Deploy",
                [python, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
                production,
            ),
        ]
        failed = [name for name, argv, env in steps if not _passes(supervisor, name, argv, env)]
        say.line(f"  Not asked of this machine: {', '.join(SILENCED)} (the age of its Python)")
        if _pytest(supervisor, environment, arguments):
            failed.append("Tests")
    say.line()
    if failed:
        say.line(say.coloured(f"  Not in order: {', '.join(failed)}", 31))
    else:
        say.line(say.coloured("  All in order.", 32))
    return 1 if failed else 0


def bench(arguments: Sequence[str]) -> int:
    """Run one of ``bench/`` with its own ``arguments`` and return its code. It starts what it needs."""
    known = _benches()
    if not arguments or arguments[0] not in known:
        if arguments and arguments[0] not in {"-h", "--help"}:
            raise Refusal(f"There is no bench “{arguments[0]}”.", "./desk bench lists them.")
        for name, what in known.items():
            say.line(f"./desk bench {name:<14} {what}")
        return 0
    name, *rest = arguments
    with Supervisor() as supervisor:
        servers.provide_packages(packages.DEV, supervisor)
        return attached(supervisor, [str(PYTHON), "-m", f"bench.{name}", *rest], os.environ)


def _benches() -> dict[str, str]:
    """Return what can be measured, with the first line that its module says of itself."""
    said = {
        file.stem: ast.get_docstring(ast.parse(file.read_text())) or ""
        for file in sorted((CHECKOUT / "bench").glob("[a-z]*.py"))
    }
    return {name: text.partition("\n")[0] for name, text in said.items() if text}


def _templates() -> list[str]:
    return [name for name in TEMPLATES if any((CHECKOUT / name).rglob("*.html"))]


def _environment(supervisor: Supervisor, folder: Path) -> dict[str, str]:
    """Our own servers always: a test may empty what it is given."""
    servers.provide_packages(packages.DEV, supervisor)
    # And Python’s own cache: a dozen processes would each compile all of it anew.
    for name in ("DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(name, None)
    files = folder / "data"
    files.mkdir(mode=0o700)
    return {
        **os.environ,
        "SUPPORTDESK_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
        "DATABASE_URL": servers.start_postgres(supervisor, folder, careless=True),
        "REDIS_URL": servers.start_redis(supervisor, folder, careless=True),
        # A port where nobody listens: a test that wants a mail server starts its own.
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "PUBLIC_BASE_URL": "http://localhost:8000",
        "DATA_DIR": str(files),
        "PYTHONPATH": str(CHECKOUT),
    }


def _passes(
    supervisor: Supervisor, name: str, argv: Sequence[str], environment: Mapping[str, str]
) -> bool:
    said: list[str] = []
    current = Step(name)
    current.doing("checking")
    code = supervisor.run(Program(name, argv, environment, CHECKOUT), hear=said.append)
    current.outcome = "in order" if code == 0 else say.coloured("not in order:", 31)
    current.done()
    if code:
        for text in said:
            say.line(f"    {text}")
    return code == 0


def _pytest(
    supervisor: Supervisor, environment: Mapping[str, str], arguments: Sequence[str]
) -> int:
    say.line()
    began = time.monotonic()
    code = attached(supervisor, [str(PYTHON), "-m", "pytest", *arguments], environment)
    say.line(f"  Tests took {time.monotonic() - began:.0f} s")
    return code


def attached(supervisor: Supervisor, argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program on our own terminal, with its keyboard, and return its code.

    Ctrl-C reaches it by itself and is its own business; SIGTERM to us ends it.
    """

    def leave_it(number: int, frame: FrameType | None) -> None:
        """A handler that does nothing; unlike SIG_IGN the program does not inherit it."""

    before = signal.signal(signal.SIGINT, leave_it)
    process = subprocess.Popen(argv, env=dict(environment), cwd=CHECKOUT)
    try:
        supervisor.guard(process.pid)
        while process.poll() is None:
            supervisor.look_after(0.1)
    except BaseException:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
