"""The words after ``./desk``."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from supportdesk.bootstrap import checks, doctor, packages, postgres, say, servers
from supportdesk.bootstrap.places import DEFAULT_DATA, DEFAULT_PORT, PYTHON, Data
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.bootstrap.say import Refusal
from supportdesk.bootstrap.supervisor import Supervisor
from supportdesk.bootstrap.up import trial_environment, up

HELP = """\
./desk up       make everything that is missing and start a trial desk
                  --port N     the web address’s port (8000)
                  --empty      no demo data: set the desk up yourself (on new data)
                  --data DIR   where it keeps its data (var)
./desk test     run the tests on servers of their own; what follows goes to pytest
./desk check    format, lint, types, imports, migrations, deploy check, tests
./desk bench    measure: faults, pages and more (./desk bench lists them)
./desk backup   write a backup, read it again and compare: ./desk backup [DIR]
                  --keep N     afterwards remove all but the newest N
                  --try        also restore it into a scratch database
./desk restore  bring one back into an empty desk, which holds until an admin has looked:
                ./desk restore BACKUP --data DIR; with --try only see that it can
./desk manage   run one of Django’s commands with the desk’s own servers
./desk doctor   say what is there, what is missing, and what mends it
./desk reset    remove the trial data (asks first; --yes does not)

Own servers instead of the embedded ones: DATABASE_URL, REDIS_URL.
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Replace what the terminal cannot show; its letters must never stop the desk.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        return _command(arguments)
    except Refusal as refused:
        say.refusal(refused)
        return 1
    except (say.Stopped, KeyboardInterrupt):
        return 130


def _command(arguments: Sequence[str]) -> int:
    word, rest = (arguments[0], list(arguments[1:])) if arguments else ("--help", [])
    match word:
        case "-h" | "--help" | "help":
            say.line(HELP)
        case "up":
            return _up(rest)
        case "test":
            return checks.test(rest)
        case "check":
            return checks.check(rest)
        case "bench":
            return checks.bench(rest)
        case "manage":
            return _manage(rest)
        case "backup" | "restore":
            return _backup(word, rest)
        case "doctor":
            options = _options("doctor", rest, port=True)
            return doctor.examine(Data(options.data), port=options.port)
        case "reset":
            return _reset(rest)
        case _:
            raise Refusal(f"./desk does not know “{word}”.", "./desk --help lists its words.")
    return 0


def _options(
    word: str, arguments: Sequence[str], *, port: bool = False, flags: Sequence[str] = ()
) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./desk {word}", usage=HELP, add_help=True)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, metavar="DIR")
    if port:
        parser.add_argument("--port", type=_port, default=DEFAULT_PORT, metavar="N")
    for flag in flags:
        parser.add_argument(flag, action="store_true")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Refusal(f"“{text}” is no port.", "A port is a number from 1024 to 65535.")
    return int(text)


def _up(arguments: Sequence[str]) -> int:
    options = _options("up", arguments, port=True, flags=["--empty"])
    try:
        up(Data(options.data), port=options.port, empty=options.empty)
    except (say.Stopped, KeyboardInterrupt):
        say.line("  The desk is stopped.")
    return 0


def _manage(arguments: Sequence[str]) -> int:
    """Run manage.py beside the running desk, or with its servers started for as long as it runs."""
    data, rest = Data(DEFAULT_DATA), list(arguments)
    if rest[:1] == ["--data"] and len(rest) > 1:
        data, rest = Data(Path(rest[1])), rest[2:]
    argv = [str(PYTHON), "manage.py", *rest]
    if data.is_ours() and (environment := data.running()):
        with Supervisor() as supervisor:
            return checks.attached(supervisor, argv, os.environ | environment)
    if data.make():
        postgres.forget(data.folder)
    with data.locked(), Supervisor(data.record) as supervisor:
        servers.provide_packages(packages.BASE, supervisor)
        environment = trial_environment(
            data,
            database=servers.start_postgres(supervisor, data.folder),
            redis=servers.start_redis(supervisor, data.folder),
            mail_port=free_port(),
            port=DEFAULT_PORT,
        )
        return checks.attached(supervisor, argv, os.environ | environment)


def _backup(word: str, arguments: Sequence[str]) -> int:
    """Run ``manage.py backup`` or ``restore`` with the desk’s own servers."""
    parser = argparse.ArgumentParser(prog=f"./desk {word}", usage=HELP)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("folder", nargs="?" if word == "backup" else None, type=Path)
    parser.add_argument("--try", action="store_true", dest="tried")
    if word == "backup":
        parser.add_argument("--keep")
    options = parser.parse_args(arguments)
    if word == "restore" and not options.folder.is_dir():
        raise Refusal(f"{options.folder} is not a backup.", "A backup is a folder: desk-…")
    said = ["--data", str(options.data), word]
    # The command runs in the checkout; a folder is meant from where one is.
    said += [str(options.folder.absolute())] if options.folder else []
    said += ["--try"] * options.tried
    said += ["--keep", options.keep] if getattr(options, "keep", None) else []
    return _manage(said)


def _reset(arguments: Sequence[str]) -> int:
    options = _options("reset", arguments, flags=["--yes"])
    data = Data(options.data)
    if not data.is_ours():
        if data.folder.exists() and any(data.folder.iterdir()):
            raise Refusal(f"{data.folder} is not the data of a trial desk; it stays.")
        say.line(f"  There is nothing in {data.folder}.")
        return 0
    with data.locked():
        if not options.yes:
            say.line(f"  This removes {data.folder}: the trial desk’s tickets, files and people.")
            if not sys.stdin.isatty() or input("  Type yes to remove it: ").strip() != "yes":
                say.line("  Nothing was removed.")
                return 1
        with Supervisor(data.record):
            # Entering it stops what a killed desk may have left running.
            pass
        postgres.forget(data.folder)
        data.remove()
    say.line(f"  {data.folder} is removed. ./desk up makes a new desk.")
    return 0
