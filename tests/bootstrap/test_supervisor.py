"""Children stand, fall, are started again, and never outlive their supervisor."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from supportdesk.bootstrap import leftovers
from supportdesk.bootstrap.child import Child, back_off
from supportdesk.bootstrap.places import CHECKOUT
from supportdesk.bootstrap.processes import Program, Stoppable, identity, is_alive, stop_in_order
from supportdesk.bootstrap.supervisor import Supervisor

NAMES = ("base", "middle", "top")


class Standing:
    """The driver with its three children, each of which has a stubborn child of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in NAMES:
            (folder / name).unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bootstrap.driver", str(folder)],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        until(lambda: all(self.pids(name) for name in NAMES))

    def pids(self, name: str) -> list[int]:
        try:
            return [int(pid) for pid in (self.folder / name).read_text().split()]
        except OSError:
            return []

    def all_pids(self) -> list[int]:
        return [pid for name in NAMES for pid in self.pids(name)]

    def watchdog(self) -> int | None:
        """The one child of the driver that none of the tests’ programs is."""
        children = psutil.Process(self.process.pid).children()
        others = {child.pid for child in children} - set(self.all_pids())
        return others.pop() if others else None


def until(condition: Callable[[], object], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def standing(tmp_path: Path) -> Iterator[Standing]:
    started = Standing(tmp_path)
    yield started
    started.process.kill()
    started.process.wait()
    if started.process.stdout:
        started.process.stdout.close()
    until(lambda: not any(is_alive(pid) for pid in started.all_pids()))


def test_sigterm_stops_floor_after_floor_and_all_offspring(standing: Standing) -> None:
    everybody = standing.all_pids()
    assert all(is_alive(pid) for pid in everybody)

    standing.process.send_signal(signal.SIGTERM)
    said, _ = standing.process.communicate(timeout=10)

    assert said.splitlines()[-1] == "stopped"
    assert (standing.folder / "ended").read_text().split() == ["top", "middle", "base"]
    assert [pid for pid in everybody if is_alive(pid)] == []


def test_a_killed_child_is_started_again_and_said_so(standing: Standing) -> None:
    master, worker = standing.pids("middle")

    os.kill(master, signal.SIGKILL)
    until(lambda: standing.pids("middle")[:1] not in ([], [master]))

    assert not is_alive(worker), "what the killed one left must not hold its place"
    standing.process.send_signal(signal.SIGTERM)
    said, _ = standing.process.communicate(timeout=10)
    assert "middle    | was ended by SIGKILL; starting it again in 0.5 s" in said.splitlines()


def test_a_killed_supervisor_leaves_nothing_behind(standing: Standing) -> None:
    watchdog = standing.watchdog()
    assert watchdog
    everybody = [*standing.all_pids(), watchdog]

    standing.process.kill()

    until(lambda: not any(is_alive(pid) for pid in everybody))
    assert (standing.folder / "ended").read_text().split() == ["top", "middle", "base"]


def test_what_a_killed_supervisor_and_watchdog_left_is_stopped_by_the_next(
    standing: Standing,
) -> None:
    os.kill(standing.process.pid, signal.SIGSTOP)  # so that it cannot start another watchdog
    watchdog, left = standing.watchdog(), standing.all_pids()
    assert watchdog
    os.kill(watchdog, signal.SIGKILL)
    standing.process.kill()
    standing.process.wait()
    assert all(is_alive(pid) for pid in left)

    with Supervisor(standing.folder / "record.json"):
        pass

    until(lambda: not any(is_alive(pid) for pid in left))


def test_a_killed_watchdog_is_replaced(standing: Standing) -> None:
    first = standing.watchdog()
    assert first

    os.kill(first, signal.SIGKILL)
    until(lambda: standing.watchdog() not in (None, first))
    time.sleep(0.5)  # it is told at once who stands, but nothing outside shows when it was

    everybody = standing.all_pids()
    standing.process.kill()
    until(lambda: not any(is_alive(pid) for pid in everybody))


def test_a_process_that_only_has_the_number_of_ours_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        ours = identity(stranger.pid)
        record = tmp_path / "record.json"
        record.write_text(json.dumps([[stranger.pid, f"{ours}0", signal.SIGKILL, 3]]))

        assert leftovers.stop(record) == 0
        assert is_alive(stranger.pid)

        record.write_text(json.dumps([[stranger.pid, ours, signal.SIGKILL, 3]]))
        assert leftovers.stop(record) == 1
        assert stranger.wait(timeout=5) == -signal.SIGKILL


def test_the_wait_before_a_restart_doubles_up_to_half_a_minute() -> None:
    waits = [back_off(falls) for falls in (1, 2, 3, 4, 5, 6, 7, 8, 10_000)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_a_child_that_stood_for_a_while_falls_for_the_first_time() -> None:
    child = Child(Program("web", ["web"]), 32, None)
    child.began_at = 100.0
    assert [child.count_fall(at=101.0), child.count_fall(at=102.0)] == [0.5, 1.0]

    child.began_at = 103.0
    assert child.count_fall(at=134.0) == 0.5
    assert child.restart_at == 134.5


def test_run_returns_the_code_and_every_word(tmp_path: Path) -> None:
    said: list[str] = []
    many = (
        "import sys; [print('x' * 50, i) for i in range(5000)]; print('last', end=''); sys.exit(7)"
    )
    with Supervisor() as supervisor:
        program = Program("talks", [sys.executable, "-S", "-c", many], os.environ)
        assert supervisor.run(program, hear=said.append) == 7
    assert len(said) == 5001
    assert said[-1] == "last"


def test_one_that_ignores_being_asked_is_killed() -> None:
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-S", "-c", deaf], stdout=subprocess.PIPE, start_new_session=True
    ) as stubborn:
        assert stubborn.stdout
        stubborn.stdout.readline()
        one = Stoppable(stubborn.pid, signal.SIGTERM, 3)
        stop_in_order([one], alive=lambda pid: stubborn.poll() is None, patience=0.2)
        assert stubborn.returncode == -signal.SIGKILL
