"""``manage.py backup``: the database and the files, written, read again and compared."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportdesk import backups
from supportdesk.bootstrap.say import step


class Command(BaseCommand):
    help = "Write a backup of the database and the files, read it again and compare."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("into", nargs="?", type=Path, default=settings.BACKUP_DIR)
        parser.add_argument(
            "--keep", type=int, metavar="N", help="afterwards remove all but the newest N"
        )
        parser.add_argument(
            "--try",
            action="store_true",
            dest="tried",
            help="also restore it into a scratch database",
        )

    def handle(self, *args: Any, into: Path, keep: int | None, tried: bool, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("Keep at least one.")
        try:
            with step("Backup") as current:
                made = backups.make(into.absolute(), keep=keep, tell=current.doing)
                manifest = backups.Manifest.read(made)
                megabytes = f"{manifest.size_bytes / 1e6:.1f} MB"
                current.outcome = f"{manifest.files} files, {megabytes}, read again and compared"
            if tried:
                with step("Trial") as current:
                    backups.try_out(made, at=timezone.now(), tell=current.doing)
                    current.outcome = "restored into a scratch database, and whole"
        except backups.BackupRefused as refused:
            raise CommandError(str(refused)) from None
        if manifest.missing:
            self.stderr.write(f"  {len(manifest.missing)} files have a row and are not there:")
            self.stderr.writelines(f"    {key}\n" for key in manifest.missing[:20])
        self.stdout.write(f"  {made}")
