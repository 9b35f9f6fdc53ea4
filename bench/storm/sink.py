"""A mail server that outlives the storm: what it took is in its own logs, on disk before the 250.

``LOG`` is written as a relay writes it (``message-id=<…>``): it is the desk’s journal. ``LOG.mails``
has one line of JSON for each mail, for whoever judges. It waits a random while before it takes a
mail and again before it says that it did: that is where senders die. ``--slow``: always long.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

#: What the driver writes into what it says, so that it is known again anywhere.
TOKEN = re.compile(r"S-[0-9a-f]{16}")
_LINK = re.compile(r"/t/([\w-]{40,64})/")


class Slow(SMTP):
    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 -- aiosmtpd’s name
        await asyncio.sleep(_a_while())
        await super().smtp_DATA(arg)


class Sink:
    def __init__(self, log: Path) -> None:
        self.relay = log.open("a", buffering=1)
        self.mails = log.with_name(log.name + ".mails").open("a", buffering=1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.keep(raw, envelope.rcpt_tos)
        await asyncio.sleep(_a_while())
        return "250 Taken"

    def keep(self, raw: bytes, recipients: list[str]) -> None:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(preferencelist=("plain",))
        text = body.get_content() if body else ""
        now = time.time()
        for recipient in recipients:
            said: dict[str, Any] = {
                "at": now,
                "id": str(mail["Message-ID"]),
                "to": recipient,
                "subject": str(mail["Subject"]),
                "is_automatic": mail["Auto-Submitted"] is not None,
                "tokens": sorted(set(TOKEN.findall(text))),
                "links": sorted(set(_LINK.findall(text))),
                "is_spam": b"zqxj" in raw.lower() or b"spam.example" in raw.lower(),
                "is_broken_promise": "We broke a promise" in text,
            }
            self.mails.write(json.dumps(said) + "\n")
        self.relay.write(f"{now:.3f} sink/cleanup: message-id={mail['Message-ID']}\n")
        for log in (self.mails, self.relay):
            log.flush()
            os.fsync(log.fileno())


class Server(Controller):
    def factory(self) -> SMTP:
        return Slow(self.handler, hostname="sink.example", data_size_limit=50 * 1024 * 1024)


#: How many of the whiles are long ones.
long_share = 0.05


def _a_while() -> float:
    return random.uniform(0.2, 0.6) if random.random() < long_share else random.uniform(0, 0.05)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--slow", action="store_true")
    options = parser.parse_args()
    if options.slow:
        global long_share  # noqa: PLW0603 -- one a process
        long_share = 1.0
    server = Server(Sink(options.log), hostname=options.host, port=options.port)
    server.start()
    print("ready", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop()


if __name__ == "__main__":
    main()
