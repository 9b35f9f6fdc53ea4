"""Read a mail from outside, which may be anything.

The standard library’s old policy, because the new one crashes on one mail in
a hundred and spends hours on a long header. What could make it slow is capped
on the raw bytes before it sees them.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from typing import Any

from supportdesk.lib import mail_html
from supportdesk.lib.markup import clean_text
from tickets.mail import charsets

HEAD_LIMIT_BYTES = 256 * 1024
HEADER_LIMIT_BYTES = 16 * 1024
HEADERS_LIMIT = 1000
PARTS_LIMIT = 200
DEPTH_LIMIT = 20
TEXT_LIMIT = 1_000_000
FALLBACK_BYTES = 64 * 1024
FILES_LIMIT = 50
#: Lines times parts: what the parser’s work grows with. A mail of 25 MB has 340,000 lines.
WORK_LIMIT = 6_000_000

#: What a broken mail makes the library raise, each met in the wild.
BROKEN = (
    ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError,
    email.errors.MessageError,
)  # fmt: skip

_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n|\r\r")
_BOUNDARY = re.compile(rb"boundary\s*=", re.IGNORECASE)
_NAME_AND_ADDRESS = re.compile(r"([^<>]*)<\s*([^<>\s]+)\s*>\s*")
_BARE_ADDRESS = re.compile(r"\s*([^<>\s,;()\"]+@[^<>\s,;()\"]+)\s*(?:\(([^()]*)\))?\s*")
_ID = re.compile(r"<[^<>\s]{1,400}>")
#: How programs begin the subject of an answer that they write by themselves.
_SAYS_AUTOMATIC = re.compile(
    r"(auto|automatic reply|automatische antwort|autoreply|out of office|abwesenheitsnotiz"
    r"|abwesend|réponse automatique|respuesta automática)\s*:",
    re.IGNORECASE,
)
_MACHINE_HEADERS = ("X-Autoreply", "X-Autorespond", "X-MS-Exchange-Inbox-Rules-Loop")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True)
class Incoming:
    """What a mail says, in text that Postgres takes. ``sender`` is "" if there is not exactly one."""

    sender: str = ""
    sender_name: str = ""
    to: str = ""
    subject: str = ""
    message_id: str = ""
    loop_mark: str = ""
    #: What it answers: References, then In-Reply-To.
    references: tuple[str, ...] = ()
    #: The header by which a machine says that it wrote this.
    automatic: str = ""
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = field(default=(), repr=False)
    #: It was over a cap: only a part was read, and the original is worth keeping beside it.
    is_cut: bool = False


def read(raw: bytes) -> Incoming:
    """Read a mail. Never raises for what is in it; what cannot be parsed is read as plain text."""
    head, body, is_cut = _capped(raw)
    work = body.count(b"\n") * min(len(_BOUNDARY.findall(raw)) + 1, PARTS_LIMIT)
    if work <= WORK_LIMIT:
        try:
            mail = email.message_from_bytes(head + body, _Counted(), policy=_POLICY)
            return replace(_content(mail), **_header(mail), is_cut=is_cut)
        except BROKEN:
            pass
    top = email.message_from_bytes(head, policy=_POLICY)
    text = charsets.decoded(body[:FALLBACK_BYTES], "")
    return Incoming(**_header(top), text=clean_text(text).strip(), is_cut=True)


# --- Caps -----------------------------------------------------------------------------------------


def _capped(raw: bytes) -> tuple[bytes, bytes, bool]:
    """Return a head without what is too long, the body, and whether anything was left out."""
    ends = _HEAD_ENDS.search(raw, 0, HEAD_LIMIT_BYTES)
    if ends is None and len(raw) > HEAD_LIMIT_BYTES:
        whole, body, is_cut = raw[:HEAD_LIMIT_BYTES], b"", True
    else:
        stop = ends.start() if ends else len(raw)
        whole, body, is_cut = raw[:stop], raw[ends.end() if ends else stop :], False
    headers: list[bytes] = []
    for line in whole.splitlines(keepends=True):
        if line[:1] in b" \t" and headers:
            headers[-1] += line if len(headers[-1]) <= HEADER_LIMIT_BYTES else b""
        elif len(headers) >= HEADERS_LIMIT:
            is_cut = True
            break
        elif name := _HEADER.match(line):
            headers.append(name[1] + line[name.end(1) :].lstrip(b" \t"))
        # What is no header is left out: the library would take it for the end of them.
    kept = [header for header in headers if len(header) <= HEADER_LIMIT_BYTES]
    is_cut = is_cut or len(kept) < len(headers)
    return b"".join(kept).rstrip(b"\r\n") + b"\n\n", body, is_cut


class _Policy(Compat32):
    """Headers as text of bounded length: reading one’s parameters is quadratic."""

    def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_LIMIT_BYTES]

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


_POLICY = _Policy()


class _Counted:
    """Makes the parts of one mail, and stops at the one that is too many."""

    def __init__(self) -> None:
        self.parts = 0

    def __call__(self, **options: Any) -> Message:
        self.parts += 1
        if self.parts > PARTS_LIMIT:
            raise ValueError("too many parts")
        return Message(**options)


# --- Headers --------------------------------------------------------------------------------------


def _header(mail: Message) -> dict[str, Any]:
    name, address = _sender(mail)
    return {
        "sender": address,
        "sender_name": name,
        "to": _words(mail["To"]),
        "subject": _words(mail["Subject"])[:998],
        "message_id": "".join(_ID.findall(_raw_words(mail["Message-ID"]))[:1]),
        "loop_mark": _raw_words(mail["X-Supportdesk-Mail"]).strip()[:200],
        "references": tuple(
            name
            for header in ("References", "In-Reply-To")
            for value in mail.get_all(header, [])[:3]
            for name in _ID.findall(_raw_words(value))[-50:]
        ),
        "automatic": _automatic(mail),
    }


def _sender(mail: Message) -> tuple[str, str]:
    values = mail.get_all("From", [])
    if len(values) != 1:
        return "", ""
    value = _flat(values[0])
    if match := _NAME_AND_ADDRESS.fullmatch(value):
        return _words(match[1].strip().strip('"').replace('\\"', '"'))[:120], match[2]
    if match := _BARE_ADDRESS.fullmatch(value):
        return _words(match[2] or "")[:120], match[1]
    return "", ""


def _automatic(mail: Message) -> str:
    """Return the header that says that a machine wrote this, or ""."""
    submitted = _raw_words(mail["Auto-Submitted"]).strip().lower()
    if submitted and not submitted.startswith("no"):
        return "Auto-Submitted"
    if mail.get_content_type() == "multipart/report":
        return "multipart/report"
    if _raw_words(mail["Return-Path"]).strip() == "<>":
        return "Return-Path: <>"
    if _raw_words(mail["Precedence"]).strip().lower() in {"auto_reply", "auto-reply", "junk"}:
        return "Precedence"
    if _sender(mail)[1].partition("@")[0].lower() in {"mailer-daemon", "postmaster"}:
        return "From"
    if _SAYS_AUTOMATIC.match(_words(mail["Subject"])):
        return "Subject"
    return next((name for name in _MACHINE_HEADERS if mail[name]), "")


def _raw_words(value: str | None) -> str:
    return _flat(value or "")


def _flat(value: str) -> str:
    """Return a header’s bytes as text on one line, whatever they were."""
    text = charsets.decoded(value.encode("utf-8", "surrogateescape"), "")
    return " ".join(_INVISIBLE.sub(" ", text).split())


def _words(value: str | None) -> str:
    """Return a header in words: encoded ones decoded, nothing invisible, nothing turned round."""
    flat = _flat(value or "")
    try:
        parts = decode_header(flat)
    except BROKEN:
        return clean_text(flat)
    text = "".join(
        part if isinstance(part, str) else charsets.decoded(part, charset or "")
        for part, charset in parts
    )
    return clean_text(" ".join(_INVISIBLE.sub(" ", text).split()))


# --- Content --------------------------------------------------------------------------------------


def _content(mail: Message) -> Incoming:
    texts: list[str] = []
    htmls: list[str] = []
    files: list[File] = []
    for part in _leaves(mail, 0):
        kind, name = part.get_content_type(), _file_name(part)
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind == "text/plain" and not is_file:
            texts.append(_text(part))
        elif kind == "text/html" and not is_file:
            htmls.append(_text(part))
        elif len(files) < FILES_LIMIT:
            files.append(File(name or f"file-{len(files) + 1}", _bytes(part)))
    html = "\n".join(htmls)[:TEXT_LIMIT]
    text = "\n\n".join(texts).strip()[:TEXT_LIMIT] or mail_html.text_of(html)
    return Incoming(text=text, html=html, files=tuple(file for file in files if file.content))


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    if depth > DEPTH_LIMIT:
        raise ValueError("nested too deeply")
    if part.get_content_type() == "message/rfc822" and depth:
        # A mail inside the mail is a file, not something that its sender says.
        yield part
    elif part.is_multipart():
        for child in part.get_payload():
            if isinstance(child, Message):
                yield from _leaves(child, depth + 1)
    else:
        yield part


def _text(part: Message) -> str:
    text = charsets.decoded(_bytes(part), _charset(part))
    return clean_text(text[:TEXT_LIMIT]).replace("\r\n", "\n").replace("\r", "\n")


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset("") or ""
    except BROKEN:
        return ""


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        return _words(part.get_filename(""))[:255]
    except BROKEN:
        return ""
