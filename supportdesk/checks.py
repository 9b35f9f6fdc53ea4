"""What production refuses to start with, each with what to do about it.

``manage.py check --deploy`` runs these, and so does the start of the web
process (``wsgi``): nobody has to remember the command.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks  # noqa: A004
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from supportdesk.models import Desk, User

#: The first release of each line that mends the mail library’s header injection and friends.
PYTHON_FLOOR = {(3, 11): 15, (3, 12): 13, (3, 13): 12}
#: What ``./desk up`` puts before the secrets that it makes.
GENERATED = "trial-"
SHORTEST_SECRET = 50


@register(Tags.security, deploy=True)
def production_is_safe(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Say everything at once, so that nobody mends one and meets the next."""
    if settings.MODE == "test":
        return []
    return [found for look in _LOOKS for found in look()]


def refuse_unsafe_production() -> None:
    """Raise ImproperlyConfigured with every sentence, if this is production and not safe."""
    if settings.MODE != "production":
        return
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    ours = [one for one in found if (one.id or "").startswith("supportdesk.")]
    if wrong := [one for one in ours if not one.is_silenced()]:
        sentences = "\n".join(f"  {one.id}: {one.msg} {one.hint or ''}".rstrip() for one in wrong)
        raise ImproperlyConfigured(f"This desk does not start in production:\n{sentences}")


def _trial() -> Iterator[CheckMessage]:
    if settings.TRIAL:
        yield Error(
            "This is a trial desk: one-time links open it without a password.",
            hint="Set SUPPORTDESK_MODE=production.",
            id="supportdesk.E001",
        )


def _demo_data() -> Iterator[CheckMessage]:
    try:
        is_demo = Desk.objects.filter(is_demo=True).exists()
        has_demo_people = User.objects.filter(is_demo=True).exists()
    except DatabaseError:
        return  # without its tables no desk starts, and /readyz says so
    if is_demo or has_demo_people:
        yield Error(
            "The database holds the demo desk, with people who don’t exist.",
            hint="Begin with an empty database.",
            id="supportdesk.E002",
        )


def _debug() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error(
            "DEBUG shows strangers the inside of every error.",
            hint="Take DEBUG out of the environment.",
            id="supportdesk.E003",
        )


def _secret() -> Iterator[CheckMessage]:
    try:
        secret = settings.SECRET_KEY
    except ImproperlyConfigured:
        secret = ""
    how = "Set SECRET_KEY to what this prints: openssl rand -base64 60"
    if not secret:
        yield Error("There is no SECRET_KEY.", hint=how, id="supportdesk.E004")
    elif secret.startswith((GENERATED, "django-insecure-")):
        yield Error(
            "The SECRET_KEY was made for a trial desk, where others could read it.",
            hint=how,
            id="supportdesk.E005",
        )
    elif len(secret) < SHORTEST_SECRET or len(set(secret)) < 8:
        yield Error("The SECRET_KEY is too short to be a secret.", hint=how, id="supportdesk.E006")


def _addresses() -> Iterator[CheckMessage]:
    if urlsplit(settings.PUBLIC_BASE_URL).scheme != "https":
        yield Error(
            "PUBLIC_BASE_URL is not https: links in mails would be read on the way.",
            hint="Set it to the address in the browser, like https://help.example.com.",
            id="supportdesk.E007",
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS is open or empty.",
            hint="Set it to the name in PUBLIC_BASE_URL, like help.example.com.",
            id="supportdesk.E008",
        )


def _watchers() -> Iterator[CheckMessage]:
    if settings.ALIVE_URL and urlsplit(settings.ALIVE_URL).scheme not in {"http", "https"}:
        yield Error(
            "ALIVE_URL is no address that can be asked for.",
            hint="Set it to what the watching service gave you, like https://watch.example.com/ID.",
            id="supportdesk.E009",
        )
    place = settings.CERTIFICATE
    if place and not place.startswith("/") and not place.rpartition(":")[2].isdecimal():
        yield Error(
            "CERTIFICATE is neither a file nor host:port.",
            hint="Set it to a path that begins with /, or to host:port, like proxy:443.",
            id="supportdesk.E010",
        )


def _python() -> Iterator[CheckMessage]:
    version = sys.version_info
    floor = PYTHON_FLOOR.get((version.major, version.minor), 0)
    running = f"{version.major}.{version.minor}.{version.micro}"
    enough = f"{version.major}.{version.minor}.{max(floor, version.micro + 1)}"
    if version.micro < floor:
        said = f"Python {running} has known holes."
    elif not refuses_a_hostile_header():
        said = f"Python {running} writes a header that somebody smuggled into a mail."
    else:
        return
    yield Warning(said, hint=f"Install {enough} or newer.", id="supportdesk.W001")


class _Smuggled(str):
    """A header that brings a second one, and folds itself so that nobody else looks at it."""

    __slots__ = ()
    name = "X-Note"

    def fold(self, **kwargs: Any) -> str:
        return f"{self.name}: {self}"

    def fold_binary(self, **kwargs: Any) -> bytes:
        return self.fold().encode()


def refuses_a_hostile_header() -> bool:
    """Write such a mail, and look what becomes of it. Old Pythons write it as it is."""
    mail = EmailMessage(policy=SMTP)
    mail["X-Note"] = _Smuggled("hello\r\nBcc: victim@example.com\r\n")
    try:
        written = mail.as_bytes()
    except MessageError:
        return True
    return b"\nBcc:" not in written


_LOOKS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    _trial,
    _demo_data,
    _debug,
    _secret,
    _addresses,
    _watchers,
    _python,
)
