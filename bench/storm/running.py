"""A desk and a mail server in a folder of their own, as long as they are needed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from supportdesk.bootstrap import postgres
from supportdesk.bootstrap.places import CHECKOUT, PYTHON
from supportdesk.bootstrap.redis_server import free_port


@contextmanager
def a_folder(*, keep: bool) -> Iterator[Path]:
    """Give a folder that is gone afterwards, also when we are ended by SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-storm-"))
    # Postgres’ own account passes through.
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        postgres.forget(folder / "data")
        if keep:
            print(f"  Everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


class Running:
    """Use as a context manager; leaving it stops the desk, then the sink."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.data, self.log = folder / "data", folder / "sink.log"
        self.mails = folder / "sink.log.mails"
        self.environment: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # All at once: we may have ten seconds only.
        for process in self._processes:
            process.terminate()
        for process in reversed(self._processes):
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()

    def start(self, *, mutant: str = "", **settings: str) -> None:
        port = free_port()
        # A mutant of the mail shows when its sender dies just then: make that more likely.
        slow = ["--slow"] * bool(mutant)
        sink = self._spawn(
            "sink", "bench.storm.sink", "--port", str(port), "--log", str(self.log), *slow
        )
        self._spawn(
            "desk",
            "bench.storm.desk",
            *("--data", str(self.data), "--port", str(self.port)),
            *("--sink", str(port), "--log", str(self.log), "--mutant", mutant),
            *(word for name, value in settings.items() for word in ("--set", f"{name}={value}")),
        )
        note = self.data / "running.json"
        deadline = time.monotonic() + 300
        while not note.exists():
            if self._processes[-1].poll() is not None or time.monotonic() > deadline:
                raise SystemExit((self.folder / "desk.out").read_text()[-2000:])
            time.sleep(0.2)
        assert sink.poll() is None
        self.environment = json.loads(note.read_text())["environment"]
        # The workers start after the page.
        time.sleep(5)

    def _spawn(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.out").open("wb") as output:
            process = subprocess.Popen(
                [str(PYTHON), "-m", module, *arguments],
                cwd=CHECKOUT,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}},
            )
        self._processes.append(process)
        return process

    def in_django(self, module: str, *arguments: str) -> Any:
        """Run a module of this folder with the desk’s environment, and return what it printed."""
        ran = subprocess.run(
            [str(PYTHON), "-m", f"bench.storm.{module}", *arguments],
            cwd=CHECKOUT,
            # With its PYTHONPATH: what is looked after later is looked after by the mutant too.
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(ran.stdout or b"null")
