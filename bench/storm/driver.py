"""Customers and agents over HTTP, who press again with the same key until they are answered.

What was acknowledged stands in a file of each thread, on disk before the next thing is sent.
"""

import http.client
import json
import os
import random
import re
import secrets
import socket
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.storm.founding import PASSWORD

CSRF = "s" * 32
PATIENCE_SECONDS = 240
#: A web process that hangs is left after this, and asked again.
TIMEOUT_SECONDS = 30


@dataclass
class Ticket:
    number: int
    address: str
    seen: int = 1
    cookie: str = ""
    writes: int = 0


@dataclass
class Answers:
    """What came back, other than what was hoped for."""

    unanswered: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    failed_at: list[tuple[float, int]] = field(default_factory=list)
    gave_up: list[dict[str, Any]] = field(default_factory=list)


class Browser:
    """One kept-alive connection, and the cookies that it has."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.from_address = ""
        self.cookies = {"__Host-csrftoken": CSRF}
        self.line: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, form: dict[str, Any] | None = None, cookie: str = ""
    ) -> Any:
        """Return status, headers and text. Raises OSError or HTTPException when nothing came."""
        token = {"csrfmiddlewaretoken": self.cookies["__Host-csrftoken"]}
        body = urlencode(form | token) if form is not None else None
        jar = "; ".join([*(f"{k}={v}" for k, v in self.cookies.items()), *filter(None, [cookie])])
        # Each from a network of its own: the limits of networks are not what is tested.
        address = self.from_address or f"10.{random.randrange(256)}.{random.randrange(256)}.1"
        headers = {"Cookie": jar, "X-Forwarded-For": address, "Host": f"localhost:{self.port}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS
                )
                self.line.connect()
                self.line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.line.request(method, path, body, headers)
            response = self.line.getresponse()
            text = response.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for header in response.headers.get_all("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers, text

    def close(self) -> None:
        if self.line:
            self.line.close()
        self.line = None


class Links:
    """The links that customers got, read from the sink’s log as they would from their mailbox."""

    def __init__(self, log: Path) -> None:
        self.log, self.place, self.by_address = log, 0, {}
        self.lock = threading.Lock()

    def of(self, address: str) -> str:
        with self.lock:
            with self.log.open() as mails:
                mails.seek(self.place)
                for line in iter(mails.readline, ""):
                    if not line.endswith("\n"):
                        break
                    self.place = mails.tell()
                    said = json.loads(line)
                    if said["links"]:
                        self.by_address[said["to"]] = said["links"][0]
            return self.by_address.get(address, "")


class Worker(threading.Thread):
    """One customer and one agent at a time, taking turns."""

    def __init__(
        self, *, port: int, email: str, topic: int, ledger: Path, links: Links, quota: "Quota"
    ) -> None:
        super().__init__(daemon=True)
        self.customer, self.agent = Browser(port), Browser(port)
        self.email, self.topic, self.links, self.quota = email, topic, links, quota
        self.ledger = ledger.open("a")
        self.tickets: list[Ticket] = []
        self.answers = Answers()
        self.broken: BaseException | None = None

    def run(self) -> None:
        try:
            self.sign_in()
            while self.quota.take():
                self.one()
        except BaseException as reason:  # noqa: BLE001 -- told at the end
            self.broken = reason

    def sign_in(self) -> None:
        form = {"login": self.email, "password": PASSWORD}
        status = 0
        for _n in range(PATIENCE_SECONDS):
            try:
                status = self.agent.ask("POST", "/account/sign-in/", form)[0]
            except (OSError, http.client.HTTPException):
                status = 0
            if status == 302:
                return
            time.sleep(0.5)
        raise AssertionError(f"{self.email} cannot sign in: {status}")

    def one(self) -> None:
        """Do one thing, the most likely next one of somebody’s story."""
        if len(self.tickets) < 5 or random.random() < 0.4:
            return self.submit()
        ticket = random.choice(self.tickets)
        choice = random.random()
        if choice < 0.45 and ticket.writes < 20 and self.has_come_in(ticket):
            return self.write(ticket)
        if choice < 0.85:
            return self.reply(ticket)
        self.solve(ticket)
        self.tickets.remove(ticket)
        return None

    def submit(self) -> None:
        key, token = str(uuid.uuid4()), _token()
        address = f"{token[2:].lower()}@storm.example"
        form = {
            "key": key, "topic": str(self.topic), "asked": "", "text": f"It blew away. {token}",
            "name": "Noor El-Amin", "email": address,
        }  # fmt: skip
        if not self.until_answered("submit", self.customer, "/submit/", form, token, address):
            return
        number = self.number_of(key)
        if number:
            self.note("number", key=key, number=number, token=token, address=address)
            self.tickets.append(Ticket(number, address))
            del self.tickets[:-40]

    def number_of(self, key: str) -> int:
        for _n in range(PATIENCE_SECONDS):
            try:
                status, _headers, text = self.customer.ask("GET", f"/submit/sent/{key}/")
            except (OSError, http.client.HTTPException):
                status, text = 0, ""
            if status == 200:
                return int(re.search(r"#(\d{5,})", text)[1])
            if status == 404:
                # We were told that they have it.
                return 0
            time.sleep(0.5)
        return 0

    def has_come_in(self, ticket: Ticket) -> bool:
        """Open the link that was mailed, once."""
        if ticket.cookie:
            return True
        link = self.links.of(ticket.address)
        if not link:
            return False
        browser = Browser(self.customer.port)
        try:
            status, _headers, _text = browser.ask("POST", f"/t/{link}/", {})
        except (OSError, http.client.HTTPException):
            return False
        finally:
            browser.close()
        name = f"__Host-ticket-{ticket.number}"
        if status == 303 and name in browser.cookies:
            ticket.cookie = f"{name}={browser.cookies[name]}"
        elif status < 500:
            self.answers.refused.append(f"link {status}")
        return bool(ticket.cookie)

    def write(self, ticket: Ticket) -> None:
        token = _token()
        form = {"key": str(uuid.uuid4()), "text": f"And another thing. {token}"}
        path = f"/t/{ticket.number}/write/"
        ticket.writes += 1
        if self.until_answered(
            "write", self.customer, path, form, token, ticket.address, ticket=ticket
        ):
            ticket.seen += 1

    def reply(self, ticket: Ticket) -> None:
        token = _token()
        form = {
            "text": f"We look for it. {token}", "to": ticket.address, "cc": "", "then": "open",
            "next": "", "kind": "update", "seen": ticket.seen, "key": str(uuid.uuid4()),
            "version": 0,
        }  # fmt: skip
        path = f"/desk/tickets/{ticket.number}/reply/"
        if self.until_answered("reply", self.agent, path, form, token, ticket.address, ticket):
            ticket.seen += 1

    def solve(self, ticket: Ticket) -> None:
        token = _token()
        form = {
            "outcome": "full", "reason": "", "text": f"We found it. {token}", "seen": ticket.seen,
            "key": str(uuid.uuid4()),
        }  # fmt: skip
        path = f"/desk/tickets/{ticket.number}/solve/"
        if self.until_answered("solve", self.agent, path, form, token, ticket.address, ticket):
            ticket.seen += 1

    def until_answered(
        self,
        what: str,
        browser: Browser,
        path: str,
        form: dict[str, Any],
        token: str,
        address: str,
        ticket: Ticket | None = None,
    ) -> bool:
        """Post until it is acknowledged; each time with the same key. Said at most ten times wrongly."""
        began = time.monotonic()
        said_no = 0
        about = {"key": form["key"], "token": token, "address": address}
        about["number"] = ticket.number if ticket else 0
        cookie = ticket.cookie if ticket and browser is self.customer else ""
        while time.monotonic() - began < PATIENCE_SECONDS and said_no < 10:
            try:
                status, _headers, text = browser.ask("POST", path, form, cookie)
            except (OSError, http.client.HTTPException):
                self.answers.unanswered += 1
                time.sleep(random.uniform(0.2, 0.8))
                continue
            if status in {302, 303}:
                self.note(what, waited=round(time.monotonic() - began, 3), **about)
                return True
            self.answers.by_status[status] += 1
            if status >= 500:
                self.answers.failed_at.append((time.time(), status))
                time.sleep(random.uniform(0.2, 0.8))
                continue
            said_no += 1
            # “Something was added”: look, and send it again.
            found = re.search(r'name="seen"\s+value="(\d+)"', text)
            if status == 409 and found and ticket:
                form["seen"] = ticket.seen = int(found[1])
            else:
                self.answers.refused.append(f"{what} {status}")
                time.sleep(0.2)
        self.answers.gave_up.append({"op": what, **about})
        return False

    def note(self, what: str, **about: Any) -> None:
        self.ledger.write(json.dumps({"op": what, "at": time.time(), **about}) + "\n")
        self.ledger.flush()
        os.fsync(self.ledger.fileno())


class Quota:
    """How many things are done by all together, in how long at least."""

    def __init__(self, many: int, seconds: float, at_most: float) -> None:
        self.many, self.seconds, self.at_most = many, seconds, at_most
        self.done = 0
        self.began = time.monotonic()
        self.lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        return self.done >= self.many or time.monotonic() - self.began > self.at_most

    def take(self) -> bool:
        with self.lock:
            if self.is_over:
                return False
            self.done += 1
            wait = self.began + self.seconds * self.done / self.many - time.monotonic()
        # Not faster than the storm lasts: the kills are to meet work.
        if wait > 0:
            time.sleep(min(wait, 5))
        return True


def _token() -> str:
    return f"S-{secrets.token_hex(8)}"
