"""Stops the children when their supervisor was killed and could not.

A separate process that reads from a pipe which processes stand and which have gone. When the
pipe ends, the supervisor is dead; whatever still stands is stopped in order. A pipe, because
it works alike on Linux and macOS and cannot be missed.
"""

import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from supportdesk.bootstrap.processes import Stoppable, stop_in_order


def watch() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    standing: dict[int, Stoppable] = {}
    to_remove: list[str] = []
    for message in sys.stdin:
        word, _, rest = message.rstrip("\n").partition(" ")
        match word:
            case "stands":
                pid, stop_signal, floor = map(int, rest.split())
                standing[pid] = Stoppable(pid, signal.Signals(stop_signal), floor)
            case "gone":
                standing.pop(int(rest), None)
            case "remove":
                to_remove.append(rest)
    stop_in_order(standing.values())
    for folder in to_remove:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    watch()
