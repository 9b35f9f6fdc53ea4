"""A reader of mails that some mails end: as a hole in a parser would."""

import os
import sys
import time

from tickets.mail import child, parse

read = parse.read


def poisoned(raw: bytes) -> parse.Incoming:
    if b"turns for ever" in raw:
        while True:
            pass
    if b"sleeps for ever" in raw:
        time.sleep(1000)
    if b"takes all memory" in raw:
        return parse.Incoming(text="x" * 1_000_000_000)
    if b"ends the process" in raw:
        os.abort()
    if b"raises an error" in raw:
        raise RuntimeError("boom")
    if b"talks nonsense" in raw:
        sys.stdout.buffer.write(b"\x00" * 7 + b"\x02{]")
        sys.stdout.buffer.flush()
    return read(raw)


if __name__ == "__main__":
    parse.read = poisoned
    child.main()
