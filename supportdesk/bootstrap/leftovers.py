"""The note of which processes stand, for the case that supervisor and watchdog are both killed."""

import json
import signal
from collections.abc import Iterable
from pathlib import Path

from supportdesk.bootstrap.processes import Stoppable, identity, stop_in_order


def write(record: Path, standing: Iterable[Stoppable]) -> None:
    noted = [[one.pid, identity(one.pid), int(one.stop_signal), one.floor] for one in standing]
    being_written = record.with_suffix(".new")
    being_written.write_text(json.dumps(noted))
    being_written.replace(record)


def stop(record: Path) -> int:
    """Stop what an earlier supervisor left behind, and return how many processes that were.

    A process is only ours if it began when ours began: numbers are given out again.
    """
    try:
        noted = json.loads(record.read_text())
        left = [
            Stoppable(pid, signal.Signals(stop_signal), floor)
            for pid, was, stop_signal, floor in noted
            if was and identity(pid) == was
        ]
    except (OSError, ValueError, TypeError):
        return 0
    stop_in_order(left)
    record.unlink(missing_ok=True)
    return len(left)
