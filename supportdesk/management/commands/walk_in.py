"""The ways into a trial desk, printed."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from supportdesk.models import OneTimeLink, Role, User

WALK_IN_LASTS = timedelta(minutes=15)
SET_UP_LASTS = timedelta(days=1)


class Command(BaseCommand):
    help = "Print the addresses of a trial desk, with fresh one-time links to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default=settings.PUBLIC_BASE_URL)

    def handle(self, *args: Any, base_url: str, **options: Any) -> None:
        has_admin = User.objects.filter(role=Role.ADMIN, is_active=True).exists()
        if not settings.TRIAL and has_admin:
            raise CommandError(
                "Walk-in links are for the trial desk. People sign in with passwords."
            )
        at = timezone.now()
        ways = [("Customer form", reverse("submit"))]
        if has_admin:
            ways += _walk_in(at) or [("Sign in", reverse("account_login"))]
        else:
            ways.append(("Set it up (once)", _set_up(at)))
        if settings.TRIAL:
            ways.append(("Its mail", reverse("demo:mailbox")))
        for words, path in ways:
            self.stdout.write(f"  {words:<18}{base_url.rstrip('/')}{path}")


def _walk_in(at: datetime) -> list[tuple[str, str]]:
    """Issue one link for each role; those of an earlier start no longer work."""
    OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.WALK_IN).delete()
    return [
        (f"As {_an(role)}", _issue(OneTimeLink.Purpose.WALK_IN, user, WALK_IN_LASTS, at))
        for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
        if (user := _demo_person(role))
    ]


def _demo_person(role: Role) -> User | None:
    """The one with the most colleagues around them has the most to show."""
    people = User.objects.filter(role=role, is_demo=True, is_active=True)
    return people.order_by("teams__name", "pk").first()


def _set_up(at: datetime) -> str:
    OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SET_UP).delete()
    return _issue(OneTimeLink.Purpose.SET_UP, None, SET_UP_LASTS, at)


def _issue(purpose: OneTimeLink.Purpose, user: User | None, lasts: timedelta, at: datetime) -> str:
    _link, token = OneTimeLink.issue(purpose=purpose, user=user, lasts=lasts, at=at)
    page = "demo:walk_in" if purpose == OneTimeLink.Purpose.WALK_IN else "setup:first"
    return reverse(page, args=[token])


def _an(role: Role) -> str:
    return {"agent": "an agent", "supervisor": "a supervisor", "admin": "an admin"}[role]
