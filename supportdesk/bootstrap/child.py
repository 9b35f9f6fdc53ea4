"""A program that should stand, and how patiently it is started again when it falls."""

import subprocess
from collections.abc import Callable

from supportdesk.bootstrap import say
from supportdesk.bootstrap.processes import Program, Stoppable

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
#: A child that stood this long has recovered: its next fall is a first one again.
RECOVERED_SECONDS = 30.0


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

    def as_stoppable(self) -> Stoppable:
        assert self.process is not None
        return Stoppable(self.process.pid, self.program.stop_signal, self.program.floor)

    def count_fall(self, *, at: float) -> float:
        """Plan the restart, at a moment of ``time.monotonic``; return the seconds until then."""
        if at - self.began_at > RECOVERED_SECONDS:
            self.falls = 0
        self.falls += 1
        delay = back_off(self.falls)
        self.restart_at = at + delay
        return delay

    def be_kept(self) -> None:
        """From now on: show what it says, and start it again whenever it ends."""
        self.keep = True
        self.hear = self.show

    def show(self, text: str) -> None:
        if not self.program.chatter or not self.program.chatter.search(text):
            say.log(self.name, text, self.colour)
