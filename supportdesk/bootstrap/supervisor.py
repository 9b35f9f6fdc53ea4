"""One process that starts the others, shows what they say, restarts them and stops them in order.

Single-threaded on purpose: one loop over pipes and one list of children.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from supportdesk.bootstrap import say
from supportdesk.bootstrap.processes import (
    Program,
    Stoppable,
    end_group,
    how_it_ended,
    identity,
    spawn,
    stop_in_order,
)

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
#: A child that stood this long has recovered: its next fall is a first one again.
RECOVERED_SECONDS = 30.0
LONGEST_LINE_BYTES = 64 * 1024


def back_off(falls: int) -> float:
    """Seconds to wait before the restart after the given number of falls in a row (1 or more)."""
    return float(min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (min(falls, 16) - 1)))


class Child:
    """A program that should stand, and the process that currently is it."""

    def __init__(self, program: Program, colour: int, hear: Callable[[str], None] | None) -> None:
        self.program = program
        self.colour = colour
        self.hear = hear or self.show
        self.process: subprocess.Popen[bytes] | None = None
        self.keep = True
        self.falls = 0
        self.began_at = 0.0
        self.restart_at: float | None = None

    @property
    def name(self) -> str:
        return self.program.name

    def be_kept(self) -> None:
        """From now on: show what it says, and start it again whenever it ends."""
        self.keep = True
        self.hear = self.show

    def show(self, text: str) -> None:
        if not self.program.chatter or not self.program.chatter.search(text):
            say.log(self.name, text, self.colour)


class Supervisor:
    """Use as a context manager; leaving it stops every child, the highest floor first."""

    def __init__(self, record: Path | None = None) -> None:
        self.children: list[Child] = []
        self._record = record
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[int, bytes] = {}
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._folders: list[Path] = []
        self._stopping = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        if self._record:
            stop_what_was_left(self._record)
        self._start_watchdog()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(
        self,
        program: Program,
        *,
        hear: Callable[[str], None] | None = None,
        keep: bool = True,
    ) -> Child:
        """Start ``program``; with ``keep`` start it again whenever it ends.

        ``hear`` gets each line it says; without it the line is shown behind the name.
        """
        colour = say.COLOURS[len(self.children) % len(say.COLOURS)]
        child = Child(program, colour, hear)
        child.keep = keep
        self.children.append(child)
        self._launch(child)
        return child

    def run(self, program: Program, *, hear: Callable[[str], None]) -> int:
        """Run ``program`` to its end and return its code. What else stands is looked after."""
        child = self.start(program, hear=hear, keep=False)
        while child.process and child.process.poll() is None:
            self.look_after(0.05)
        code = child.process.returncode if child.process else 1
        self.drop(child)
        return code

    def drop(self, child: Child) -> None:
        """End ``child`` at once if it has not ended, and forget it."""
        process = child.process
        self._drain(child)
        self._forget(child)
        self.children.remove(child)
        if process:
            process.wait()

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Look after the children until ``condition`` holds. False when time is up first."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            self.look_after(0.02)
        return True

    def look_after(self, seconds: float) -> None:
        """Show what children say for at most ``seconds``, and restart those that ended."""
        for key, _ in self._selector.select(seconds):
            self._hear(key.fd, key.data)
        for child in self.children:
            if child.process and child.process.poll() is not None and child.keep:
                self._fell(child)
            elif child.restart_at is not None and time.monotonic() >= child.restart_at:
                child.restart_at = None
                self._launch(child)
        if self._watchdog and self._watchdog.poll() is not None:
            self._start_watchdog()

    def guard(self, pid: int) -> None:
        """Have the watchdog end ``pid``, which runs on our terminal, if we are killed."""
        self._tell_watchdog(f"stands {pid} {signal.SIGTERM:d} 9")

    def remove_at_the_end(self, folder: Path) -> None:
        """Have the watchdog remove ``folder`` if we are killed before we can."""
        self._folders.append(folder)
        self._tell_watchdog(f"remove {folder}")

    def stop(self) -> None:
        if self._stopping:
            return
        self._stopping = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_again)
        by_pid = {child.process.pid: child for child in self.children if child.process}

        def alive(pid: int) -> bool:
            child = by_pid[pid]
            # Go on reading: a child that waits to be heard would never end.
            for key, _ in self._selector.select(0):
                self._hear(key.fd, key.data)
            return child.process is not None and child.process.poll() is None

        stop_in_order(
            [
                Stoppable(pid, child.program.stop_signal, child.program.floor)
                for pid, child in by_pid.items()
            ],
            alive=alive,
        )
        for child in by_pid.values():
            self._drain(child)
        if self._record:
            self._record.unlink(missing_ok=True)
        if self._watchdog and self._watchdog.stdin:
            self._watchdog.kill()
            self._watchdog.wait()
            self._watchdog.stdin.close()
            self._watchdog = None
        self._selector.close()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        raise say.Stopped

    def _asked_again(self, number: int, frame: FrameType | None) -> None:
        """A second Ctrl-C: no more patience with anything but the databases."""
        for child in self.children:
            if child.process and child.program.floor > 1:
                end_group(child.process.pid)

    def _launch(self, child: Child) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            child.process = spawn(child.program, output=writing)
        except OSError as refused:
            os.close(reading)
            os.close(writing)
            raise say.Refusal(
                f"{child.name} could not be started: {refused.strerror}.",
                "./desk doctor looks for what is missing.",
            ) from None
        os.close(writing)
        child.began_at = time.monotonic()
        self._selector.register(reading, selectors.EVENT_READ, child)
        self._unfinished[reading] = b""
        self._tell_watchdog(self._stands(child))
        self._write_record()

    def _fell(self, child: Child) -> None:
        assert child.process is not None
        code = child.process.returncode
        if time.monotonic() - child.began_at > RECOVERED_SECONDS:
            child.falls = 0
        child.falls += 1
        self._forget(child)
        delay = back_off(child.falls)
        child.restart_at = time.monotonic() + delay
        say.log(
            child.name, f"{how_it_ended(code)}; starting it again in {delay:g} s", child.colour
        )

    def _forget(self, child: Child) -> None:
        """The process has ended: end what is left of its group, so that nothing holds its place."""
        if child.process:
            end_group(child.process.pid)
            self._tell_watchdog(f"gone {child.process.pid}")
        child.process = None
        self._write_record()

    def _hear(self, fd: int, child: Child) -> None:
        try:
            said = os.read(fd, 65536)
        except BlockingIOError:
            return
        *lines, rest = (self._unfinished[fd] + said).split(b"\n")
        if not said or len(rest) > LONGEST_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        self._unfinished[fd] = rest
        for text in lines:
            if text.strip():
                child.hear(text.decode(errors="replace").rstrip())
        if not said:
            self._selector.unregister(fd)
            del self._unfinished[fd]
            os.close(fd)

    def _drain(self, child: Child) -> None:
        """Hear the last words of a child that has ended."""
        for key in list(self._selector.get_map().values()):
            if key.data is child:
                while key.fd in self._unfinished and self._selector.select(0):
                    before = self._unfinished[key.fd]
                    self._hear(key.fd, child)
                    if self._unfinished.get(key.fd) == before:
                        break

    def _start_watchdog(self) -> None:
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for child in self.children:
            if child.process:
                self._tell_watchdog(self._stands(child))
        for folder in self._folders:
            self._tell_watchdog(f"remove {folder}")

    def _stands(self, child: Child) -> str:
        assert child.process is not None
        return f"stands {child.process.pid} {child.program.stop_signal:d} {child.program.floor}"

    def _tell_watchdog(self, message: str) -> None:
        if self._watchdog and self._watchdog.stdin:
            try:
                self._watchdog.stdin.write(f"{message}\n".encode())
                self._watchdog.stdin.flush()
            except BrokenPipeError:
                # Killed as well; the next look after it starts another one.
                return

    def _write_record(self) -> None:
        """Note who stands, for the case that both we and the watchdog are killed."""
        if not self._record:
            return
        standing = [
            [child.process.pid, identity(child.process.pid), child.program.floor]
            for child in self.children
            if child.process
        ]
        being_written = self._record.with_suffix(".new")
        being_written.write_text(json.dumps(standing))
        being_written.replace(self._record)


def stop_what_was_left(record: Path) -> int:
    """Stop the processes that an earlier supervisor left behind, and return how many there were."""
    try:
        noted = json.loads(record.read_text())
        left = [
            # Postgres (floor 0) stops fast on SIGINT; on SIGTERM it would wait for its clients.
            Stoppable(pid, signal.SIGTERM if floor else signal.SIGINT, floor)
            for pid, was, floor in noted
            if was and identity(pid) == was
        ]
    except (OSError, ValueError, TypeError):
        return 0
    stop_in_order(left)
    record.unlink(missing_ok=True)
    return len(left)
