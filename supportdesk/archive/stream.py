"""The messages of an archive beside its tickets: both files are read once, from front to back."""

import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO

from supportdesk.archive.history import Said
from supportdesk.archive.lines import Line, Lines
from supportdesk.archive.refused import Refused, Report

#: So many messages in a row must belong to later tickets before we believe that these are all.
PATIENCE = 50
#: What is held in memory at most: of the tickets at hand, and of those that come later.
MOST_AT_ONCE = 20_000
MOST_AHEAD = 2_000


class Messages:
    """Messages in the order of their tickets, with those that stand elsewhere put aside.

    What is put aside waits in a file until all tickets are there, so that any
    order works, in the same memory.
    """

    def __init__(self, lines: Lines, report: Report, *, at: datetime) -> None:
        self.name = lines.name
        self._lines = lines
        self._report = report
        self._at = at
        self._coming = self._read(iter(lines))
        self._ahead: list[Said] = []
        self._aside: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 -- see ``close``

    @property
    def share(self) -> float:
        return self._lines.share

    def of(self, tickets: set[int]) -> list[Said]:
        """Return the messages of these tickets, as far as they stand where they ought to."""
        last = max(tickets, default=0)
        found: list[Said] = []
        waiting, self._ahead = self._ahead, []
        for one in waiting:
            self._sort(one, tickets, last, found)
        beyond = 0
        while beyond < PATIENCE and len(found) < MOST_AT_ONCE:
            following = next(self._coming, None)
            if following is None:
                break
            beyond = beyond + 1 if following.ticket > last else 0
            self._sort(following, tickets, last, found)
        return found

    def put_aside(self) -> Iterator[Said]:
        """Return everything that stood elsewhere, when all tickets are there."""
        yield from self._ahead
        self._ahead = []
        self._aside.seek(0)
        yield from self._read(Line(*json.loads(text)) for text in self._aside)
        yield from self._coming

    def close(self) -> None:
        self._aside.close()

    def _sort(self, one: Said, tickets: set[int], last: int, found: list[Said]) -> None:
        if one.ticket in tickets:
            found.append(one)
        elif one.ticket > last and len(self._ahead) < MOST_AHEAD:
            self._ahead.append(one)
        else:
            self._aside.write(json.dumps(one.line) + "\n")

    def _read(self, lines: Iterator[Line]) -> Iterator[Said]:
        for line in lines:
            try:
                yield Said.read(line, at=self._at)
            except Refused as reason:
                self._report.refuse(self.name, line.number, reason)


def in_batches(coming: Iterator[Said], size: int) -> Iterator[list[Said]]:
    while batch := list(islice(coming, size)):
        yield batch
