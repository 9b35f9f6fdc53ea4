"""Everything between a database and the first page, in one process: each start costs a second."""

import hashlib
import io
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connection
from django.utils import timezone

from supportdesk import upgrade
from supportdesk.bootstrap.say import STEP_WIDTH, step
from supportdesk.bootstrap.up import PASSING, PREPARED, REFUSED, WELCOME
from supportdesk.dashboards import counting
from supportdesk.management.commands.upgrade import outcome
from supportdesk.models import Desk

DEMO_IS_THERE = (
    "This data holds the demo desk, and --empty is for new data.\t"
    "Remove it first with ./desk reset, or start beside it: ./desk up --empty --data DIR"
)


class Command(BaseCommand):
    help = "Bring tables, styles and demo data of a trial desk up to date; print the way in."
    # The web process checks itself; checking twice would keep the first page waiting.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", required=True)
        parser.add_argument("--empty", action="store_true", help="load no demo desk")

    def handle(self, *args: Any, base_url: str, empty: bool, **options: Any) -> None:
        with step("Tables") as current:
            current.outcome = _migrate(current.doing)
        if empty and Desk.current().is_demo:
            self.stdout.write(f"{REFUSED}{DEMO_IS_THERE}")
            return
        with step("Styles") as current:
            current.outcome = _collect_assets()
        self.stdout.write(PREPARED)
        if not empty:
            with step("Demo desk") as current:
                progress = Progress(current.name, self.stdout)
                call_command("load_demo", stdout=progress)
                current.outcome = progress.last
                # What a worker does within half a minute: the first page has its history.
                while counting.count(at=timezone.now()):
                    pass
        ways_in = io.StringIO()
        call_command("walk_in", base_url=base_url, stdout=ways_in)
        self.stdout.write(f"{WELCOME}\n{ways_in.getvalue()}")


class Progress(io.TextIOBase):
    """Passes each line on as it comes and remembers the last."""

    def __init__(self, name: str, out: OutputWrapper) -> None:
        self.last = ""
        self._name = name.ljust(STEP_WIDTH)
        self._out = out

    def write(self, text: str) -> int:
        for words in text.splitlines():
            self.last = words.strip()
            self._out.write(f"{PASSING}{self._name} {self.last}")
        self._out.flush()
        return len(text)


def _migrate(tell: Callable[[str], None]) -> str:
    """Apply what is not applied, after a backup of a desk with people in it."""
    try:
        done = upgrade.bring_up_to_date(tell=tell)
    except upgrade.UpgradeFailed as failed:
        raise CommandError(str(failed)) from None
    if "cache" not in connection.introspection.table_names():
        call_command("createcachetable", verbosity=0)
    return outcome(done)


def _collect_assets() -> str:
    """Hash and compress the styles and scripts again if one of them was touched."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_suffix(".stamp")
    state = hashlib.sha256()
    many = 0
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            state.update(f"{path} {about.st_size} {about.st_mtime_ns}\n".encode())
            many += 1
    if root.exists() and stamp.exists() and stamp.read_text() == state.hexdigest():
        return "up to date"
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(state.hexdigest())
    return f"{many} files"
