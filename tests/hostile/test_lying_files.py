"""Files that are not what they are called, through every way in, and out by every way out."""

import contextlib
import io
import struct
import time
import uuid
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import FileResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from supportdesk.lib import mime
from tests.access.world import make_world
from tests.hostile.payloads import payloads
from tests.tickets.desk.pages import note_data, reply_data
from tests.tickets.mail.mails import READER, make_mail
from tickets import files
from tickets.file_names import clean_name
from tickets.mail import intake, threads
from tickets.models import Attachment

pytestmark = pytest.mark.django_db

SCRIPT = b"<script>pwn(1)</script>"
ENDINGS = ("html", "svg", "js", "mjs", "svgz", "pdf", "swf", "wasm", "map", "xml", "php", "htaccess",
           "png", "css", "xhtml", "hta", "html.png", "jpg.js")  # fmt: skip
#: Types that a browser runs or draws by itself.
ACTIVE = ("html", "script", "svg", "xml", "css", "flash", "wasm", "pdf")


def a_picture(kind: str, **said: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (200, 30, 30)).save(out, kind, **said)
    return out.getvalue()


def lies() -> dict[str, bytes]:
    """Names with contents that are two things at once, or another than the name says."""
    pictures = {kind: a_picture(kind) for kind in ("PNG", "GIF", "JPEG", "WEBP")}
    found = {f"a.{ending}": SCRIPT for ending in ENDINGS}
    found |= {f"after-{kind}.html": content + SCRIPT for kind, content in pictures.items()}
    found |= {f"before-{kind}.svg": SCRIPT + content for kind, content in pictures.items()}
    found["gif.js"] = b"GIF89a/*" + pictures["GIF"][6:] + b"*/=1;pwn(1)//"
    found["said.jpg"] = a_picture("JPEG", comment=SCRIPT)
    found["pdf.js"] = b"%PDF-1.4\n" + SCRIPT
    found["zip.html"] = b"PK\x03\x04" + SCRIPT
    found["real.svg"] = b'<svg xmlns="http://www.w3.org/2000/svg" onload="pwn(1)"/>'
    return found


def test_whatever_is_sent_comes_back_as_a_download_or_as_our_own_picture() -> None:
    world = make_world()
    _send_by_every_way(world)
    sent = Attachment.objects.filter(message__ticket=world.ticket).exclude(name="order.pdf")
    ways = {f"{one.message.kind} by {one.message.via}" for one in sent if one.message}
    assert ways == {"customer by page", "customer by mail", "reply by desk", "note by desk"}
    assert sent.count() > 50

    wrong = []
    previews = 0
    for one in sent.select_related("message"):
        desk = reverse("desk:file", args=[one.pk])
        ours = reverse("your_ticket_file", args=[world.ticket.pk, one.pk])
        to_show = (("admin", f"{desk}?preview"), ("customer", f"{ours}picture/"))
        # By whatever way a file came, it is the same row afterwards: pictures of one way say all.
        is_by_page = one.message and (one.message.kind, one.message.via) == ("customer", "page")
        for role, address in (
            ("admin", desk),
            ("customer", ours),
            *(to_show if is_by_page else ()),
        ):
            answer: Any = world.clients[role].get(address)
            content = b"".join(answer) if answer.streaming else answer.content
            if answer.status_code != 200:
                continue
            is_ours = answer["Content-Type"] == "image/webp"
            previews += is_ours
            if not (is_ours or answer["Content-Disposition"].startswith("attachment;")):
                wrong.append(f"{one.name} is shown at {address}")
            if not is_ours and answer["Content-Type"] != "application/octet-stream":
                wrong.append(f"{one.name} is a {answer['Content-Type']} at {address}")
            if is_ours and (SCRIPT in content or not content.startswith(b"RIFF")):
                wrong.append(f"{one.name} is not our picture at {address}")
            if any(word in answer["Content-Type"] for word in ACTIVE):
                wrong.append(f"{one.name} is active at {address}")
            if answer["X-Content-Type-Options"] != "nosniff":
                wrong.append(f"{one.name} may be sniffed at {address}")
            if "sandbox" not in answer["Content-Security-Policy"]:
                wrong.append(f"{one.name} is in no sandbox at {address}")
    assert wrong == []
    assert previews > 10


def _send_by_every_way(world: Any) -> None:
    """Ten files to a message: as a customer on the page and by mail, in a reply and in a note."""
    ticket = world.ticket
    ticket.refresh_from_db()
    every = sorted(lies().items())
    by_mail = make_mail(
        "Files.",
        sender=ticket.identity.value,
        in_reply_to=threads.root_id(ticket),
        files=tuple(every),
    )
    intake.receive(by_mail, "desk@desk.example", at=timezone.now())
    assert intake.process_next(at=timezone.now(), reader=READER)
    for n in range(0, 30, 10):
        page = reverse("your_ticket_write", args=[ticket.pk])
        some = [SimpleUploadedFile(name, content) for name, content in every[n : n + 10]]
        data = {"text": f"Files {n}.", "key": str(uuid.uuid4()), "uploads": some}
        world.clients["customer"].post(page, data)
    ticket.refresh_from_db()
    client: Client = world.clients["agent"]
    for verb, data in (("reply", reply_data(ticket)), ("note", note_data())):
        some = [SimpleUploadedFile(name, content) for name, content in every[-8:]]
        client.post(reverse(f"desk:{verb}", args=[ticket.pk]), {**data, "files": some})
    ticket.messages.filter(kind="reply").update(release_at=timezone.now())


def test_no_name_of_a_file_becomes_a_header_or_a_place() -> None:
    """Three hundred names: none is more than a name, on the way in, in a header, in a mail."""
    names = [each.text for each in payloads()]
    assert len(names) >= 300
    for name in names:
        clean = clean_name(name)
        assert clean
        assert not set(clean) & set('/\\\r\n\x00<>:"|?*'), clean
        assert not clean.startswith(".")
        header = FileResponse(io.BytesIO(), as_attachment=True, filename=clean)
        assert header["Content-Disposition"].startswith("attachment; filename")
        assert clean == mime.line(clean)


def a_bomb(kind: str) -> bytes:
    """Some kilobytes that unpack to a gigapixel."""
    side = 30_000
    zeros = zlib.compress(b"\x00" * ((side // 8 + 1) * side), 9)
    match kind:
        case "PNG":

            def chunk(name: bytes, content: bytes) -> bytes:
                whole = name + content
                return (
                    struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))
                )

            head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
            return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zeros)
        case "GIF":
            return b"GIF89a" + struct.pack("<HHBBB", side, side, 0, 0, 0) + b"," + zeros[:2000]
        case "WEBP":
            size = struct.pack("<I", side - 1)[:3]
            body = b"VP8X" + struct.pack("<I", 10) + b"\x00" * 4 + size * 2
            return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
        case _:
            entries = ((256, 4, side), (257, 4, side), (259, 3, 8), (273, 4, 200), (279, 4, 2000))
            packed = b"".join(struct.pack("<HHII", tag, size, 1, n) for tag, size, n in entries)
            return b"II*\x00" + struct.pack("<IH", 8, len(entries)) + packed + zeros[:3000]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF"])
def test_a_picture_that_would_unpack_to_a_gigapixel_is_never_unpacked(kind: str) -> None:
    began = time.process_time()
    upload = SimpleUploadedFile("a.png", a_bomb(kind))
    with contextlib.suppress(files.FileRefused):
        # One that is kept is kept as it is.
        assert not files.store(upload, session="s", at=timezone.now()).preview_key

    assert time.process_time() - began < 5
