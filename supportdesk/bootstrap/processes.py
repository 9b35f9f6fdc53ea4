"""Starting processes so that they can be stopped with all their offspring, and telling them apart."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE_SECONDS = 8.0


@dataclass(frozen=True)
class Account:
    """An existing account without rights, for a program that refuses to run as root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run, and how it likes to be stopped.

    ``floor`` orders the stopping: the highest floor stops first, what others stand on last.
    Lines that match ``chatter`` are not shown. What it writes is for us alone, unless ``umask``
    says otherwise (-1: as our shell has it).
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    account: Account | None = None
    floor: int = 3
    stop_signal: signal.Signals = signal.SIGTERM
    pass_fds: tuple[int, ...] = ()
    chatter: re.Pattern[str] | None = None
    umask: int = 0o077


def spawn(program: Program, *, output: int) -> subprocess.Popen[bytes]:
    """Start ``program`` as the leader of its own session, so that its group can be ended whole."""
    account = program.account
    return subprocess.Popen(
        program.argv,
        env=dict(program.env),
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=program.pass_fds,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=program.umask,
    )


def tell(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def end_group(pid: int) -> None:
    """Kill whatever is left of the group that ``pid`` leads or led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group of zombies.
        return


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        if Path("/proc/self/stat").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def identity(pid: int) -> str | None:
    """Return what tells this process from a later one of the same number, or None if it is gone."""
    if not is_alive(pid):
        return None
    try:
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip() + ":" + started
    except OSError:
        asked = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip() or None


@dataclass(frozen=True)
class Stoppable:
    pid: int
    stop_signal: signal.Signals
    floor: int


def stop_in_order(
    running: Iterable[Stoppable],
    *,
    alive: Callable[[int], bool] = is_alive,
    patience: float = PATIENCE_SECONDS,
) -> None:
    """Stop floor after floor from the top: ask, wait at most ``patience`` seconds, then kill.

    What outlived its leader (a worker of a killed master) is killed with the group.
    """
    left = sorted(running, key=lambda one: -one.floor)
    while left:
        floor = [one for one in left if one.floor == left[0].floor]
        left = left[len(floor) :]
        for one in floor:
            tell(one.pid, one.stop_signal)
        deadline = time.monotonic() + patience
        while _still_there(floor, alive) and time.monotonic() < deadline:
            time.sleep(0.02)
        for one in floor:
            end_group(one.pid)
            if alive(one.pid):
                tell(one.pid, signal.SIGKILL)
        deadline = time.monotonic() + 2
        while _still_there(floor, alive) and time.monotonic() < deadline:
            time.sleep(0.02)


def _still_there(floor: list[Stoppable], alive: Callable[[int], bool]) -> list[Stoppable]:
    """Ask about every one, not only up to the first: asking is what reaps it."""
    return [one for one in floor if alive(one.pid)]


def how_it_ended(code: int) -> str:
    """Word an exit code as ``subprocess`` gives it: negative is a signal."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
