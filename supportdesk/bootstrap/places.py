"""Where things are: the checkout, its ``.venv``, and the data folder with its lock and its secret."""

import errno
import fcntl
import json
import os
import secrets
import shutil
import socket
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from supportdesk.bootstrap.say import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
DEFAULT_DATA = CHECKOUT / "var"
DEFAULT_PORT = 8000
#: A file of ours in the folder, so that ``reset`` never removes somebody else’s.
MARK = ".trial-desk"
#: By this production knows, and refuses, a secret that was made here.
GENERATED = "trial-"


def site_packages() -> Path:
    """Return where ``.venv`` keeps its packages; it was made by a Python of our version."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))


class Data:
    """The folder that holds everything a desk started by ``./desk`` writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @property
    def record(self) -> Path:
        """Which processes stand."""
        return self.folder / "processes.json"

    @property
    def beat_schedule(self) -> Path:
        """In a folder of its own: how many files it becomes depends on the Python."""
        return self.folder / "beat" / "schedule"

    def make(self) -> bool:
        """Make the folder, and say whether it is new; one that was there keeps its mode.

        Raises Refusal when it is not ours to write in.
        """
        try:
            if not self.folder.exists():
                self.folder.mkdir(parents=True, mode=0o700)
                if os.geteuid() == 0:
                    # The account that Postgres runs as passes through; what is private says so.
                    self.folder.chmod(0o711)
            elif any(self.folder.iterdir()) and not self.is_ours():
                raise Refusal(
                    f"The folder {self.folder} holds something else.",
                    "Choose an empty one: ./desk up --data DIR",
                )
            mark = self.folder / MARK
            is_new = not mark.exists()
            mark.touch(mode=0o600)
            for name in ("files", "beat"):
                (self.folder / name).mkdir(mode=0o700, exist_ok=True)
            self._probe()
        except OSError as refused:
            raise Refusal(
                f"The desk cannot write its data to {self.folder}: {words(refused)}.",
                "Choose a folder of yours: ./desk up --data DIR",
            ) from None
        return is_new

    def is_ours(self) -> bool:
        return (self.folder / MARK).exists()

    def remove(self) -> None:
        """Remove everything; the mark goes last, so that an interrupted reset can be repeated."""
        try:
            for one in self.folder.iterdir():
                if one.is_dir() and not one.is_symlink():
                    shutil.rmtree(one)
                elif one.name != MARK:
                    one.unlink()
            (self.folder / MARK).unlink()
            self.folder.rmdir()
        except OSError as refused:
            raise Refusal(
                f"{refused.filename} could not be removed: {words(refused)}.",
                "Run ./desk reset as the account that ran ./desk up.",
            ) from None

    def secret(self) -> str:
        """Return the secret of this desk, made at its first start and readable by us alone."""
        kept = self.folder / "secret"
        if not kept.exists():
            # The mark lets production refuse it: others may have read it here.
            write_private(kept, "trial-" + secrets.token_urlsafe(48))
        return kept.read_text().strip()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder. Raises Refusal when a running desk holds it."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refusal(
                    f"A desk already runs on this data{self._who_runs()}.",
                    "Stop it with Ctrl-C where it runs, "
                    "or start another: ./desk up --port 8001 --data DIR",
                ) from None
            # Whoever noted it and could not take the note back was killed.
            self._noted().unlink(missing_ok=True)
            try:
                yield
            finally:
                self._noted().unlink(missing_ok=True)
        finally:
            os.close(lock)

    def note(self, environment: Mapping[str, str], *, pid: int) -> None:
        """Write down how to reach the running desk, for ``./desk manage`` and for sentences."""
        note = {"pid": pid, "environment": dict(environment)}
        write_private(self._noted(), json.dumps(note))

    def running(self) -> dict[str, str] | None:
        """Return the environment of the desk that runs on this data, or None if none does."""
        if not self.is_ours():
            return None
        try:
            with self.locked():
                return None
        except Refusal:
            return dict(self._read_note().get("environment", {}))
        except OSError:
            return None

    def _noted(self) -> Path:
        return self.folder / "running.json"

    def _read_note(self) -> dict[str, dict[str, str]]:
        try:
            return dict(json.loads(self._noted().read_text()))
        except (OSError, ValueError):
            return {}

    def _who_runs(self) -> str:
        note = self._read_note()
        if not note:
            return ""
        return f" (process {note['pid']}, {note['environment'].get('PUBLIC_BASE_URL', '')})"

    def _probe(self) -> None:
        probe = self.folder / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()


def write_private(file: Path, text: str) -> None:
    """Write ``file`` whole or not at all, readable by us alone from the first byte."""
    being_written = file.with_name(f"{file.name}.{os.getpid()}")
    being_written.unlink(missing_ok=True)
    being_written.touch(mode=0o600, exist_ok=False)
    being_written.write_text(text)
    being_written.replace(file)


def words(refused: OSError) -> str:
    """Return the reason as a person would say it."""
    return {
        errno.EACCES: "you may not write there",
        errno.EPERM: "you may not write there",
        errno.EROFS: "that disk is read-only",
        errno.ENOSPC: "the disk is full",
        errno.EEXIST: "there is a file of that name",
        errno.ENOTDIR: "there is a file of that name",
    }.get(refused.errno or 0, (refused.strerror or str(refused)).lower())


def listen(port: int) -> list[socket.socket]:
    """Take the web port on this machine’s own addresses, for the whole life of the desk.

    The supervisor keeps the sockets, so a restarted web process finds its callers still queued.
    Raises Refusal when somebody has the port.
    """
    taken: list[socket.socket] = []
    try:
        taken.append(_take(socket.AF_INET, "127.0.0.1", port))
        with suppress(AddressMissing):
            taken.append(_take(socket.AF_INET6, "::1", port))
    except BaseException:
        for listener in taken:
            listener.close()
        raise
    return taken


class AddressMissing(Refusal):
    """The machine has no such address: many have no IPv6."""


def _take(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listener = None
    try:
        listener = socket.socket(family)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(1024)
    except OSError as refused:
        if listener:
            listener.close()
        if refused.errno == errno.EADDRINUSE:
            why, other = f"Port {port} is taken by another program.", port + 1
        elif refused.errno in (errno.EACCES, errno.EPERM):
            why, other = f"Port {port} is reserved for the system.", DEFAULT_PORT
        else:
            raise AddressMissing(f"{address} cannot be used: {words(refused)}.") from None
        raise Refusal(why, f"Start the desk on another one: ./desk up --port {other}") from None
    return listener
