"""This desk as an archive: all of it that a ticket’s history needs, at one instant."""

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from supportdesk.archive import cells, copying
from supportdesk.archive.tables import FORMAT, TABLES, Table
from supportdesk.models import Desk
from tickets.models import Attachment

AT_ONCE = 1000
#: Hears the name of each file and how many lines it has.
Told = Callable[[str, int], None]


class NotEmpty(Exception):
    """The folder holds something already; nothing is overwritten."""


def write(folder: Path, *, at: datetime, tell: Told) -> None:
    """Write the archive into ``folder``, which is made, or empty. Raises NotEmpty.

    The manifest comes last: a folder without one is no whole archive.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise NotEmpty(f"{folder} holds something already. Choose an empty folder.")
    is_outermost = not connection.in_atomic_block
    with copying.patiently(), transaction.atomic():
        if is_outermost:
            # Everything as it was at one instant, whatever people do meanwhile.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        many = {table.file: _write(folder, table, tell) for table in TABLES}
        many["files"] = _copy_files(folder)
        desk = cells.told(Desk.objects.get(pk=1), cells.columns(Desk, frozenset()))
    manifest = {"format": FORMAT, "made_at": at.isoformat(), "lines": many, "desk": desk}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
    tell("files", many["files"])


def _write(folder: Path, table: Table, tell: Told) -> int:
    fields = cells.columns(table.model, table.left_out)
    many = 0
    with gzip.open(
        folder / f"{table.file}.jsonl.gz", "wt", compresslevel=4, encoding="utf-8"
    ) as out:
        for row in table.queryset().iterator(chunk_size=AT_ONCE):
            said: dict[str, Any] = table.neutral(row) if table.neutral else {}
            said["desk"] = cells.told(row, fields)
            out.write(json.dumps(said, ensure_ascii=False) + "\n")
            many += 1
    tell(table.file, many)
    return many


def _copy_files(folder: Path) -> int:
    """The bytes of attachments, their previews and the logo, under the keys they have."""
    attached = Attachment.objects.filter(message__isnull=False).order_by("pk")
    keys = attached.values_list("storage_key", "preview_key").iterator(chunk_size=AT_ONCE)
    many = 0
    for key in (*(one for pair in keys for one in pair), Desk.objects.get(pk=1).logo):
        if key and default_storage.exists(key):
            place = folder / "files" / key
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with default_storage.open(key) as source, place.open("wb") as target:
                shutil.copyfileobj(source, target)
            many += 1
    return many
