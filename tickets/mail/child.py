"""Reads mails for another process, which may end it at any time: ``python -m tickets.mail.child``.

It has no database, no secrets and no network to speak of. It takes a mail from
its input and says on its output what is in it, until its input ends.
"""

import contextlib
import json
import resource
import sys
from dataclasses import asdict, replace
from typing import BinaryIO

from supportdesk.lib import mail_html
from tickets.mail import parse

LENGTH_BYTES = 8
#: What it says before its first mail: from now on time counts.
READY = b"ready\n"


def main() -> None:
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    _limit(resource.RLIMIT_AS, memory)
    # It writes to its pipe alone, starts nothing, and leaves no picture of its memory behind.
    for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        _limit(what, 0)
    given, said = sys.stdin.buffer, sys.stdout.buffer
    said.write(READY)
    said.flush()
    while head := given.read(LENGTH_BYTES):
        raw = given.read(int.from_bytes(head))
        _limit(resource.RLIMIT_CPU, _used_seconds() + seconds)
        answer(raw, said)


def _limit(what: int, most: int) -> None:
    hardest = resource.getrlimit(what)[1]
    # Some systems know a limit and do not let anybody set it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (most, hardest))


def _used_seconds() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return int(used.ru_utime + used.ru_stime) + 1


def answer(raw: bytes, out: BinaryIO) -> None:
    """Write what the mail says: the length of the words, the words, the files one after another.

    Its HTML is made harmless here, where it may take too long.
    """
    files: list[parse.File] = []
    try:
        said = parse.read(raw)
        words = asdict(replace(said, html=mail_html.clean(said.html), files=()))
        words["files"] = [[file.name, len(file.content)] for file in said.files]
        files += said.files
    except MemoryError:
        raise
    except Exception as reason:  # noqa: BLE001 -- whatever it was is told; the next mail may be fine
        words = {"broke": type(reason).__name__}
    written = json.dumps(words).encode()
    out.write(len(written).to_bytes(LENGTH_BYTES))
    out.write(written)
    out.writelines(file.content for file in files)
    out.flush()


if __name__ == "__main__":
    main()
