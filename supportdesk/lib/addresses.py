"""Read the addresses of servers, and limits, from the environment’s one-line form."""

from pathlib import Path
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


def file_storage(url: str, folder: Path) -> dict[str, Any]:
    """Return Django’s settings for the files: in ``folder``, or where ``url`` says.

    ``s3://KEY:SECRET@HOST/BUCKET?region=REGION`` is any store that speaks S3;
    ``&tls=0`` is for one on this machine. Nothing in it is public, and nothing
    is written over.
    """
    if not url:
        modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, **modes},
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    scheme = "http" if options.get("tls") == "0" else "https"
    if parts.scheme != "s3" or not parts.hostname or not parts.path.strip("/"):
        raise ValueError("STORAGE_URL is s3://KEY:SECRET@HOST/BUCKET?region=REGION")
    port = f":{parts.port}" if parts.port else ""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "endpoint_url": f"{scheme}://{parts.hostname}{port}",
            "bucket_name": parts.path.strip("/"),
            "region_name": options.get("region"),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": False,
            # Beyond this a file that is read lies in a temporary one, not in memory.
            "max_memory_size": 1024 * 1024,
        },
    }


def limit(text: str) -> tuple[int, int]:
    """Return how often in how many seconds: ``600/3600``."""
    times, seconds = text.split("/")
    return int(times), int(seconds)
