"""The trial desk’s own mail server: it keeps every mail and passes none on."""

import logging
import re
import signal
import threading
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from supportdesk.models import CaughtMail

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S{1,200})\s*$", re.IGNORECASE | re.MULTILINE)
LIMIT_BYTES = 50 * 1024 * 1024
TRIES = 2


class Catch:
    """Takes a mail when it is stored, and not before."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd’s name
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        keep = sync_to_async(caught, thread_sensitive=True)
        try:
            await keep(
                raw, (envelope.mail_from or "").strip("<>"), list(envelope.rcpt_tos), timezone.now()
            )
        except DatabaseError:
            return "451 The mail cannot be stored at the moment, try again"
        return "250 Caught"


def caught(raw: bytes, sender: str, recipients: list[str], at: datetime) -> None:
    """Store a mail once for each recipient. Asks twice: Postgres may have been restarted."""
    head = raw.partition(b"\r\n\r\n")[0][:256_000]
    found = _MESSAGE_ID.search(head)
    message_id = found[1].decode("ascii", "replace") if found else ""
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                CaughtMail.objects.bulk_create(
                    CaughtMail(
                        message_id=message_id,
                        sender=sender[:254],
                        recipient=recipient[:254],
                        raw=raw,
                        caught_at=at,
                    )
                    for recipient in recipients
                )
        except DatabaseError:
            connection.close()
            if attempt == TRIES:
                raise
        else:
            return


def catcher(port: int, host: str = "127.0.0.1") -> Controller:
    """Return a server, not yet started, that catches what is sent to ``port``."""
    return Controller(
        Catch(),
        hostname=host,
        port=port,
        data_size_limit=LIMIT_BYTES,
        ident="Supportdesk mail catcher",
        server_hostname=settings.MAIL_DOMAIN,
    )


class Command(BaseCommand):
    help = "Receive every mail that this trial desk sends, and pass none on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TRIAL:
            raise CommandError("Only a trial desk catches its own mail.")
        # Its library tells every word of every conversation.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        server = catcher(options["port"])
        try:
            server.start()
        except OSError as reason:
            raise CommandError(f"Port {options['port']} cannot be used: {reason}") from None
        done = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: done.set())
        self.stdout.write(f"catching mail on port {options['port']}")
        done.wait()
        server.stop()
