"""``manage.py import_archive DIR``: the customers, staff and tickets of another desk."""

import json
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from supportdesk.archive import importing
from supportdesk.archive.refused import Refusal, Report

#: So many refused lines are shown; all of them are written into the file of ``--report``.
SHOWN = 20


class Command(BaseCommand):
    help = "Import the customers, staff and tickets that stand in a folder as JSON lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--report", type=Path, metavar="FILE", help="all refused lines")
        parser.add_argument(
            "--bench-passwords", action="store_true", help="staff keep the archive’s passwords"
        )

    def handle(
        self,
        *args: Any,
        folder: Path,
        report: Path | None,
        bench_passwords: bool,
        **options: Any,
    ) -> None:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if bench_passwords and not settings.TRIAL:
            raise CommandError("A production desk takes no passwords from a file.")
        with ExitStack() as open_files:
            file = open_files.enter_context(report.open("w")) if report else None
            shown = 0

            def tell(refusal: Refusal) -> None:
                nonlocal shown
                if file:
                    said = {"file": refusal.file, "line": refusal.number, "reason": refusal.reason}
                    file.write(json.dumps(said, ensure_ascii=False) + "\n")
                if shown < SHOWN:
                    self._line(f"  Refused: {refusal}")
                elif shown == SHOWN:
                    self._line("  … and more")
                shown += 1

            found = Report(tell=tell)
            importing.take(
                folder,
                found,
                at=timezone.now(),
                with_passwords=bench_passwords,
                progress=self._progress,
            )
        self._sum_up(found)

    def _progress(self, what: str, share: float) -> None:
        if sys.stderr.isatty():
            bar = "█" * round(share * 30)
            self.stderr.write(f"\r\033[K  {bar:<30} {share:4.0%}  {what}", ending="")

    def _line(self, text: str) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
        self.stdout.write(text)

    def _sum_up(self, found: Report) -> None:
        if not found.files():
            raise CommandError("There is nothing to import in this folder.")
        for name in found.files():
            said = f"{found.added[name]:,} added"
            if found.there[name]:
                said += f", {found.there[name]:,} were there already"
            if found.refused[name]:
                said += f", {found.refused[name]:,} refused"
            self._line(f"  {name:<22} {said}")
        for what, many in found.left_out.items():
            self._line(f"  Left out of {what}: {many:,}")
