"""Counts the history of the dashboards anew, from the tickets themselves."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supportdesk.dashboards import counting


class Command(BaseCommand):
    help = "Count the history of the dashboards anew. Safe at any time, beside a running desk."

    def handle(self, *args: Any, **options: Any) -> None:
        counting.again()
        counted = 0
        while n := counting.count(at=timezone.now()):
            counted += n
        self.stdout.write(f"{counted} tickets counted")
