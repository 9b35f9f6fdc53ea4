"""``manage.py export_archive DIR``: this desk as JSON lines, for another desk or a drawer."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportdesk.archive import exporting


class Command(BaseCommand):
    help = "Write customers, staff, tickets and all that belongs to them into an empty folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        def tell(file: str, many: int) -> None:
            self.stdout.write(f"  {file:<22} {many:,}")

        try:
            exporting.write(folder, at=timezone.now(), tell=tell)
        except (exporting.NotEmpty, OSError) as refused:
            raise CommandError(str(refused)) from None
