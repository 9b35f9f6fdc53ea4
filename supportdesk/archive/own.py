"""An archive of our own, taken in: the same rows with the same ids, or none in their place."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction

from supportdesk.archive import cells, copying, places
from supportdesk.archive.lines import Line, Lines
from supportdesk.archive.people import in_words
from supportdesk.archive.refused import Refused, Report
from supportdesk.archive.tables import FORMAT, TABLES, Table
from supportdesk.models import Desk, User

BATCH = 1000
#: Storage keys as we make them; nothing else is ever a path.
_KEY = re.compile(r"(?:[0-9a-f]{2}|logo)/[0-9a-f.]{1,80}(?:png|webp)?")


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """Return the manifest if this is an archive of our own."""
    try:
        told = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and told.get("format") == FORMAT else None


def take(folder: Path, manifest: dict[str, Any], report: Report) -> Iterator[tuple[str, float]]:
    """Import table by table. Yields what is being read, and how much of it is."""
    _take_desk(manifest.get("desk"), report)
    for table in TABLES:
        lines = Lines(folder, table.file, report)
        coming = iter(lines)
        while batch := list(islice(coming, BATCH)):
            _Batch(table, lines.name, report).take_with_care(batch)
            yield table.file.replace("_", " "), lines.share
    _take_files(folder, report)


@dataclass
class _Read:
    """A line, and the row in it."""

    line: Line
    values: dict[str, Any]


class _Batch:
    """Some lines of one table, written together; alone if the database refuses one of them."""

    def __init__(self, table: Table, file: str, report: Report) -> None:
        self._table = table
        self._file = file
        self._report = report
        self._fields = cells.columns(table.model, table.left_out)
        self._pk = next(field for field in self._fields if field.primary_key)

    def take_with_care(self, lines: Sequence[Line]) -> None:
        rows = []
        for line in lines:
            try:
                rows.append(_Read(line, self._read(line)))
            except Refused as reason:
                self._report.refuse(self._file, line.number, reason)
        try:
            with self._trying():
                self._take(rows)
        except DatabaseError:
            for row in rows:
                try:
                    with self._trying():
                        self._take([row])
                except DatabaseError as reason:
                    self._report.refuse(self._file, row.line.number, in_words(reason))

    @contextmanager
    def _trying(self) -> Iterator[None]:
        whole, self._report = self._report, Report()
        try:
            with transaction.atomic():
                yield
            whole.take_over(self._report)
        finally:
            self._report = whole

    def _read(self, line: Line) -> dict[str, Any]:
        said = line.said.get("desk")
        if not isinstance(said, dict):
            raise Refused("“desk” is missing: this is no line of an archive of ours")
        values = {}
        for field in self._fields:
            # A desk that was older when it wrote this knew fewer columns.
            if field.attname not in said and field.has_default():
                values[field.attname] = field.get_default()
            else:
                values[field.attname] = cells.read(field, said.get(field.attname))
        return values

    def _take(self, rows: Sequence[_Read]) -> None:
        there = self._there(rows)
        known = self._references(rows)
        new: dict[Any, dict[str, Any]] = {}
        found: list[int] = []
        for row in self._parents_first(rows):
            pk = row.values[self._pk.attname]
            try:
                self._check(row.values, there.get(pk), known, is_double=pk in new)
            except Refused as reason:
                self._report.refuse(self._file, row.line.number, reason)
                continue
            if pk in there:
                self._report.there[self._file] += 1
            else:
                new[pk] = row.values
            found.append(pk)
            known[self._table.file][pk] = pk
        self._write(list(new.values()))
        if isinstance(self._pk, models.IntegerField):
            noted = places.find(self._table.file, found)
            places.keep(self._table.file, ((pk, pk) for pk in found if pk not in noted))
        self._report.added[self._file] += len(new)

    def _parents_first(self, rows: Sequence[_Read]) -> list[_Read]:
        """Topics stand in a tree, whose branches may have come before their root."""
        above = [one.attname for one in self._fields if _file_of(one) == self._table.file]
        left, ordered = list(rows), []
        while above and left:
            ids = {row.values["id"] for row in left}
            free = [row for row in left if not any(row.values[name] in ids for name in above)]
            if not free:
                break
            ordered += free
            left = [row for row in left if row not in free]
        return ordered + left

    def _there(self, rows: Sequence[_Read]) -> dict[Any, dict[str, Any]]:
        manager = self._table.model._default_manager  # noqa: SLF001 -- Django’s documented API
        found = manager.in_bulk([row.values[self._pk.attname] for row in rows])
        return {pk: cells.told(row, self._fields) for pk, row in found.items()}

    def _references(self, rows: Sequence[_Read]) -> dict[str, dict[int, int]]:
        wanted: dict[str, set[int]] = defaultdict(set)
        for field in self._fields:
            if file := _file_of(field):
                wanted[file] |= {
                    row.values[field.attname]
                    for row in rows
                    if isinstance(row.values[field.attname], int)
                }
        known = {file: places.find(file, ids) for file, ids in wanted.items()}
        known.setdefault(self._table.file, {})
        return known

    def _check(
        self,
        values: dict[str, Any],
        there: dict[str, Any] | None,
        known: dict[str, dict[int, int]],
        *,
        is_double: bool,
    ) -> None:
        """Raises Refused if the row would stand in for another, or lean on one that is not ours."""
        if is_double:
            raise Refused("there is the same id before")
        for field in self._fields:
            value, file = values[field.attname], _file_of(field)
            if file and isinstance(value, int) and value not in known[file]:
                raise Refused(f"“{field.attname}” {value} is not in this archive, or was refused")
        if there is not None and there != cells.plain(values):
            raise Refused("this desk has another of this id, or has changed it since")

    def _write(self, new: Sequence[dict[str, Any]]) -> None:
        if not new:
            return
        names = [field.attname for field in self._fields]
        if self._table.model is User:
            new = [row | {"password": "!", "last_login": None} for row in new]
            names += ["password", "last_login"]
        copying.copy(self._table.model, names, ([row[name] for name in names] for row in new))
        if isinstance(self._pk, models.IntegerField):
            copying.count_on_from(self._table.model, max(row["id"] for row in new))


def _file_of(field: Any) -> str:
    """Return the file that a column points into; a delivery’s own key is checked by Postgres."""
    if not isinstance(field, models.ForeignKey):
        return ""
    return next((one.file for one in TABLES if one.model is field.related_model), "")


def _take_desk(said: Any, report: Report) -> None:
    """Name, hours and colours, for a desk that nobody has set up yet; else they stay."""
    desk = Desk.objects.get(pk=1)
    if desk.set_up_at is not None or not isinstance(said, dict):
        return
    try:
        values = {
            field.attname: cells.read(field, said[field.attname])
            for field in cells.columns(Desk, frozenset({"id"}))
            if field.attname in said
        }
        if values.get("logo") and not _KEY.fullmatch(values["logo"]):
            raise Refused("“logo” is no place of a picture")  # noqa: TRY301 -- like the others
        with transaction.atomic():
            Desk.objects.filter(pk=1).update(**values)
    except (Refused, DatabaseError) as reason:
        report.refuse("manifest.json", 1, in_words(reason))


def _take_files(folder: Path, report: Report) -> None:
    """The bytes that rows of this desk name and that are not here yet."""
    root = folder / "files"
    for path in sorted(root.glob("*/*")) if root.is_dir() else []:
        key = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or not _KEY.fullmatch(key):
            report.refuse(f"files/{key}", 1, "this is no name that we give to a file")
        elif default_storage.exists(key):
            report.there["files"] += 1
        else:
            with path.open("rb") as source:
                default_storage.save(key, File(source))
            report.added["files"] += 1
