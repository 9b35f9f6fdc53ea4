"""One mail over one SMTP connection, with an end in sight whatever the server does."""

import contextlib
import smtplib
import socket
import ssl
import threading
from types import TracebackType
from typing import Self

from supportdesk.lib.addresses import MailServer

CONNECT_SECONDS = 10


class Refused(Exception):
    """The server said no. ``is_final``: it will say so next time too."""

    def __init__(self, response: str, *, is_final: bool) -> None:
        super().__init__(response)
        self.response = response
        self.is_final = is_final


class Lost(Exception):
    """The connection ended, or the time was up, without an answer."""


class Wire:
    """A connection that carries one mail and is cut ``deadline_seconds`` after it began.

    A timeout of the socket alone would start again with every byte, and a
    server that sends one byte a second would hold its worker for hours.
    """

    def __init__(self, server: MailServer, *, name: str, deadline_seconds: float) -> None:
        self.server = server
        self.deadline_seconds = deadline_seconds
        connect_seconds = min(CONNECT_SECONDS, deadline_seconds)
        self._client: smtplib.SMTP = (
            smtplib.SMTP_SSL(
                local_hostname=name, timeout=connect_seconds, context=ssl.create_default_context()
            )
            if server.tls == "implicit"
            else smtplib.SMTP(local_hostname=name, timeout=connect_seconds)
        )
        self._knife = threading.Timer(deadline_seconds, self._cut)
        self._knife.daemon = True

    def __enter__(self) -> Self:
        self._knife.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Not a word after the mail is taken: what happens to QUIT is nobody’s business.
        try:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if kind is None:
                    self._client.quit()
        finally:
            self._client.close()
            self._knife.cancel()

    def address(self, sender: str, recipient: str) -> None:
        """Connect, sign in and name both ends. Raises Refused or Lost."""
        client, server = self._client, self.server
        try:
            _expect(client.connect(server.host, server.port))
            if client.sock is not None:
                client.sock.settimeout(self.deadline_seconds)
            client.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                # Raises where the server offers none: never in clear instead.
                client.starttls(context=ssl.create_default_context())
                client.ehlo()
            if server.user:
                client.login(server.user, server.password)
        except smtplib.SMTPResponseException as answer:
            # A wrong password or a full server says nothing about the recipient.
            raise Refused(said(answer.smtp_code, answer.smtp_error), is_final=False) from None
        except (OSError, smtplib.SMTPException) as reason:
            raise Lost(type(reason).__name__) from None
        try:
            _expect(client.mail(sender))
            _expect(client.rcpt(recipient))
        except (OSError, smtplib.SMTPServerDisconnected) as reason:
            raise Lost(type(reason).__name__) from None

    def data(self, mail: bytes) -> str:
        """Hand over the mail and return the server’s words. Raises Refused, or Lost: in doubt."""
        try:
            code, words = self._client.data(mail)
        except smtplib.SMTPDataError as answer:
            code, words = answer.smtp_code, _bytes(answer.smtp_error)
        except (OSError, smtplib.SMTPException) as reason:
            raise Lost(type(reason).__name__) from None
        _expect((code, words))
        return said(code, words)

    def _cut(self) -> None:
        sock = self._client.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                # Past the TLS layer, which another thread is in.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def said(code: int, words: bytes | str) -> str:
    """Return the server’s answer as one short line."""
    text = words if isinstance(words, str) else words.decode("ascii", "replace")
    return f"{code} {' '.join(text.replace(chr(0), '').split())}"[:300]


def _expect(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if not 200 <= code < 300:
        raise Refused(said(code, words), is_final=500 <= code < 600)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("ascii", "replace")
