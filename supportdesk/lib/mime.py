"""Build a mail from structured parts, and read it again before it goes."""

import email
import email.policy
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.header import Header, decode_header, make_header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage, Message
from email.policy import Policy
from email.utils import format_datetime, getaddresses
from typing import Any


class _Names(UnstructuredHeader, BaseHeader):
    """Message-IDs, one to a line. The library would wrap a long one as if it were prose."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {f'{policy.linesep} '.join(str(self).split())}{policy.linesep}"


class _Words(UnstructuredHeader, BaseHeader):
    """What people wrote, letter for letter.

    The library takes words that look encoded for encoded ones, and loses
    spaces where it breaks a long line.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse("", kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        is_plain = self.isascii() and "=?" not in self
        words = Header(str(self), "ascii" if is_plain else "utf-8", header_name=self.name)
        return f"{self.name}: {words.encode(linesep=policy.linesep)}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Words)
for _name in ("message-id", "in-reply-to", "references", "x-supportdesk-mail"):
    _HEADERS.map_to_type(_name, _Names)
#: Everything as seven-bit lines, so that no server on the way has to change a byte.
POLICY = email.policy.SMTP.clone(cte_type="7bit", header_factory=_HEADERS)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ATOM = r"[!#-'*+\-./0-9=?A-Z^-~]+"
_ONE_ADDRESS = re.compile(rf"{_ATOM}@{_ATOM}")


class UnsafeMail(ValueError):
    """What would go out is not what was meant."""


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """What a mail is meant to say, and to whom its headers say it goes."""

    message_id: str
    sender: tuple[str, str]
    to: Sequence[str]
    subject: str
    text: str
    date: datetime
    html: str = ""
    cc: Sequence[str] = ()
    reply_to: str = ""
    references: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)
    files: Sequence[File] = ()

    def as_bytes(self) -> bytes:
        """Return the mail as it goes over the wire.

        It is parsed again, and its headers and recipients compared with the
        intent: a line break that found its way into a name must not become a
        header, whatever this Python’s mail package does with it. Raises
        UnsafeMail.
        """
        try:
            built = self._build()
            raw = built.as_bytes(policy=POLICY)
        except (ValueError, LookupError, AttributeError, TypeError, MessageError) as reason:
            raise UnsafeMail(f"cannot be built: {type(reason).__name__}") from reason
        self._compare(raw, [name.lower() for name in built.keys()])  # noqa: SIM118 -- a mail has doubles
        return raw

    def _build(self) -> EmailMessage:
        mail = EmailMessage(policy=POLICY)
        name, address = self.sender
        mail["From"] = Address(line(name), addr_spec=_plain(address))
        mail["To"] = [Address(addr_spec=_plain(one)) for one in self.to]
        if self.cc:
            mail["Cc"] = [Address(addr_spec=_plain(one)) for one in self.cc]
        if self.reply_to:
            mail["Reply-To"] = Address(addr_spec=_plain(self.reply_to))
        mail["Subject"] = line(self.subject)
        mail["Date"] = format_datetime(self.date)
        mail["Message-ID"] = self.message_id
        if self.references:
            mail["In-Reply-To"] = self.references[-1]
            mail["References"] = " ".join(self.references)
        for header, value in self.headers.items():
            mail[header] = value
        mail.set_content(_body(self.text))
        if self.html:
            mail.add_alternative(_body(self.html), subtype="html")
        for file in self.files:
            main, _slash, sub = file.content_type.partition("/")
            mail.add_attachment(
                file.content, maintype=main, subtype=sub, filename=line(file.name)[:200] or "file"
            )
        return mail

    def _compare(self, raw: bytes, names: list[str]) -> None:
        again = email.message_from_bytes(raw)
        meant = {
            "header names": (names, [name.lower() for name in again.keys()]),  # noqa: SIM118 -- as above
            "sender": ([self.sender[1]], _addresses(again, "From")),
            "recipients": ([*self.to], _addresses(again, "To")),
            "copies": ([*self.cc], _addresses(again, "Cc")),
            "subject": (line(self.subject), _decoded(again["Subject"])),
            "parts": (1 + bool(self.html) + len(self.files), _leaves(again)),
            "Message-ID": (self.message_id, "".join(again["Message-ID"].split())),
        }
        for what, (intent, found) in meant.items():
            if intent != found:
                raise UnsafeMail(f"its {what} would not be what was meant")


def line(text: str) -> str:
    """Return the text as one line without control characters or turned-round writing."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _body(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _plain(address: str) -> str:
    if len(address) > 254 or not _ONE_ADDRESS.fullmatch(address):
        raise UnsafeMail("an address is not one that mail can carry")
    return address


def _addresses(mail: Message, header: str) -> list[str]:
    values = [str(value) for value in mail.get_all(header, [])]
    return [address for _name, address in getaddresses(values)]


def _decoded(value: str) -> str:
    return " ".join(str(make_header(decode_header(value))).split())


def _leaves(mail: Message) -> int:
    return sum(not part.is_multipart() for part in mail.walk())
