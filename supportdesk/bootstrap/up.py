"""``./desk up``: from nothing to a desk that people can walk into, in one go."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import replace

from supportdesk.bootstrap import packages, places, postgres, prepared, say, servers
from supportdesk.bootstrap.places import CHECKOUT, Data
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.bootstrap.say import Refusal
from supportdesk.bootstrap.supervisor import Supervisor
from supportdesk.bootstrap.web import BEHIND, WEB, Web, python

#: ``prepare`` says this line between its progress and the words of welcome.
WELCOME = "%%"
#: ... this when the pages have what they need,
PREPARED = "%%pages"
#: this before words that the next ones replace,
PASSING = "%% "
#: and this before what keeps it from going on: the reason, a tab, and what mends it.
REFUSED = "%%no "

#: Name, queues, tasks at a time. Apart, so that a mail server that hangs cannot stop a timer.
WORKERS = (("timers", "timers", 1), ("mail", "mail", 2), ("worker", "default,bulk", 1))


def up(data: Data, *, port: int, empty: bool) -> None:
    """Start the desk and stand by it until somebody stops it."""
    began = time.monotonic()
    if data.make():
        postgres.forget(data.folder)
    with data.locked(), Supervisor(data.record) as supervisor:
        listeners = places.listen(port)
        servers.provide_packages(packages.BASE, supervisor)
        environment = trial_environment(
            data,
            database=servers.start_postgres(supervisor, data.folder),
            redis=servers.start_redis(supervisor, data.folder),
            mail_port=free_port(),
            port=port,
        )
        web = Web(supervisor, environment, listeners)
        if prepared.is_current(data, environment):
            web.start()

        def when_prepared() -> None:
            prepared.note(data, environment)
            web.start()

        welcome = _prepare(supervisor, environment, empty=empty, when_prepared=when_prepared)
        web.wait_for_page()
        data.note(environment, pid=os.getpid())
        _welcome(welcome, environment, seconds=time.monotonic() - began)
        _start_the_rest(supervisor, environment, data)
        try:
            while True:
                supervisor.look_after(1.0)
        except say.Stopped:
            say.line("\n  Stopping …")
            raise


def trial_environment(
    data: Data, *, database: str, redis: str, mail_port: int, port: int
) -> dict[str, str]:
    """What a desk’s processes are told, on top of what the shell told us."""
    return {
        "SUPPORTDESK_MODE": "trial",
        "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        # Always the catcher, whatever the shell says: nothing leaves the machine.
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "SECRET_KEY": data.secret(),
        "PUBLIC_BASE_URL": f"http://localhost:{port}",
        "DATA_DIR": str(data.folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(CHECKOUT),
        # Celery’s word to root is meant for servers that strangers reach.
        "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
    }


def _prepare(
    supervisor: Supervisor,
    environment: dict[str, str],
    *,
    empty: bool,
    when_prepared: Callable[[], None],
) -> list[str]:
    """Bring tables, styles and demo data up to date; return the words of welcome."""
    said: list[str] = []
    welcome: list[str] = []
    refused: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if text == PREPARED:
            when_prepared()
        elif WELCOME in said:
            welcome.append(text)
        elif text.startswith(REFUSED):
            refused.append(text.removeprefix(REFUSED))
        elif text.startswith(PASSING):
            say.passing(text.removeprefix(PASSING))
        else:
            say.line(say.fresh() + text)

    arguments = ["manage.py", "prepare", "--base-url", environment["PUBLIC_BASE_URL"]]
    arguments += ["--empty"] * empty
    program = python("prepare", *arguments, env=environment, floor=BEHIND)
    failed = supervisor.run(program, hear=hear)
    if refused:
        raise Refusal(*refused[0].split("\t"))
    if failed:
        raise Refusal(
            f"The desk could not be prepared: {said[-1].strip() if said else 'no reason given'}",
            "The lines above say where it stopped. ./desk reset starts from nothing.",
        )
    return [text for text in welcome if text != WELCOME]


def _start_the_rest(supervisor: Supervisor, environment: dict[str, str], data: Data) -> None:
    """Start what works behind the pages: after them, so that the first page is not kept waiting."""
    mail_port = environment["EMAIL_URL"].rpartition(":")[2]
    catch = ("manage.py", "catch_mail", "--port", mail_port)
    supervisor.start(python("catcher", *catch, env=environment, floor=2))
    celery = ("-m", "celery", "--quiet", "-A", "supportdesk.celery")
    plain = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
    for name, queues, many in WORKERS:
        worker = ("worker", "-n", f"{name}@desk", "-Q", queues, "-c", str(many), *plain)
        program = python(name, *celery, *worker, env=environment, floor=BEHIND)
        supervisor.start(replace(program, chatter=re.compile("Warm shutdown")))
    schedule = str(data.beat_schedule)
    beat = ("beat", "--schedule", schedule, "--pidfile", "", "-l", "WARNING")
    supervisor.start(python("beat", *celery, *beat, env=environment, floor=WEB))


def _welcome(lines: list[str], environment: dict[str, str], *, seconds: float) -> None:
    say.line()
    address = say.coloured(environment["PUBLIC_BASE_URL"], 1)
    say.line(f"  The desk is running at {address} ({seconds:.1f} s). Nothing leaves this machine.")
    for text in lines:
        say.line(text)
    say.line()
    say.line("  Stop: Ctrl-C   New links: ./desk manage walk_in   Remove it all: ./desk reset")
    say.line()
