"""``./desk up``: from nothing to a desk that people can walk into, in one go."""

import os
import socket
import time

from supportdesk.bootstrap import packages, places, postgres, say, servers
from supportdesk.bootstrap.child import Child
from supportdesk.bootstrap.places import CHECKOUT, PYTHON, Data
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.bootstrap.say import Refusal, step
from supportdesk.bootstrap.supervisor import Supervisor

#: The page may take this long to come; after that something is wrong and is said.
PATIENCE_SECONDS = 90.0
#: A web process that fell this often before it ever answered will not answer.
HOPELESS_FALLS = 3
#: ``prepare`` says this line between its progress and the words of welcome.
WELCOME = "%%"
#: ... and this before words that the next ones replace.
PASSING = "%% "

WEB, BEHIND = 4, 3
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
        welcome = _prepare(supervisor, environment, empty=empty)
        _start_web(supervisor, environment, listeners)
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


def _python(name: str, *arguments: str, env: dict[str, str], floor: int) -> Program:
    argv = [str(PYTHON), *arguments]
    return Program(name=name, argv=argv, env=os.environ | env, cwd=CHECKOUT, floor=floor)


def _prepare(supervisor: Supervisor, environment: dict[str, str], *, empty: bool) -> list[str]:
    """Bring tables, styles and demo data up to date; return the words of welcome."""
    said: list[str] = []
    welcome: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if WELCOME in said:
            welcome.append(text)
        elif text.startswith(PASSING):
            say.passing(text.removeprefix(PASSING))
        else:
            say.line(say.fresh() + text)

    arguments = ["manage.py", "prepare", "--base-url", environment["PUBLIC_BASE_URL"]]
    program = _python("prepare", *arguments, *["--empty"] * empty, env=environment, floor=BEHIND)
    if supervisor.run(program, hear=hear):
        raise Refusal(
            f"The desk could not be prepared: {said[-1].strip() if said else 'no reason given'}",
            "The lines above say where it stopped. ./desk reset starts from nothing.",
        )
    return [text for text in welcome if text != WELCOME]


def _start_web(
    supervisor: Supervisor, environment: dict[str, str], listeners: list[socket.socket]
) -> None:
    mail_port = environment["EMAIL_URL"].rpartition(":")[2]
    fds = tuple(listener.fileno() for listener in listeners)
    binds = [part for fd in fds for part in ("--bind", f"fd://{fd}")]
    arguments = ["-m", "gunicorn", "supportdesk.wsgi", *binds, "-k", "gthread", "-w", "2"]
    arguments += ["--threads", "8", "--no-control-socket", "--preload", "--log-level", "warning"]
    with step("Web") as current:
        current.doing("starting")
        web = supervisor.start(
            Program(
                name="web",
                argv=[str(PYTHON), *arguments],
                env=os.environ | environment,
                cwd=CHECKOUT,
                floor=WEB,
                pass_fds=fds,
            )
        )
        catcher = _python(
            "catcher", "manage.py", "catch_mail", "--port", mail_port, env=environment, floor=2
        )
        supervisor.start(catcher)
        _wait_for_page(supervisor, web, environment["PUBLIC_BASE_URL"])
        current.outcome = environment["PUBLIC_BASE_URL"]


def _start_the_rest(supervisor: Supervisor, environment: dict[str, str], data: Data) -> None:
    """Start what works behind the pages: after them, so that the first page is not kept waiting."""
    celery = ("-m", "celery", "--quiet", "-A", "supportdesk.celery")
    plain = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
    for name, queues, many in WORKERS:
        worker = ("worker", "-n", f"{name}@desk", "-Q", queues, "-c", str(many), *plain)
        supervisor.start(_python(name, *celery, *worker, env=environment, floor=BEHIND))
    schedule = str(data.beat_schedule)
    beat = ("beat", "--schedule", schedule, "--pidfile", "", "-l", "WARNING")
    supervisor.start(_python("beat", *celery, *beat, env=environment, floor=WEB))


def _wait_for_page(supervisor: Supervisor, web: Child, base_url: str) -> None:
    probe = Probe(int(base_url.rpartition(":")[2]))
    try:
        answered = supervisor.wait_until(
            lambda: web.falls >= HOPELESS_FALLS or probe.has_answered(), seconds=PATIENCE_SECONDS
        )
    finally:
        probe.close()
    if web.falls >= HOPELESS_FALLS:
        raise Refusal("The web process ends as soon as it starts.", "Its lines above say why.")
    if not answered:
        raise Refusal(
            f"{base_url}/healthz does not answer after {PATIENCE_SECONDS:.0f} s.",
            "The lines above may say why; ./desk doctor looks for what is missing.",
        )


class Probe:
    """Asks ``/healthz`` without waiting: one question stays open until it is answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line: socket.socket | None = None

    def has_answered(self) -> bool:
        try:
            if not self._line:
                self._line = socket.create_connection(("127.0.0.1", self._port), timeout=1)
                self._line.setblocking(False)
                host = f"localhost:{self._port}"
                self._line.sendall(f"GET /healthz HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            first = self._line.recv(64)
        except BlockingIOError:
            return False
        except OSError:
            first = b""
        self.close()
        return b" 200 " in first

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None


def _welcome(lines: list[str], environment: dict[str, str], *, seconds: float) -> None:
    say.line()
    address = say.coloured(environment["PUBLIC_BASE_URL"], 1)
    say.line(f"  The desk is running at {address} ({seconds:.1f} s). Nothing leaves this machine.")
    for text in lines:
        say.line(text)
    say.line()
    say.line("  Stop: Ctrl-C   Start empty: ./desk up --empty   Remove it all: ./desk reset")
    say.line()
