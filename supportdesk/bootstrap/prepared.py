"""Whether this data was prepared by the code that stands here.

If so, the web process need not wait for ``prepare``: the two start side by side.
"""

import hashlib
from pathlib import Path

from supportdesk.bootstrap.packages import BASE
from supportdesk.bootstrap.places import CHECKOUT, Data

#: What ``prepare`` turns into tables and into hashed files.
SOURCES = ("*/migrations/*.py", "static/**/*", "supportdesk/lib/assets.py")


def is_current(data: Data, environment: dict[str, str]) -> bool:
    try:
        return _stamp(data).read_text() == _fingerprint(environment["DATABASE_URL"])
    except OSError:
        return False


def note(data: Data, environment: dict[str, str]) -> None:
    _stamp(data).write_text(_fingerprint(environment["DATABASE_URL"]))


def _stamp(data: Data) -> Path:
    return data.folder / "prepared"


def _fingerprint(database: str) -> str:
    """Return what changes with every source’s name, size or time, and with the database."""
    state = hashlib.sha256(f"{database}\n".encode())
    files = {file for pattern in SOURCES for file in CHECKOUT.glob(pattern)} | {BASE}
    for file in sorted(files):
        about = file.stat()
        state.update(f"{file} {about.st_size} {about.st_mtime_ns}\n".encode())
    return state.hexdigest()
