"""What the person at the terminal reads: step lines, refusals, and the children's log lines."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94)
NAME_WIDTH = 9
STEP_WIDTH = 13


class Refusal(Exception):
    """The desk cannot go on. One sentence that says why, and what the person can do."""

    def __init__(self, why: str, mend: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.mend = mend


class Stopped(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM: stop everything, say nothing more."""


def is_lively() -> bool:
    """Whether a line may be rewritten in place: only on a terminal."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def has_colour() -> bool:
    if "NO_COLOR" in os.environ:
        return False
    return is_lively() or "FORCE_COLOR" in os.environ


def coloured(text: str, colour: int) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if has_colour() else text


def line(text: str = "") -> None:
    """Write one line at once. Raises Stopped when nobody reads any more (``./desk up | head``)."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _mute()
        raise Stopped from None


def fresh() -> str:
    """What wipes the line that ``passing`` left."""
    return "\r\x1b[2K" if is_lively() else ""


def passing(text: str) -> None:
    """Show what is going on. On a terminal the next one, or the outcome, takes its place."""
    if is_lively():
        sys.stdout.write(f"\r\x1b[2K  {coloured(text, 2)}\r")
        sys.stdout.flush()
    else:
        line(f"  {text}")


def _mute() -> None:
    """Send what is still said to nowhere, so that stopping in order is not interrupted again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def refusal(refused: Refusal) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"\n  {coloured(refused.why, 31)}\n")
    if refused.mend:
        sys.stderr.write(f"  {refused.mend}\n")
    sys.stderr.write("\n")
    sys.stderr.flush()


def log(name: str, text: str, colour: int) -> None:
    """One line of a child, behind its name."""
    line(f"{coloured(name.ljust(NAME_WIDTH), colour)} {coloured('|', 2)} {text}")


class Step:
    """One line of progress: what, what came of it, and how long it took."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcome = ""
        self._began = time.monotonic()

    def doing(self, what: str) -> None:
        """Say what takes a while. On a terminal the outcome takes this line's place."""
        if is_lively():
            passing(f"{self.name.ljust(STEP_WIDTH)} {what}")

    def done(self) -> None:
        took = f"{time.monotonic() - self._began:.1f} s"
        line(f"{fresh()}  {self.name.ljust(STEP_WIDTH)} {self.outcome.ljust(52)} {took.rjust(7)}")

    def abandoned(self) -> None:
        sys.stdout.write(fresh())


@contextmanager
def step(name: str) -> Iterator[Step]:
    current = Step(name)
    try:
        yield current
    except BaseException:
        current.abandoned()
        raise
    current.done()
