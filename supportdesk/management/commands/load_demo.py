"""``manage.py load_demo``: the shop that a visitor of the trial desk walks into."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supportdesk.demo import load
from supportdesk.models import Desk
from tickets.models import Ticket


class Command(BaseCommand):
    help = "Fill an empty desk with a shop, its staff, and sixty days of tickets."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        # ``./desk up`` has no word for it: a visitor’s demo is the whole one.
        many = int(os.environ.get("DEMO_TICKETS", load.TICKETS))
        parser.add_argument("--tickets", type=int, default=many, help="how many (DEMO_TICKETS)")

    def handle(self, *args: Any, tickets: int, **options: Any) -> None:
        try:
            made = load.load(at=timezone.now(), many=tickets, tell=self._tell)
        except load.NotEmpty:
            if Desk.current().is_demo:
                self.stdout.write(f"there already, {Ticket.objects.count()} tickets")
            else:
                self.stdout.write("left out: this desk has staff or tickets of its own")
            return
        self.stdout.write(f"{made} tickets of {load.DAYS} days")

    def _tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
