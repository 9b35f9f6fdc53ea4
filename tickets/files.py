"""Files from outside: kept under random names, typed by their bytes, given out as downloads.

Nothing of the sender’s decides anything here. The name is cleaned, the type
is read from the first bytes, the place is a random key in a storage that no
server serves. What is shown inline is only ever a picture that we drew
ourselves, from the pixels of theirs.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, Http404
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from supportdesk import hold
from supportdesk.lib import csp
from supportdesk.models import User
from tickets.errors import TicketError
from tickets.file_names import clean_name
from tickets.file_types import HEAD_BYTES, type_of
from tickets.models import Attachment
from tickets.pictures import Bomb, preview_of

log = logging.getLogger(__name__)

#: A file without a row is left alone this long: its row may still be on its way.
ORPHAN_AFTER = timedelta(hours=24)
_PREVIEW_TYPE = "image/webp"


class FileRefused(TicketError):
    """The file is not taken; the text says which rule it met."""


# --- Taking --------------------------------------------------------------------------------------


def store(
    upload: "UploadedFile[Any]",
    *,
    user: User | None = None,
    session: str = "",
    held_for: str = "",
    field_key: str = "",
    at: datetime,
) -> Attachment:
    """Keep an uploaded file until the message it is for claims it.

    Raises FileRefused when it breaks a rule, by itself or with those that the
    same holder already holds for the same form.
    """
    return _keep(
        upload,
        upload.name or "",
        upload.size or 0,
        user=user,
        session=session,
        held_for=held_for,
        field_key=field_key,
        at=at,
    )


def store_bytes(
    content: bytes,
    name: str,
    *,
    user: User | None = None,
    session: str = "",
    held_for: str = "",
    field_key: str = "",
    at: datetime,
) -> Attachment:
    """Keep a file that came another way, out of a mail for example. As ``store``."""
    return _keep(
        ContentFile(content),
        name,
        len(content),
        user=user,
        session=session,
        held_for=held_for,
        field_key=field_key,
        at=at,
    )


def _keep(
    content: "File[Any]",
    sent_name: str,
    size: int,
    *,
    user: User | None,
    session: str,
    held_for: str,
    field_key: str,
    at: datetime,
) -> Attachment:
    name = clean_name(sent_name)
    _refuse_size(name, size)
    if user or session:
        beside = Attachment.objects.held_by(user=user, session=session).filter(held_for=held_for)
        _refuse_too_many(name, size, beside.values_list("size_bytes", flat=True))
    content.seek(0)
    head = content.read(HEAD_BYTES)
    content_type = type_of(head)
    preview, width, height = _picture(content, content_type, name, size)
    digest = _sha256(content)
    key = _write(content)
    preview_key = _write(ContentFile(preview)) if preview else ""
    return Attachment.objects.create(
        held_by=user,
        held_session="" if user else session,
        held_for=held_for,
        field_key=field_key,
        name=name,
        content_type=content_type,
        size_bytes=size,
        sha256=digest,
        storage_key=key,
        preview_key=preview_key,
        width=width,
        height=height,
        created_at=at,
    )


def _refuse_size(name: str, size: int) -> None:
    if size == 0:
        raise FileRefused(_("“%(name)s” is empty. Choose it again.") % {"name": name})
    if size > settings.FILE_LIMIT_BYTES:
        raise FileRefused(
            _("“%(name)s” is too large. A file can have up to %(limit)s.")
            % {"name": name, "limit": filesizeformat(settings.FILE_LIMIT_BYTES)}
        )


def _refuse_too_many(name: str, size: int, held: Any) -> None:
    sizes = list(held)
    if len(sizes) >= settings.MESSAGE_FILES_LIMIT:
        raise FileRefused(
            _("“%(name)s” is one too many: %(limit)s files go with one message.")
            % {"name": name, "limit": settings.MESSAGE_FILES_LIMIT}
        )
    if sum(sizes) + size > settings.MESSAGE_FILES_LIMIT_BYTES:
        raise FileRefused(
            _("With “%(name)s” it would be more than %(limit)s in one message.")
            % {"name": name, "limit": filesizeformat(settings.MESSAGE_FILES_LIMIT_BYTES)}
        )


def _picture(
    content: IO[bytes] | Any, content_type: str, name: str, size: int
) -> tuple[bytes | None, int | None, int | None]:
    content.seek(0)
    try:
        return preview_of(content, content_type, size_bytes=size)
    except Bomb as bomb:
        raise FileRefused(
            _("“%(name)s” unpacks to %(millions)s million pixels. Send a smaller picture.")
            % {"name": name, "millions": bomb.pixels // 1_000_000}
        ) from bomb


def _sha256(content: "File[Any]") -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _write(content: "File[Any]") -> str:
    """Write it under a new random key, on the disk for good, and return the key."""
    name = secrets.token_hex(16)
    content.seek(0)
    key = default_storage.save(f"{name[:2]}/{name}", content)
    try:
        path = Path(default_storage.path(key))
    except NotImplementedError:
        return key  # An object store has it when it says so.
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return key


# --- Giving out ----------------------------------------------------------------------------------


def as_download(attachment: Attachment) -> FileResponse:
    """Answer with the file as it came: to be saved, never to be opened here.

    Whoever calls has checked that the person may have it.
    """
    return _answer(attachment.storage_key, "application/octet-stream", attachment.name)


def as_preview(attachment: Attachment) -> FileResponse:
    """Answer with our own picture of it, to be shown. 404 if it has none."""
    if not attachment.preview_key:
        raise Http404
    answer = _answer(attachment.preview_key, _PREVIEW_TYPE)
    answer["Content-Disposition"] = 'inline; filename="picture.webp"'
    return answer


def _answer(key: str, content_type: str, download_name: str = "") -> FileResponse:
    try:
        content = default_storage.open(key)
    except FileNotFoundError as gone:
        log.exception("The file %s has a row and no bytes", key)
        raise Http404 from gone
    answer = FileResponse(
        content,
        content_type=content_type,
        as_attachment=bool(download_name),
        filename=download_name,
    )
    answer["Content-Security-Policy"] = csp.FILE
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


# --- Letting go ----------------------------------------------------------------------------------


def let_go(attachment: Attachment) -> None:
    """Delete a held file: its row, then its bytes. One that was sent meanwhile stays."""
    with transaction.atomic():
        if Attachment.objects.filter(pk=attachment.pk, message=None).delete()[0]:
            _delete_after_commit(attachment)


def sweep(*, at: datetime) -> int:
    """Delete what was held and forgotten, and bytes that no row knows. Returns how many.

    Nothing on hold: after a restore the rows may be older than the files.
    """
    if hold.is_held():
        return 0
    with transaction.atomic():
        forgotten = list(
            Attachment.objects.forgotten(at=at).select_for_update(skip_locked=True)[:1000]
        )
        Attachment.objects.filter(pk__in=[one.pk for one in forgotten]).delete()
        for attachment in forgotten:
            _delete_after_commit(attachment)
    return len(forgotten) + _sweep_orphans(at=at)


def _delete_after_commit(attachment: Attachment) -> None:
    for key in filter(None, (attachment.storage_key, attachment.preview_key)):
        transaction.on_commit(lambda key=key: default_storage.delete(key))  # type: ignore[misc]


def _sweep_orphans(*, at: datetime) -> int:
    swept = 0
    for keys in _folders():
        rows = Attachment.objects.filter(storage_key__in=keys) | Attachment.objects.filter(
            preview_key__in=keys
        )
        known = {key for pair in rows.values_list("storage_key", "preview_key") for key in pair}
        for key in keys:
            if key not in known and default_storage.get_modified_time(key) < at - ORPHAN_AFTER:
                default_storage.delete(key)
                swept += 1
    return swept


def _folders() -> Iterator[list[str]]:
    """Yield the keys that are on the disk, folder by folder (there are at most 256)."""
    try:
        folders, _files = default_storage.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        if len(folder) == 2:
            _deeper, names = default_storage.listdir(folder)
            yield [f"{folder}/{name}" for name in names if len(name) == 32]
