"""Fire timers without Celery: ``manage.py run_timers``."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from supportdesk import hold, timers


class Command(BaseCommand):
    help = "Fire due timers, once a second, until told to stop. Any number may run beside Celery."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="fire what is due now and end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{timers.run_due()} fired")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                hold.notice_a_move(at=timezone.now())
                timers.run_due(limit=50)
            except DatabaseError as reason:
                self.stderr.write(f"Postgres does not answer; trying again: {reason}")
                close_old_connections()
            stop.wait(1)
