"""``manage.py upgrade``: what runs once before a new version starts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from supportdesk import upgrade
from supportdesk.bootstrap.say import step


class Command(BaseCommand):
    help = "Back up and migrate, if there is something to migrate. Run it before a new version."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-backup", action="store_true")

    def handle(self, *args: Any, without_backup: bool, **options: Any) -> None:
        try:
            with step("Tables") as current:
                done = upgrade.bring_up_to_date(tell=current.doing, backs_up=not without_backup)
                current.outcome = outcome(done)
        except upgrade.UpgradeFailed as failed:
            raise CommandError(str(failed)) from None
        if "cache" not in connection.introspection.table_names():
            call_command("createcachetable", verbosity=0)


def outcome(done: upgrade.Done) -> str:
    if not done.migrations:
        return "up to date"
    backup = f", backed up to {done.backup}" if done.backup else ""
    return f"{done.migrations} migrations applied{backup}"
