"""What a backup says of itself, and whether that is true."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings

from supportdesk.backups.errors import BackupRefused, Damaged

FORMAT = 1
NAME = "manifest.json"
DUMP = "database.dump"
LIST = "files.sha256"
FILES = "files"
CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """``rows`` counts every table whose rows are in the dump; it is of the same instant."""

    made_at: datetime
    postgres: str
    #: “tickets.0007_…” for every migration that the data has seen.
    migrations: list[str]
    rows: dict[str, int]
    dump_bytes: int
    dump_sha256: str
    files: int
    files_bytes: int
    list_sha256: str
    #: Keys of files that have a row and were not there.
    missing: list[str]
    #: Tells whether a desk has the SECRET_KEY that the backup’s desk had, without telling the key.
    key: str

    @property
    def size_bytes(self) -> int:
        return self.dump_bytes + self.files_bytes

    def write(self, folder: Path) -> None:
        said = asdict(self) | {"format": FORMAT, "made_at": self.made_at.isoformat()}
        (folder / NAME).write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises BackupRefused if the folder is no backup that this desk can read."""
        try:
            said = json.loads((folder / NAME).read_text())
            if said.pop("format") != FORMAT:
                raise BackupRefused(f"{folder} was made by a newer desk: its format is unknown.")
            said["made_at"] = datetime.fromisoformat(said["made_at"])
            return cls(**said)
        except OSError:
            raise BackupRefused(f"{folder} is not a backup: it has no {NAME}.") from None
        except (ValueError, KeyError, TypeError):
            raise Damaged(f"{folder / NAME} cannot be read.") from None


def fingerprint_of_our_key() -> str:
    """Return what differs for another SECRET_KEY and tells nothing of this one."""
    return hmac.new(settings.SECRET_KEY.encode(), b"backup", hashlib.sha256).hexdigest()[:16]


def sha256_of(what: Path | Any) -> str:
    """Return the checksum of a file’s content; ``what`` is its path, or it, opened."""
    digest = hashlib.sha256()
    with what.open("rb") if isinstance(what, Path) else nullcontext(what) as content:
        while chunk := content.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (key, checksum) of every file. Raises Damaged at a line that is not one."""
    with (folder / LIST).open() as lines:
        for text in lines:
            checksum, _two, name = text.rstrip("\n").partition("  ")
            key = name.removeprefix(f"{FILES}/")
            if len(checksum) != 64 or key == name or not is_safe(key):
                raise Damaged(f"{folder / LIST} cannot be read.")
            yield key, checksum


def is_safe(key: str) -> bool:
    """Whether ``key`` stays inside a folder."""
    parts = PurePosixPath(key).parts
    return bool(parts) and ".." not in parts and not key.startswith("/") and "\n" not in key


def verify(folder: Path, wait: Callable[[str], None]) -> Manifest:
    """Read everything again and compare. Raises Damaged, naming the first thing that differs."""
    manifest = Manifest.read(folder)
    wait("reading the database’s part again")
    if not (folder / DUMP).exists() or sha256_of(folder / DUMP) != manifest.dump_sha256:
        raise Damaged(f"{folder / DUMP} is not what was written.")
    if not (folder / LIST).exists() or sha256_of(folder / LIST) != manifest.list_sha256:
        raise Damaged(f"{folder / LIST} is not what was written.")
    many = 0
    for many, (key, checksum) in enumerate(listed(folder), start=1):
        path = folder / FILES / key
        if not path.exists() or sha256_of(path) != checksum:
            raise Damaged(f"{path} is not what was written.")
        if many % 100 == 0:
            wait(f"read {many} of {manifest.files} files again")
    if many != manifest.files:
        raise Damaged(f"{folder / LIST} names {many} files and not {manifest.files}.")
    return manifest
