"""Machines on one machine: network namespaces on a bridge, each with an address of its own.

Needs root and ``ip``. What runs in a namespace sees no network but the bridge, and can be ended
all at once, as a machine whose plug is pulled.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

from supportdesk.bootstrap.places import CHECKOUT
from supportdesk.bootstrap.processes import Account
from supportdesk.bootstrap.say import Refusal

NET = "10.199.77"
HOME = f"{NET}.1"


class Network:
    """A bridge and the machines on it; gone when it is left."""

    def __init__(self) -> None:
        self.bridge = f"sd{os.getpid() % 100_000}"
        self.machines: dict[str, Machine] = {}

    def __enter__(self) -> Self:
        try:
            _ip("link", "add", self.bridge, "type", "bridge")
        except (OSError, subprocess.CalledProcessError) as reason:
            raise Refusal(
                "Machines need network namespaces, and this account cannot make them.",
                "Run it as root, with the package iproute2.",
            ) from reason
        _ip("addr", "add", f"{HOME}/24", "dev", self.bridge)
        _ip("link", "set", self.bridge, "up")
        return self

    def __exit__(self, *_said: object) -> None:
        for machine in self.machines.values():
            machine.end()
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", machine.space)
            # A space that somebody still holds goes later, and its cable with it: cut it here.
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("link", "del", machine.cable)
        with contextlib.suppress(subprocess.CalledProcessError):
            _ip("link", "del", self.bridge)

    def machine(self, name: str) -> "Machine":
        number = len(self.machines) + 10
        inside, outside = "eth0", f"{self.bridge}{number}"
        made = Machine(name, f"{self.bridge}-{name}", f"{NET}.{number}", outside)
        _ip("netns", "add", made.space)
        self.machines[name] = made
        _ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", made.space)
        _ip("link", "set", outside, "master", self.bridge, "up")
        _ip("-n", made.space, "addr", "add", f"{made.address}/24", "dev", inside)
        _ip("-n", made.space, "link", "set", inside, "up")
        _ip("-n", made.space, "link", "set", "lo", "up")
        return made


class Machine:
    def __init__(self, name: str, space: str, address: str, cable: str) -> None:
        self.name, self.space, self.address = name, space, address
        #: The end of its network that is outside of it.
        self.cable = cable
        self.children: list[subprocess.Popen[bytes]] = []

    def start(
        self,
        argv: Sequence[str],
        *,
        env: dict[str, str],
        log: Path,
        account: Account | None = None,
        cwd: Path = CHECKOUT,
    ) -> None:
        prefix = ["ip", "netns", "exec", self.space]
        if account:
            ids = ("--reuid", str(account.uid), "--regid", str(account.gid), "--clear-groups")
            prefix += ["setpriv", *ids]
        output: IO[bytes]
        with log.open("ab") as output:
            child = subprocess.Popen(
                [*prefix, *argv],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.children.append(child)

    def pids(self) -> list[int]:
        """Every process of the machine, and of nobody else."""
        said = subprocess.run(
            ["ip", "netns", "pids", self.space], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in said.stdout.split()]

    def end(self) -> None:
        """Pull the plug: all of it at once, without a word."""
        while pids := self.pids():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for child in self.children:
                child.wait()
        self.children.clear()

    def cpu_seconds(self) -> float:
        """What its living processes have used, with the children that they have waited for."""
        used = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                used += sum(int(word) for word in words[11:15])
        return used / os.sysconf("SC_CLK_TCK")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
