"""Files that somebody without an account uploaded and has not sent yet.

They are bound to the browser’s session and to one form by its random key, so
that an error, a reload or a browser without JavaScript loses none, and so that
nobody finds or fills another’s.
"""

import re
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from tickets import files
from tickets.models import Attachment
from tickets.models.attachment import AttachmentQuerySet

_SESSION_KEY = "holds-files"
_MB = 1024 * 1024
_FIELD_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


def of_form(request: HttpRequest, key: uuid.UUID) -> AttachmentQuerySet:
    """Return what this browser uploaded for the form with ``key``. Writes nothing."""
    held = Attachment.objects.held_by(session=request.session.get(_SESSION_KEY, ""))
    return held.filter(held_for=_held_for(key))


def hold(
    request: HttpRequest,
    upload: "UploadedFile[Any]",
    *,
    key: uuid.UUID,
    field_key: str = "",
    at: datetime,
) -> Attachment:
    """Keep a file for the form with ``key``. Raises FileRefused.

    ``field_key`` is what the browser calls the field; one that no question has is none.
    """
    session = request.session.setdefault(_SESSION_KEY, secrets.token_hex(16))
    return files.store(
        upload,
        session=session,
        held_for=_held_for(key),
        field_key=field_key if _FIELD_KEY.fullmatch(field_key) else "",
        at=at,
    )


def move(request: HttpRequest, key: uuid.UUID, *, to: uuid.UUID) -> uuid.UUID:
    """Give what was uploaded for one form to another, and return that one’s key."""
    of_form(request, key).update(held_for=_held_for(to))
    return to


def limits() -> dict[str, float]:
    """What one message can carry, for pages to say before anybody uploads."""
    return {
        "count": settings.MESSAGE_FILES_LIMIT,
        "each": settings.FILE_LIMIT_BYTES,
        "each_mb": settings.FILE_LIMIT_BYTES / _MB,
        "together_mb": settings.MESSAGE_FILES_LIMIT_BYTES / _MB,
    }


def too_much(held: Sequence[Attachment]) -> str:
    """Say it when the files together are over the limit: they may have come all at once."""
    if len(held) > settings.MESSAGE_FILES_LIMIT:
        return _("These are %(n)s files; %(limit)s go with one message. Remove some.") % {
            "n": len(held),
            "limit": settings.MESSAGE_FILES_LIMIT,
        }
    if sum(file.size_bytes for file in held) > settings.MESSAGE_FILES_LIMIT_BYTES:
        return _("Together they have more than %(limit)s. Remove some.") % {
            "limit": filesizeformat(settings.MESSAGE_FILES_LIMIT_BYTES)
        }
    return ""


def remove(request: HttpRequest, key: uuid.UUID, file_id: str) -> None:
    """Delete one of this browser’s held files; somebody else’s is not found and stays."""
    try:
        wanted = uuid.UUID(file_id)
    except ValueError:
        return
    held = of_form(request, key).filter(pk=wanted).first()
    if held:
        files.let_go(held)


def _held_for(key: uuid.UUID) -> str:
    return f"form:{key}"
