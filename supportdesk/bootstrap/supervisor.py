"""One process that starts the others, shows what they say, restarts them and stops them in order.

Single-threaded on purpose: one loop over pipes and one list of children.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from supportdesk.bootstrap import leftovers, say
from supportdesk.bootstrap.child import Child
from supportdesk.bootstrap.guard import Watchdog
from supportdesk.bootstrap.processes import (
    Program,
    Stoppable,
    end_group,
    how_it_ended,
    spawn,
    stop_in_order,
)

LONGEST_LINE_BYTES = 64 * 1024


class Supervisor:
    """Use as a context manager; leaving it stops every child, the highest floor first."""

    def __init__(self, record: Path | None = None) -> None:
        self.children: list[Child] = []
        self._record = record
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[int, bytes] = {}
        self._watchdog = Watchdog()
        self._folders: list[Path] = []
        self._stopping = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        if self._record:
            leftovers.stop(self._record)
        self._notice_the_watchdog()
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

    def wait_for(self, child: Child, ready: Callable[[int], bool], *, seconds: float) -> bool:
        """Look after the children until ``ready(pid)``. False when it ended or time is up first."""

        def is_decided() -> bool:
            process = child.process
            return not process or process.poll() is not None or ready(process.pid)

        in_time = self.wait_until(is_decided, seconds=seconds)
        return in_time and child.process is not None and child.process.poll() is None

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
        if self._watchdog.is_gone():
            self._notice_the_watchdog()

    def guard(self, pid: int) -> None:
        """Have the watchdog end ``pid``, which runs on our terminal, if we are killed."""
        self._watchdog.stands(Stoppable(pid, signal.SIGTERM, floor=9))

    def remove_at_the_end(self, folder: Path) -> None:
        """Have the watchdog remove ``folder`` if we are killed before we can."""
        self._folders.append(folder)
        self._watchdog.remove(folder)

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

        stop_in_order([child.as_stoppable() for child in by_pid.values()], alive=alive)
        for child in by_pid.values():
            self._drain(child)
        if self._record:
            self._record.unlink(missing_ok=True)
        self._watchdog.dismiss()
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
        self._watchdog.stands(child.as_stoppable())
        self._write_record()

    def _fell(self, child: Child) -> None:
        assert child.process is not None
        code = child.process.returncode
        self._forget(child)
        delay = child.count_fall(at=time.monotonic())
        say.log(child.name, f"{how_it_ended(code)}; starting it again in {delay:g} s", child.colour)

    def _forget(self, child: Child) -> None:
        """The process has ended: end what is left of its group, so that nothing holds its place."""
        if child.process:
            end_group(child.process.pid)
            self._watchdog.gone(child.process.pid)
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

    def _notice_the_watchdog(self) -> None:
        """Start the watchdog, and tell it all that it has to know."""
        self._watchdog.start()
        for child in self.children:
            if child.process:
                self._watchdog.stands(child.as_stoppable())
        for folder in self._folders:
            self._watchdog.remove(folder)

    def _write_record(self) -> None:
        if self._record:
            standing = [child.as_stoppable() for child in self.children if child.process]
            leftovers.write(self._record, standing)
