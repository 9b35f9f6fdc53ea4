"""Files from outside: what is taken, where it is kept, how it is given out, when it goes."""

import io
import re
import stat
import struct
import time
import uuid
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from tests.factories import NOW, make_ticket
from tickets import files
from tickets.file_names import clean_name
from tickets.file_types import type_of
from tickets.files import FileRefused
from tickets.models import Attachment
from tickets.tasks import sweep_files


def a_picture(width: int = 40, height: int = 30, kind: str = "PNG", **said: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind, **said)
    return out.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of some kilobytes that unpacks to ``width`` × ``height`` pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    pixels = zlib.compress(b"\x00" * ((width // 8 + 1) * height), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def kept() -> Iterator[Path]:
    return (path for path in Path(default_storage.path("")).rglob("*") if path.is_file())


def content_of(answer: Any) -> bytes:
    content = b"".join(answer.streaming_content)
    answer.file_to_stream.close()
    return content


# --- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("rim.jpg", "rim.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\noor\\rim.jpg", "rim.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("  two   spaces .pdf ", "two spaces .pdf"),
        ('"quoted"<b>.html', "_quoted__b_.html"),
        ("Rechnung für Zoë.pdf", "Rechnung für Zoë.pdf"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
    ],
)
def test_names_cannot_mislead_or_escape(sent: str, shown: str) -> None:
    assert clean_name(sent) == shown


# --- Types ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (a_picture(), "image/png"),
        (a_picture(kind="JPEG"), "image/jpeg"),
        (a_picture(kind="GIF"), "image/gif"),
        (a_picture(kind="WEBP"), "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"MZ\x90\x00", "application/x-msdownload"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b"#!/bin/sh\n", "text/plain"),
        ("Grüße".encode(), "text/plain"),
        (b"\x00\x01\x02", "application/octet-stream"),
        (b"\xff\xfe", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
def test_the_type_is_in_the_bytes(head: bytes, media_type: str) -> None:
    assert type_of(head[:4096]) == media_type


def test_a_file_that_lies_is_what_it_is(db: None) -> None:
    page = SimpleUploadedFile("cat.png", b"<script>alert(1)</script>", content_type="image/png")

    file = files.store(page, session="s", at=NOW)

    assert (file.content_type, file.preview_key) == ("text/plain", "")
    svg = files.store_bytes(b"<svg onload='alert(1)'/>", "cat.svg", at=NOW)
    assert (svg.content_type, svg.preview_key) == ("text/plain", "")


# --- Where they are kept -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["shell.php", ".htaccess", "../../x.py", "a.jpg", "a\x00.sh"])
def test_nothing_of_the_name_is_in_the_place(db: None, name: str) -> None:
    file = files.store_bytes(a_picture(), name, at=NOW)

    for key in (file.storage_key, file.preview_key):
        assert re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{30}", key)
        assert stat.S_IMODE(Path(default_storage.path(key)).stat().st_mode) == 0o600
    assert len(list(kept())) == 2
    assert (file.size_bytes, len(file.sha256)) == (len(a_picture()), 64)


# --- Limits --------------------------------------------------------------------------------------


def test_every_rule_says_its_name(db: None, settings: Settings) -> None:
    settings.FILE_LIMIT_BYTES = 10
    settings.MESSAGE_FILES_LIMIT = 3
    settings.MESSAGE_FILES_LIMIT_BYTES = 25

    def keep(size: int, form: str = "form:1") -> Attachment:
        return files.store_bytes(b"x" * size, "a.txt", session="s", held_for=form, at=NOW)

    with pytest.raises(FileRefused, match=r"“a\.txt” is empty"):
        keep(0)
    with pytest.raises(FileRefused, match="A file can have up to 10"):
        keep(11)
    keep(10), keep(10)
    with pytest.raises(FileRefused, match="more than 25"):
        keep(6)
    keep(5)
    with pytest.raises(FileRefused, match="one too many: 3 files"):
        keep(1)
    keep(1, form="form:2")
    assert Attachment.objects.count() == len(list(kept())) == 4


@pytest.mark.parametrize("side", [9_000, 30_000])
def test_a_bomb_is_refused_at_once(db: None, side: int) -> None:
    bomb = a_bomb(side, side)
    assert len(bomb) < 200_000
    begun = time.monotonic()

    with pytest.raises(FileRefused, match=f"unpacks to {side * side // 1_000_000} million pixels"):
        files.store_bytes(bomb, "bomb.png", at=NOW)

    assert time.monotonic() - begun < 1
    assert list(kept()) == []


def test_a_huge_honest_photo_is_kept_without_a_preview(db: None) -> None:
    """A camera’s 30 million pixels: the header says so, the bytes are many."""
    head = a_bomb(6_000, 5_000)
    photo = head + b"\x00" * 400_000

    file = files.store_bytes(photo, "photo.png", at=NOW)

    assert (file.width, file.height, file.preview_key) == (6_000, 5_000, "")


@pytest.mark.parametrize("cut", [9, 30, 60])
def test_a_broken_picture_is_kept_as_it_is(db: None, cut: int) -> None:
    file = files.store_bytes(a_picture()[:cut], "torn.png", at=NOW)

    assert (file.content_type, file.preview_key) == ("image/png", "")


# --- Previews ------------------------------------------------------------------------------------


def test_a_preview_is_our_own_picture_and_tells_nothing_else(db: None) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # held upright
    photo = a_picture(400, 200, "JPEG", exif=exif, comment=b"secret") + b"<script>behind</script>"

    file = files.store_bytes(photo, "rim.jpg", at=NOW)

    assert (file.width, file.height) == (400, 200)
    preview = content_of(files.as_preview(file))
    assert not any(secret in preview for secret in (b"home", b"secret", b"script", b"Exif"))
    with Image.open(io.BytesIO(preview)) as image:
        assert (image.format, image.size) == ("WEBP", (200, 400))


def test_a_preview_is_never_large(db: None) -> None:
    file = files.store_bytes(a_picture(4000, 3000, "JPEG"), "rim.jpg", at=NOW)

    with Image.open(io.BytesIO(content_of(files.as_preview(file)))) as image:
        assert image.size == (1600, 1200)


# --- Giving out ----------------------------------------------------------------------------------


def test_the_original_is_only_ever_saved(db: None) -> None:
    page = b"<script>alert(1)</script>"
    file = files.store_bytes(page, "Grüße; a.html", at=NOW)

    answer = files.as_download(file)

    assert answer["Content-Type"] == "application/octet-stream"
    assert (
        answer["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe%3B%20a.html"
    )
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert content_of(answer) == page


def test_only_a_preview_is_shown(db: None) -> None:
    picture = files.store_bytes(a_picture(), "rim.png", at=NOW)
    answer = files.as_preview(picture)
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Disposition"] == 'inline; filename="picture.webp"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert content_of(answer)[8:12] == b"WEBP"

    with pytest.raises(Http404):
        files.as_preview(files.store_bytes(b"<svg/>", "rim.svg", at=NOW))


def test_bytes_that_are_gone_are_a_404_and_a_line_in_the_log(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    file = files.store_bytes(b"x", "x.txt", at=NOW)
    default_storage.delete(file.storage_key)

    with pytest.raises(Http404):
        files.as_download(file)

    assert "has a row and no bytes" in caplog.text


# --- Before they are here ------------------------------------------------------------------------


def sent(client: Client, *sizes: int) -> Any:
    key = str(uuid.uuid4())
    uploads = [SimpleUploadedFile(f"f{n}.bin", b"x" * size) for n, size in enumerate(sizes)]
    return client.post("/submit/", {"key": key, "text": "My words.", "uploads": uploads})


def test_a_file_stops_growing_at_its_limit_and_is_refused_by_name(
    client: Client, db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FILE_LIMIT_BYTES = 200_000
    sizes: list[int | None] = []
    keep = files.store
    monkeypatch.setattr(files, "store", lambda f, **said: (sizes.append(f.size), keep(f, **said)))

    page = sent(client, 2_000_000, 10).text

    assert "“f0.bin” is too large. A file can have up to 195.3\xa0KB." in page
    assert "<b>f1.bin</b>" in page
    assert "My words." in page
    assert sizes[0] is not None
    assert 200_000 < sizes[0] <= 200_000 + 64 * 1024
    assert sizes[1] == 10


def test_a_flood_is_not_read_to_its_end(client: Client, db: None, settings: Settings) -> None:
    settings.MESSAGE_FILES_LIMIT_BYTES = 100_000

    assert sent(client, 390_000).status_code == 200
    assert sent(client, 200_000, 210_000).status_code == 400
    assert not any(kept())


# --- Held, sent, forgotten -----------------------------------------------------------------------


def test_one_upload_at_a_time_for_the_script(client: Client, db: None) -> None:
    key = str(uuid.uuid4())

    def upload(content: bytes, **said: str) -> Any:
        file = SimpleUploadedFile("rim.txt", content)
        return client.post("/submit/files/", {"file": file, "key": key, **said})

    taken = upload(b"dent", field="photo")
    assert taken.status_code == 201
    assert "rim.txt" in taken.text
    refused = upload(b"")
    assert (refused.status_code, refused.text) == (422, "“rim.txt” is empty. Choose it again.")
    held = Attachment.objects.get()
    assert (held.held_for, held.field_key) == (f"form:{key}", "photo")

    other = Client()
    other.post("/submit/files/remove/", {"remove": str(held.pk), "key": key})
    assert Attachment.objects.exists()
    client.post("/submit/files/remove/", {"remove": str(held.pk), "key": str(uuid.uuid4())})
    assert Attachment.objects.exists()
    client.post("/submit/files/remove/", {"remove": "nonsense", "key": key})
    assert client.post("/submit/files/remove/", {"remove": held.pk, "key": key}).status_code == 204
    assert not Attachment.objects.exists()


def test_uploads_of_one_network_are_limited(db: None, settings: Settings) -> None:
    settings.FORM_LIMIT_PER_NETWORK = (1, 3600)
    settings.MESSAGE_FILES_LIMIT = 2

    def upload() -> int:
        said = {"file": SimpleUploadedFile("a.txt", b"a"), "key": str(uuid.uuid4())}
        return Client().post("/submit/files/", said).status_code

    assert [upload() for _ in range(3)] == [201, 201, 429]


@pytest.mark.django_db(transaction=True)
def test_what_was_held_and_forgotten_goes_and_what_was_sent_stays() -> None:
    day = timedelta(days=1)
    sent = files.store_bytes(a_picture(), "sent.png", at=NOW)
    make_ticket(files=[sent])
    forgotten = files.store_bytes(a_picture(), "forgotten.png", session="s", at=NOW)
    fresh = files.store_bytes(b"x", "fresh.txt", session="s", at=NOW + day)

    assert files.sweep(at=NOW + day) == 0
    assert files.sweep(at=NOW + day + timedelta(seconds=1)) == 1

    assert {str(file) for file in Attachment.objects.all()} == {"sent.png", "fresh.txt"}
    assert {str(path)[-35:] for path in kept()} == {
        sent.storage_key, sent.preview_key, fresh.storage_key,
    }  # fmt: skip
    assert not default_storage.exists(forgotten.storage_key)


@pytest.mark.django_db(transaction=True)
def test_bytes_without_a_row_go_after_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    file = files.store_bytes(b"x", "x.txt", at=NOW)
    Attachment.objects.all().delete()
    written = default_storage.get_modified_time(file.storage_key)

    monkeypatch.setattr("django.utils.timezone.now", lambda: written + timedelta(hours=23))
    sweep_files()
    assert len(list(kept())) == 1
    monkeypatch.setattr("django.utils.timezone.now", lambda: written + timedelta(hours=25))
    sweep_files()
    assert list(kept()) == []
