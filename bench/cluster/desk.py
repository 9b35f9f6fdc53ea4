"""One desk over several machines: the processes of ``./desk up``, each where it belongs."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg2

from bench.cluster.network import HOME, Machine, Network
from supportdesk.bootstrap import postgres, redis_server
from supportdesk.bootstrap.places import CHECKOUT, PYTHON, site_packages
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.bootstrap.up import WORKERS

WEB_PORT = 8000
PATIENCE_SECONDS = 180


class Desk:
    """Postgres and Redis on one machine, web and workers on others, files in a shared folder."""

    def __init__(
        self,
        network: Network,
        folder: Path,
        *,
        port: int,
        webs: int,
        works: int,
        settings: dict[str, str],
    ) -> None:
        self.network, self.folder, self.port = network, folder, port
        self.store = network.machine("store")
        self.webs = [network.machine(f"web{n + 1}") for n in range(webs)]
        self.works = [network.machine(f"work{n + 1}") for n in range(works)]
        self.here: list[subprocess.Popen[bytes]] = []
        self.database = f"postgres://{postgres.ROLE}@{self.store.address}/{postgres.DATABASE}"
        self.log = folder / "sink.log"
        self.mails = folder / "sink.log.mails"
        self.backends = folder / "backends"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "SUPPORTDESK_MODE": "trial",
            "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
            "DATABASE_URL": self.database,
            "REDIS_URL": f"redis://{self.store.address}:6379/0",
            "SECRET_KEY": os.urandom(32).hex(),
            "PUBLIC_BASE_URL": f"http://localhost:{port}",
            "DATA_DIR": str(folder / "shared"),
            "PYTHONPATH": str(CHECKOUT),
            "PYTHONWARNINGS": "ignore",
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "WARNING",
            "TRUSTED_PROXIES": "1",
            "MAIL_JOURNAL": str(self.log),
            **settings,
        }

    # --- Starting ----------------------------------------------------------------------------

    def start(self) -> None:
        self._start_store()
        sink = free_port()
        self.environment["EMAIL_URL"] = f"smtp://{HOME}:{sink}"
        self._here(
            "sink", "bench.storm.sink", "--host", HOME, "--port", str(sink), "--log", str(self.log)
        )
        self.manage("prepare", "--empty", "--base-url", self.environment["PUBLIC_BASE_URL"])
        for machine in self.webs:
            self.start_web(machine)
        for machine in self.works:
            self.start_work(machine)
        self.balance(self.webs)
        self._here("balancer", "bench.cluster.balancer", str(self.port), str(self.backends))
        self.wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def _start_store(self) -> None:
        packages = site_packages()
        server = postgres.prepare(packages, self.folder / "store")
        with (server.data / "pg_hba.conf").open("a") as hosts:
            hosts.write(f"host all {postgres.ROLE} {self.store.address}/24 trust\n")
        program = server.program
        argv = [*program.argv, "-c", "listen_addresses=*"]
        self.store.start(
            argv, env=program.env, log=self._log("postgres"), account=program.account, cwd=Path("/")
        )
        binary = redis_server.find_binary(packages)
        options = ("--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--dir", "/tmp")
        self.store.start([str(binary), *options], env={}, log=self._log("redis"), cwd=Path("/tmp"))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._takes_connections() and time.monotonic() < deadline:
            time.sleep(0.2)

    def _takes_connections(self) -> bool:
        try:
            psycopg2.connect(self.database).close()
        except psycopg2.OperationalError:
            return False
        return True

    def start_web(self, machine: Machine) -> None:
        """The web process as the image starts it."""
        argv = ["-m", "gunicorn", "supportdesk.wsgi", "-k", "gthread", "-w", "2", "--threads", "8"]
        argv += ["--preload", "--log-level", "warning", "--bind", f"0.0.0.0:{WEB_PORT}"]
        argv += ["--no-control-socket", "--keep-alive", "75"]
        machine.start([str(PYTHON), *argv], env=self.environment, log=self._log(machine.name))

    def start_work(self, machine: Machine) -> None:
        """All workers, and a beat: two of them do no harm."""
        celery = [str(PYTHON), "-m", "celery", "--quiet", "-A", "supportdesk.celery"]
        plain = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING")
        for name, queues, many in WORKERS:
            worker = ("worker", "-n", f"{name}@{machine.name}", "-Q", queues, "-c", str(many))
            machine.start(
                [*celery, *worker, *plain], env=self.environment, log=self._log(machine.name)
            )
        schedule = self.folder / f"schedule-{machine.name}"
        beat = ("beat", "--schedule", str(schedule), "--pidfile", "", "-l", "WARNING")
        machine.start([*celery, *beat], env=self.environment, log=self._log(machine.name))

    def start_again(self, machine: Machine) -> None:
        (self.start_web if machine in self.webs else self.start_work)(machine)

    def stands_again(self, machine: Machine) -> None:
        """Wait for a web machine’s first answer."""
        if machine in self.webs:
            self.wait_for(f"http://{machine.address}:{WEB_PORT}/healthz", host="localhost")

    def _here(self, name: str, module: str, *arguments: str) -> None:
        with self._log(name).open("ab") as output:
            child = subprocess.Popen(
                [str(PYTHON), "-m", module, *arguments],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.here.append(child)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.out"

    # --- Using it ----------------------------------------------------------------------------

    def balance(self, machines: list[Machine]) -> None:
        """Send new connections to these web machines alone."""
        lines = "\n".join(f"{machine.address}:{WEB_PORT}" for machine in machines)
        new = self.backends.with_suffix(".new")
        new.write_text(lines)
        new.rename(self.backends)

    def manage(self, *words: str) -> None:
        self._run(["manage.py", *words])

    def in_django(self, module: str, *words: str) -> Any:
        return json.loads(self._run(["-m", f"bench.storm.{module}", *words]) or b"null")

    def _run(self, words: list[str]) -> bytes:
        ran = subprocess.run(
            [str(PYTHON), *words],
            cwd=CHECKOUT,
            env=self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return ran.stdout

    def wait_for(self, address: str, host: str = "") -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                asked = Request(address, headers={"Host": host} if host else {})
                with urlopen(asked, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                pass
            time.sleep(0.2)
        raise SystemExit(f"{address} does not answer; the logs are in {self.folder}")

    def asked(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(self.database) as line, line.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def stop(self) -> None:
        for child in reversed(self.here):
            child.terminate()
            child.wait(30)
