"""./desk manage index_search: read old tickets into the search, now instead of little by little."""

import os
import sys
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from tickets import indexing
from tickets.models import ToRead


class Command(BaseCommand):
    help = (
        "Reads tickets into the search: those that wait for it, or all with --all. It can be "
        "stopped and started again, may run beside the desk, and more than once at a time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="read every ticket anew")
        parser.add_argument(
            "--at-once",
            type=int,
            default=min(os.cpu_count() or 1, 4),
            metavar="N",
            help="how many processors of the database it may take (all, up to four)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            with transaction.atomic():
                ToRead.objects.fill()
        total, began, shown = ToRead.objects.count(), monotonic(), 0.0

        def tell(done: int) -> None:
            nonlocal shown
            if monotonic() - shown > (0.5 if self.stdout.isatty() else 30):
                shown = monotonic()
                self._say(done, max(total, done), shown - began)

        done = indexing.read_all(at_once=max(options["at_once"], 1), tell=tell)
        print(f"{done} tickets read into the search in {monotonic() - began:.0f} s.")

    def _say(self, done: int, total: int, seconds: float) -> None:
        end = "\r" if self.stdout.isatty() else "\n"
        left = (total - done) * seconds / done
        print(f"  {done} of {total} tickets, {left:.0f} s to go ", end=end)
        sys.stdout.flush()
