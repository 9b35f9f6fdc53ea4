"""What the tests of the desk’s pages send."""

import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from tests.factories import make_ticket
from tickets.models import Ticket


def an_hour_ago() -> datetime:
    return timezone.now() - timedelta(hours=1)


def make_fresh(**fields: Any) -> Ticket:
    """A ticket that came an hour ago."""
    return make_ticket(at=fields.pop("at", an_hour_ago()), **fields)


def address(verb: str, ticket: Ticket) -> str:
    return reverse(f"desk:{verb}", args=[ticket.pk])


def reply_data(ticket: Ticket, **fields: Any) -> dict[str, Any]:
    """What the reply’s form posts: open, and the promise that the queue makes."""
    return {
        "text": "A new wheel leaves today.",
        "to": ticket.identity.value,
        "cc": "",
        "then": "open",
        "next": "",
        "kind": "update",
        "seen": ticket.thread_version,
        "key": str(uuid.uuid4()),
        "version": 0,
    } | fields


def note_data(**fields: Any) -> dict[str, Any]:
    return {"text": "Leeds has one.", "key": str(uuid.uuid4()), "version": 0} | fields


def solve_data(ticket: Ticket, **fields: Any) -> dict[str, Any]:
    return {
        "outcome": "full",
        "reason": "",
        "text": "The new wheel is on its way.",
        "seen": ticket.thread_version,
        "key": str(uuid.uuid4()),
    } | fields


def hand_off_data(ticket: Ticket, to: str, **fields: Any) -> dict[str, Any]:
    return {
        "to": to,
        "wants": "A straight wheel.",
        "known": "The rim is bent.",
        "owner_was": ticket.owner_id or "",
    } | fields


def words(html: str) -> str:
    """The text of a page, as one reads it."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
