"""Has mails read by a child that can be ended: no time limit of ours reaches into a parser."""

import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from threading import Event, Timer
from types import TracebackType
from typing import IO, Any, Self

from django.conf import settings
from django.utils.translation import gettext_noop

from tickets.mail.child import LENGTH_BYTES, READY
from tickets.mail.parse import File, Incoming

#: A mail of 25 MB with everything in it needs half of this.
MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
WALL_SECONDS = 20
#: How long the child may take to start, which is not the mail’s fault.
START_SECONDS = 60

TOO_LONG = gettext_noop("reading it took too long")
TOO_MUCH = gettext_noop("reading it took too much memory, or ended the reader")
BROKEN = gettext_noop("it could not be read")


class Unread(Exception):
    """The child died of this mail."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Reader:
    """Reads one mail after another in a child, which is started when it is first needed.

    Made for a batch: ``with Reader() as reader``.
    """

    def __init__(
        self,
        *,
        module: str = "tickets.mail.child",
        memory_bytes: int = MEMORY_BYTES,
        cpu_seconds: int = CPU_SECONDS,
        wall_seconds: float = WALL_SECONDS,
    ) -> None:
        self._argv = [sys.executable, "-B", "-m", module, str(memory_bytes), str(cpu_seconds)]
        self._wall_seconds = wall_seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, raw: bytes) -> Incoming:
        """Return what the mail says, its HTML already harmless. Raises Unread."""
        child = self._child = self._child or self._start()
        with _ended_after(child, self._wall_seconds) as is_late:
            try:
                return _ask(child, raw)
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                # Dead, or it talks nonsense: either way it is of no use any more.
                code = self._ended(child)
                is_too_long = is_late.is_set() or code == -signal.SIGXCPU
                raise Unread(TOO_LONG if is_too_long else TOO_MUCH) from None

    def close(self) -> None:
        """End the child. Another is started if there is more to read."""
        if self._child is not None:
            self._child.kill()
            self._ended(self._child)

    def _start(self) -> subprocess.Popen[bytes]:
        # Nothing of our environment: no addresses, no passwords.
        child = subprocess.Popen(  # noqa: S603 -- our own module, by our own Python
            self._argv,
            cwd=settings.ROOT,
            env={"PYTHONIOENCODING": "utf-8", "MALLOC_ARENA_MAX": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with _ended_after(child, START_SECONDS):
            assert child.stdout is not None  # noqa: S101 -- it is a pipe
            if child.stdout.read(len(READY)) != READY:
                self._ended(child)
                raise RuntimeError("the reader of mails does not start")
        return child

    def _ended(self, child: "subprocess.Popen[bytes]") -> int:
        """Make sure that it is over, and return how it ended."""
        self._child = None
        try:
            child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return child.wait()


@contextlib.contextmanager
def _ended_after(child: "subprocess.Popen[bytes]", seconds: float) -> Iterator[Event]:
    """Kill the child if what is in here takes longer; then the event is set."""
    is_late = Event()

    def end() -> None:
        is_late.set()
        child.kill()

    clock = Timer(seconds, end)
    clock.daemon = True
    clock.start()
    try:
        yield is_late
    finally:
        clock.cancel()


def _ask(child: subprocess.Popen[bytes], raw: bytes) -> Incoming:
    given, said = child.stdin, child.stdout
    assert given is not None  # noqa: S101 -- both are pipes
    assert said is not None  # noqa: S101
    given.write(len(raw).to_bytes(LENGTH_BYTES))
    given.write(raw)
    given.flush()
    words = json.loads(_exactly(said, int.from_bytes(_exactly(said, LENGTH_BYTES))))
    if broke := words.get("broke"):
        raise Unread(f"{BROKEN}: {broke}"[:200])
    files = tuple(File(str(name), _exactly(said, int(length))) for name, length in words["files"])
    return _incoming(words, files)


def _exactly(said: IO[bytes], length: int) -> bytes:
    content = said.read(length)
    if len(content) < length:
        raise EOFError("the child ended")
    return content


def _incoming(words: dict[str, Any], files: tuple[File, ...]) -> Incoming:
    """What comes from the child is checked like what comes from outside."""
    names = (
        "sender", "sender_name", "to", "subject", "message_id", "loop_mark", "automatic", "text",
        "html",
    )  # fmt: skip
    return Incoming(
        **{name: str(words[name]) for name in names},
        references=tuple(str(name) for name in words["references"]),
        files=files,
        is_cut=bool(words["is_cut"]),
    )
