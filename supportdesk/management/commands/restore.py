"""``manage.py restore``: a backup into an empty desk, which then holds until an admin has looked."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportdesk import backups
from supportdesk.bootstrap.say import step

ON_HOLD = (
    "The desk is on hold: no mail goes out or is read, and nothing happens by itself,"
    " until an admin signs in and lifts it (Set-up)."
)


class Command(BaseCommand):
    help = "Restore a backup into an empty database, and put the desk on hold."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--try",
            action="store_true",
            dest="tried",
            help="restore into a scratch database, compare, and drop it",
        )

    def handle(self, *args: Any, backup: Path, tried: bool, **options: Any) -> None:
        at = timezone.now()
        try:
            if tried:
                with step("Trial") as current:
                    backups.try_out(backup.absolute(), at=at, tell=current.doing)
                    current.outcome = "restored into a scratch database, and whole"
                return
            with step("Restore") as current:
                said = backups.restore(backup.absolute(), at=at, tell=current.doing)
                manifest = backups.Manifest.read(backup)
                when = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
                current.outcome = f"{manifest.files} files and all rows of {when}"
        except backups.BackupRefused as refused:
            raise CommandError(str(refused)) from None
        for words in (*said, ON_HOLD):
            self.stdout.write(f"  {words}")
