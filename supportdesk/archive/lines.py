"""Files of JSON lines, read one at a time: whatever a line holds, it ends no import."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

from supportdesk.archive.refused import Refused, Report

#: A longer line is nothing that a desk ever wrote.
LONGEST_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 1024 * 1024


class Line(NamedTuple):
    """One object of a file, and the number of its line."""

    number: int
    said: dict[str, Any]


class Lines:
    """The lines of one file of an archive, packed or not; of a missing file, none."""

    def __init__(self, folder: Path, name: str, report: Report) -> None:
        packed = folder / f"{name}.jsonl.gz"
        self.path = packed if packed.exists() else folder / f"{name}.jsonl"
        self.name = self.path.name
        self._report = report
        self._raw: IO[bytes] | None = None

    @property
    def share(self) -> float:
        """How much of the file is read, from 0 to 1."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return self._raw.tell() / size if self._raw and not self._raw.closed and size else 0.0

    def __iter__(self) -> Iterator[Line]:
        if not self.path.exists():
            return
        number = 0
        with self.path.open("rb") as self._raw:
            file: IO[bytes] = self._raw
            if self.path.suffix == ".gz":
                file = gzip.GzipFile(fileobj=self._raw)  # type: ignore[assignment]
            try:
                while raw := file.readline(LONGEST_BYTES + 1):
                    number += 1
                    try:
                        if len(raw) > LONGEST_BYTES:
                            _skip_the_rest(file, raw)
                        if raw.strip():
                            yield Line(number, parsed(raw))
                    except Refused as reason:
                        self._report.refuse(self.name, number, reason)
            except (EOFError, OSError, zlib.error):
                damaged = "the file is damaged from here on; what stands before is imported"
                self._report.refuse(self.name, number + 1, damaged)


def _skip_the_rest(file: IO[bytes], piece: bytes) -> NoReturn:
    while piece and not piece.endswith(b"\n"):
        piece = file.readline(PIECE_BYTES)
    raise Refused(f"it is longer than {LONGEST_BYTES // 1024 // 1024} MB")


def parsed(raw: bytes) -> dict[str, Any]:
    """Return the object that a line holds. Raises Refused."""
    try:
        said = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Refused("it is not UTF-8") from None
    except RecursionError:
        raise Refused("its brackets are nested too deep") from None
    except ValueError:
        raise Refused("it is not JSON") from None
    if not isinstance(said, dict):
        raise Refused("it is no JSON object")
    # Only an escape can bring these in, and hardly any line has one.
    if b"\\u" in raw or b"\x00" in raw:
        _check_letters(said)
    return said


def _no_number(word: str) -> NoReturn:
    raise Refused(f"{word} is no number")


def _check_letters(said: object) -> None:
    """Refuse what Postgres cannot store and nobody can read, wherever it stands."""
    left = [said]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            left += one
        elif isinstance(one, str):
            if "\x00" in one:
                raise Refused("it holds a NUL character")
            if any("\ud800" <= letter <= "\udfff" for letter in one):
                raise Refused("it holds half of a character (a lone surrogate)")
