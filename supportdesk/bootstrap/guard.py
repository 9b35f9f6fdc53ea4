"""The supervisor’s line to its watchdog."""

import subprocess
import sys
from pathlib import Path

from supportdesk.bootstrap.processes import Stoppable


class Watchdog:
    """A process that stops our children when we cannot; see ``watchdog.py`` for its side."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def is_gone(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def stands(self, one: Stoppable) -> None:
        self._tell(f"stands {one.pid} {one.stop_signal:d} {one.floor}")

    def gone(self, pid: int) -> None:
        self._tell(f"gone {pid}")

    def remove(self, folder: Path) -> None:
        """Ask it to remove ``folder`` after everything has stopped."""
        self._tell(f"remove {folder}")

    def dismiss(self) -> None:
        """Send it home: everything was stopped in order."""
        if self._process and self._process.stdin:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = None

    def _tell(self, message: str) -> None:
        if self._process and self._process.stdin:
            try:
                self._process.stdin.write(f"{message}\n".encode())
                self._process.stdin.flush()
            except BrokenPipeError:
                # It was killed; the next look after it starts another, which is told everything.
                return
