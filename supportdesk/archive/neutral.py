"""Our rows as any desk would say them: the part of a line that others can read."""

from datetime import datetime
from typing import Any

from customers.models import Customer
from supportdesk.archive.history import FIRST_NUMBER
from supportdesk.models import User
from tickets.models import Message, Queue, Ticket
from tickets.states import Confirmation, Priority, State

_STATUS = {
    State.NEW: "new",
    State.OPEN: "open",
    State.ON_HOLD: "open",
    State.WAITING: "pending",
    State.SOLVED: "resolved",
}
_PRIORITY = {Priority.URGENT: 1, Priority.HIGH: 2, Priority.NORMAL: 3, Priority.LOW: 4}
_CHANNEL = {Message.Via.MAIL: "email", Message.Via.PHONE: "phone"}


def agent(user: User) -> dict[str, Any]:
    return {"id": user.pk, "email": user.email, "name": user.name, "is_admin": user.is_admin}


def customer(one: Customer) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "created_at": _iso(one.created_at)}


def queue(one: Queue) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "email": one.address}


def ticket(one: Ticket) -> dict[str, Any]:
    is_closed = one.confirmation in {Confirmation.QUIET, Confirmation.CONFIRMED}
    return {
        "id": one.pk - FIRST_NUMBER,
        "queue_id": one.queue_id,
        "subject": one.subject,
        "customer_id": one.customer_id,
        "agent_id": one.owner_id,
        "status": "closed" if is_closed else _STATUS[State(one.state)],
        "priority": _PRIORITY[Priority(one.priority)],
        "channel": _CHANNEL.get(Message.Via(one.via), "web"),
        "tags": one.tags,
        "created_at": _iso(one.created_at),
        "updated_at": _iso(one.changed_at),
        "first_response_at": _iso(one.first_reply_at),
        "resolved_at": _iso(one.solved_at),
        "due_at": _iso(one.due_at),
    }


def message(one: Message) -> dict[str, Any]:
    by_customer = one.kind == Message.Kind.CUSTOMER
    return {
        "id": one.pk,
        "ticket_id": one.ticket_id - FIRST_NUMBER,
        "author_type": "customer" if by_customer else "agent",
        "author_id": one.by_customer_id if by_customer else one.by_user_id,
        "public": one.kind != Message.Kind.NOTE,
        "created_at": _iso(one.at),
        "message_id": str(one.key),
        "body": one.text,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
