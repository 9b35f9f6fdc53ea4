"""A supervisor with tiny children, for the tests to stop, kill and start again.

Called with a folder. Each child writes a line to ``ended`` when it is asked to stop.
"""

import os
import sys
from pathlib import Path

from supportdesk.bootstrap import say
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.supervisor import Supervisor

STANDS = """
import os, signal, sys, time
def end(number, frame):
    with open(sys.argv[1] + "/ended", "a") as file:
        file.write(sys.argv[2] + "\\n")
    os._exit(0)
offspring = os.fork()
if offspring == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)
signal.signal(signal.SIGTERM, end)
with open(sys.argv[1] + "/" + sys.argv[2], "w") as file:
    file.write(f"{os.getpid()} {offspring}")
print("standing", flush=True)
time.sleep(600)
"""


def main(folder: Path) -> None:
    with Supervisor(folder / "record.json") as supervisor:
        for name, floor in (("base", 0), ("middle", 3), ("top", 4)):
            argv = [sys.executable, "-S", "-c", STANDS, str(folder), name]
            supervisor.start(Program(name, argv, os.environ, floor=floor))
        while True:
            supervisor.look_after(0.1)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except say.Stopped:
        say.line("stopped")
