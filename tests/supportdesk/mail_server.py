"""A mail server for tests: real SMTP on a port of its own, which does as it is told."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from supportdesk.lib.addresses import MailServer

TAKEN = "250 Taken"
HANG = "hang"
#: The mail is taken, and the connection breaks before the server can say so.
TAKE_AND_DROP = "take and drop"
DROP = "drop"


@dataclass
class Server:
    """``says`` answers each mail (or, at RCPT, each recipient); what it took is in ``mails``."""

    port: int
    says: Callable[[str], str] = lambda recipient: TAKEN
    says_at_rcpt: Callable[[str], str] = lambda recipient: "250 OK"
    when_taken: Callable[[bytes], None] = lambda raw: None
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)

    @property
    def address(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, "", "", "")

    @property
    def read(self) -> list[Message]:
        return [message_from_bytes(raw) for _sender, _recipient, raw in self.mails]

    @property
    def recipients(self) -> list[str]:
        return [recipient for _sender, recipient, _raw in self.mails]

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd’s name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.says_at_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        (recipient,) = envelope.rcpt_tos
        answer = self.says(recipient)
        if answer in {TAKEN, TAKE_AND_DROP}:
            raw = envelope.content
            assert isinstance(raw, bytes)
            self.mails.append((envelope.mail_from or "", recipient, raw))
            await asyncio.get_running_loop().run_in_executor(None, self.when_taken, raw)
        if answer == HANG:
            await asyncio.sleep(20)
        if answer in {TAKE_AND_DROP, DROP} and server.transport is not None:
            server.transport.abort()
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(**script: Callable[..., object]) -> Iterator[Server]:
    server = Server(free_port(), **script)  # type: ignore[arg-type]
    controller = Controller(
        server, hostname="127.0.0.1", port=server.port, server_hostname="sink.example"
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
