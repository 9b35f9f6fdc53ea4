"""``manage.py hold``: stop everything that the desk does by itself, before one works on its data."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from supportdesk import hold
from supportdesk.models import Hold


class Command(BaseCommand):
    help = "Put the desk on hold: nothing is sent, read or fired until an admin lifts it on screen."

    def handle(self, *args: Any, **options: Any) -> None:
        hold.begin(reason=Hold.Reason.BY_HAND, at=timezone.now())
        self.stdout.write("The desk is on hold. An admin lifts it in the set-up.")
