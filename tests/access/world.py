"""A small world in which everybody has something that others must not see."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from supportdesk.models import Desk, Role
from tests.factories import (
    make_agent,
    make_identity,
    make_queue,
    make_reply,
    make_team,
    make_ticket,
    make_topic,
)
from tickets.models import Attachment, Message, SecretLink, Ticket, TopicField

ROLES = (
    "stranger",
    "customer",
    "other customer",
    "agent of another team",
    "agent",
    "supervisor",
    "admin",
)


@dataclass
class World:
    ticket: Ticket
    clients: dict[str, Client]
    #: What stands in an address for each of its parameters, by endpoint or for all.
    arguments: dict[str, Any] = field(default_factory=dict)


def make_world() -> World:
    """One ticket in a private queue of its own team, and seven who would open it."""
    now = timezone.now()
    Desk.objects.update(set_up_at=now)
    team, other_team = make_team("Orders"), make_team("Billing")
    queue = make_queue("Orders", team=team, is_private=True)
    topic = make_topic("Delivery", queue=queue)
    topic_field = TopicField.objects.create(topic=topic, key="order", label="Order number")
    agent = make_agent("Agent Own", team=team)
    staff = {
        "agent": agent,
        "agent of another team": make_agent("Agent Other", team=other_team),
        "supervisor": make_agent("Super Visor", team=team, role=Role.SUPERVISOR),
        "admin": make_agent("Ada Min", role=Role.ADMIN),
    }
    yesterday = now - timedelta(days=1)
    ticket = make_ticket(queue=queue, topic=topic, owner=agent, at=yesterday)
    other = make_ticket(queue=queue, topic=topic, at=yesterday)
    reply = make_reply(ticket, agent, at=yesterday + timedelta(hours=1))
    follow_up = ticket.follow_up(due_at=now + timedelta(days=1), by=agent, at=now)
    file = _file(reply, now)
    clients = {name: Client() for name in ROLES}
    for name, user in staff.items():
        clients[name].force_login(user)
    token = SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=now)
    _open_door(clients["customer"], ticket)
    _open_door(clients["other customer"], other)
    return World(
        ticket=ticket,
        clients=clients,
        arguments={
            "number": ticket.pk,
            "message": reply.pk,
            "message_id": reply.pk,
            "follow_up": follow_up.pk,
            "file": file.pk,
            "file_id": file.pk,
            "uuid": file.pk,
            "key": ticket.messages.earliest("pk").key,
            "token": token,
            "team": team.pk,
            "queue": queue.pk,
            "topic": topic.pk,
            "field": topic_field.pk,
            "user": staff["agent"].pk,
        },
    )


def _file(message: Message, at: Any) -> Attachment:
    return Attachment.objects.create(
        message=message,
        name="order.pdf",
        content_type="application/pdf",
        size_bytes=4,
        sha256="0" * 64,
        storage_key="00/" + "0" * 32,
        created_at=at,
    )


def _open_door(client: Client, ticket: Ticket) -> None:
    """Hold the cookie of a ticket, as a customer who opened their link does."""
    token = SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=timezone.now())
    answer = client.post(f"/t/{token}/")
    assert answer.status_code in {302, 303}, answer.status_code


def fingerprint() -> dict[str, tuple[int, str]]:
    """Rows and newest key of every table: what a refused request must leave as it was."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            # Sessions and limits are written by reading and by being refused.
            if table not in {"django_session", "supportdesk_limit", "cache", "django_migrations"}
        ]
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{table}', count(*), coalesce(max(ctid)::text, '') FROM {table}"
                for table in tables
            )
        )
        return {name: (count, newest) for name, count, newest in cursor.fetchall()}


