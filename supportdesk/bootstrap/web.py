"""The web process, and waiting for its first page."""

import os
import socket
import time
from contextlib import closing
from dataclasses import replace

from supportdesk.bootstrap.child import Child
from supportdesk.bootstrap.places import CHECKOUT, PYTHON
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.say import Refusal, step
from supportdesk.bootstrap.supervisor import Supervisor

#: The page may take this long to come; after that something is wrong and is said.
PATIENCE_SECONDS = 90.0
#: A web process that fell this often before it ever answered will not answer.
HOPELESS_FALLS = 3
WAIT_AFTER_WRONG_ANSWER_SECONDS = 0.5
#: The floors of what serves people, and of what works behind the pages.
WEB, BEHIND = 4, 3


def python(name: str, *arguments: str, env: dict[str, str], floor: int) -> Program:
    argv = [str(PYTHON), *arguments]
    return Program(name=name, argv=argv, env=os.environ | env, cwd=CHECKOUT, floor=floor)


class Web:
    """The web process: started as soon as its tables and styles are there."""

    def __init__(
        self,
        supervisor: Supervisor,
        environment: dict[str, str],
        listeners: list[socket.socket],
    ) -> None:
        self._supervisor = supervisor
        self._environment = environment
        self._fds = tuple(listener.fileno() for listener in listeners)
        self._child: Child | None = None

    def start(self) -> None:
        if self._child:
            return
        arguments = ["-m", "gunicorn", "supportdesk.wsgi", "-k", "gthread", "-w", "2"]
        arguments += ["--threads", "8", "--preload", "--no-control-socket"]
        arguments += ["--log-level", "warning"]
        for fd in self._fds:
            arguments += ["--bind", f"fd://{fd}"]
        program = python("web", *arguments, env=self._environment, floor=WEB)
        self._child = self._supervisor.start(replace(program, pass_fds=self._fds))

    def wait_for_page(self) -> None:
        self.start()
        with step("Web") as current:
            current.doing("starting")
            self._wait()
            current.outcome = self._environment["PUBLIC_BASE_URL"]

    def _wait(self) -> None:
        base_url = self._environment["PUBLIC_BASE_URL"]
        with closing(Probe(int(base_url.rpartition(":")[2]))) as probe:
            answered = self._supervisor.wait_until(
                lambda: self._is_hopeless() or probe.has_answered(), seconds=PATIENCE_SECONDS
            )
        if self._is_hopeless():
            raise Refusal("The web process ends as soon as it starts.", "Its lines above say why.")
        if not answered:
            raise Refusal(
                f"{base_url}/healthz does not answer after {PATIENCE_SECONDS:.0f} s.",
                "The lines above may say why; ./desk doctor looks for what is missing.",
            )

    def _is_hopeless(self) -> bool:
        return self._child is not None and self._child.falls >= HOPELESS_FALLS


class Probe:
    """Asks ``/healthz`` without waiting: one question stays open until it is answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._line: socket.socket | None = None
        self._not_before = 0.0

    def has_answered(self) -> bool:
        if time.monotonic() < self._not_before:
            return False
        try:
            first = self._ask().recv(64)
        except BlockingIOError:
            return False
        except OSError:
            first = b""
        self.close()
        self._not_before = time.monotonic() + WAIT_AFTER_WRONG_ANSWER_SECONDS
        return b" 200 " in first

    def _ask(self) -> socket.socket:
        if not self._line:
            self._line = socket.create_connection(("127.0.0.1", self._port), timeout=1)
            self._line.setblocking(False)
            question = f"GET /healthz HTTP/1.0\r\nHost: localhost:{self._port}\r\n\r\n"
            self._line.sendall(question.encode())
        return self._line

    def close(self) -> None:
        if self._line:
            self._line.close()
            self._line = None
