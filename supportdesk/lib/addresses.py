"""Read the addresses of servers, and limits, from the environment’s one-line form."""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

SESSION_SETTINGS = "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=60000"


def database(url: str) -> dict[str, Any]:
    """Return Django’s settings for ``postgres://user:password@host:port/name``.

    ``?host=/path`` names a socket’s folder. Connections live for a minute and
    are asked before use whether they are still there.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": host,
        "PORT": str(parts.port or options.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "options": SESSION_SETTINGS, **options},
    }


class MailServer(NamedTuple):
    """Where outgoing mail goes. ``tls`` is ``""``, ``"starttls"`` or ``"implicit"``."""

    host: str
    port: int
    user: str
    password: str
    tls: str


def mail_server(url: str) -> MailServer:
    """Return the server that ``smtp://`` (``smtp+tls://``, ``smtps://``) names."""
    parts = urlsplit(url)
    tls = {"smtp": "", "smtp+tls": "starttls", "smtps": "implicit"}[parts.scheme]
    return MailServer(
        host=parts.hostname or "localhost",
        port=parts.port or (465 if tls == "implicit" else 587 if tls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
    )


def limit(text: str) -> tuple[int, int]:
    """Return how often in how many seconds: ``600/3600``."""
    times, seconds = text.split("/")
    return int(times), int(seconds)
