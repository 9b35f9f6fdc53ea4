"""Kills the parts of one running desk by pid, and notes when each stands again."""

import json
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg2

#: How the process of each part is told from the others of its desk.
PARTS = {
    "web": r"gunicorn",
    "timers": r"-n timers@desk",
    "mail": r"-n mail@desk",
    "worker": r"-n worker@desk",
    "beat": r"celery.* beat",
    "redis": r"(valkey|redis)-server",
    "postgres": r"postgres.* -D ",
}
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Outage:
    part: str
    began: float
    ended: float


class Killer(threading.Thread):
    """Works off ``plan`` within ``seconds``. ``child:mail`` is one of mail’s own."""

    def __init__(
        self, *, data: Path, environment: dict[str, str], plan: Sequence[str], seconds: float
    ) -> None:
        super().__init__(daemon=True)
        self.record = data / "processes.json"
        self.environment, self.plan, self.seconds = environment, plan, seconds
        self.kills: Counter[str] = Counter()
        self.outages: list[Outage] = []
        self.broken: BaseException | None = None
        self.last = 0
        self.is_over = False

    def run(self) -> None:
        try:
            began = time.monotonic()
            for n, what in enumerate(self.plan):
                # Later if what was killed before took long to stand again.
                wait = began + self.seconds * (n + random.random()) / len(self.plan)
                time.sleep(max(wait - time.monotonic(), 1.0))
                if self.is_over:
                    return
                self.one(what)
        except BaseException as reason:  # noqa: BLE001 -- told at the end
            self.broken = reason

    def one(self, what: str) -> None:
        if what == "flush":
            self.redis(b"FLUSHALL")
            self.kills["redis flushed"] += 1
        elif what.startswith("down:"):
            self.keep_down("redis", seconds=float(what.partition(":")[2]))
        elif what.startswith("child:"):
            part = what.partition(":")[2]
            os.kill(random.choice(self.children_of(part)), signal.SIGKILL)
            self.kills[f"{part}’s child"] += 1
        else:
            began = self.kill(what)
            self.wait_for(what, began)

    def kill(self, part: str) -> float:
        pid = self.pid_of(part)
        began = time.time()
        os.kill(pid, signal.SIGKILL)
        self.kills[part] += 1
        self.last = pid
        return began

    def keep_down(self, part: str, *, seconds: float) -> None:
        """Kill it again as soon as it stands, for a while."""
        first = time.time()
        while time.time() - first < seconds:
            self.kill(part)
            deadline = time.time() + PATIENCE_SECONDS
            while self.find(part) in {None, self.last} and time.time() < deadline:
                time.sleep(0.05)
        self.wait_for(part, first)

    def wait_for(self, part: str, began: float) -> None:
        deadline = time.time() + PATIENCE_SECONDS
        while not self.stands(part):
            if time.time() > deadline:
                raise TimeoutError(f"{part} did not come back")
            time.sleep(0.1)
        self.outages.append(Outage(part, began, time.time()))

    def stands(self, part: str) -> bool:
        pid = self.find(part)
        if pid is None or pid == self.last:
            return False
        try:
            if part == "postgres":
                psycopg2.connect(self.environment["DATABASE_URL"]).close()
            elif part == "redis":
                return self.redis(b"PING").endswith(b"+PONG\r\n")
            elif part == "web":
                urlopen(self.environment["PUBLIC_BASE_URL"] + "/healthz", timeout=5).close()
        except (psycopg2.Error, OSError):
            return False
        return True

    def pid_of(self, part: str) -> int:
        deadline = time.time() + PATIENCE_SECONDS
        while (pid := self.find(part)) is None:
            if time.time() > deadline:
                raise TimeoutError(f"there is no {part}")
            time.sleep(0.1)
        return pid

    def children_of(self, part: str) -> list[int]:
        """Wait for them: it may have been killed itself a moment ago."""
        deadline = time.time() + PATIENCE_SECONDS
        while not (children := _children(self.pid_of(part))):
            if time.time() > deadline:
                raise TimeoutError(f"{part} has no children")
            time.sleep(0.1)
        return children

    def find(self, part: str) -> int | None:
        """Return the process of this part among those that this desk says are its own."""
        try:
            noted = json.loads(self.record.read_text())
        except (OSError, ValueError):
            return None
        for pid, *_rest in noted:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words and re.search(PARTS[part], words):
                return int(pid)
        return None

    def redis(self, word: bytes) -> bytes:
        url = urlsplit(self.environment["REDIS_URL"])
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=2) as line:
            line.sendall(b"AUTH %s\r\n%s\r\n" % ((url.password or "").encode(), word))
            said = b""
            while said.count(b"\r\n") < 2:
                more = line.recv(1024)
                if not more:
                    break
                said += more
        return said


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(stat.parent.name))
    return found
