"""``./desk up`` as it is, but its mail goes to the sink, whose log is its journal.

The catcher of the trial desk is left out: it keeps mail in the Postgres that the storm kills.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from supportdesk.bootstrap import commands, up
from supportdesk.bootstrap.places import CHECKOUT

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--port", required=True)
    parser.add_argument("--sink", type=int, required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--mutant", default="")
    options = parser.parse_args()
    as_it_is, start = up.trial_environment, up.python

    def with_the_sink(*args: Any, **kwargs: Any) -> dict[str, str]:
        environment = as_it_is(*args, **kwargs) | {
            "EMAIL_URL": f"smtp://127.0.0.1:{options.sink}",
            "MAIL_JOURNAL": options.log,
            "TRUSTED_PROXIES": "1",
            "LOG_LEVEL": "WARNING",
            **dict(one.split("=", 1) for one in options.set),
        }
        if options.mutant:
            environment |= {
                "PYTHONPATH": f"{HERE / 'mutants'}{os.pathsep}{CHECKOUT}",
                "BENCH_MUTANT": options.mutant,
            }
        return environment

    def without_the_catcher(name: str, *arguments: str, env: dict[str, str], floor: int) -> Any:
        if name == "catcher":
            arguments = ("-c", "import signal; signal.sigwait({signal.SIGTERM})")
        return start(name, *arguments, env=env, floor=floor)

    up.trial_environment = with_the_sink
    up.python = without_the_catcher
    return commands.main(["up", "--empty", "--data", options.data, "--port", options.port])


if __name__ == "__main__":
    sys.exit(main())
