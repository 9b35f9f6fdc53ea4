"""A small world in which everybody has something that others must not see."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk import outbox
from supportdesk.models import CaughtMail, Delivery, Desk, Role
from tests.access.endpoints import Endpoint
from tests.factories import (
    make_agent,
    make_queue,
    make_reply,
    make_team,
    make_ticket,
    make_topic,
)
from tickets.models import Attachment, InboundMail, Message, SecretLink, Ticket, TopicField

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
    #: What stands in an address for each of its parameters, for one endpoint or for all.
    arguments: dict[str, Any] = field(default_factory=dict)

    def anew(self) -> "World":
        """Return it for one test of several that share its rows: with objects of its own."""
        return replace(self, ticket=Ticket.objects.get(pk=self.ticket.pk), clients=self._clients())

    def _clients(self) -> dict[str, Client]:
        clients = {name: Client() for name in self.clients}
        for name, client in clients.items():
            client.cookies = deepcopy(self.clients[name].cookies)
        return clients

    def address_of(self, endpoint: Endpoint) -> str:
        own = self.arguments.get
        return reverse(
            endpoint.name,
            kwargs={
                name: own(f"{endpoint.name}.{name}", own(name)) for name in endpoint.parameters
            },
        )


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
    ticket.follow_up(due_at=now + timedelta(days=1), by=agent, at=now)
    spare = make_agent("Spare Hand", team=team)
    caught = CaughtMail.objects.create(
        message_id="<1@desk.localhost>",
        sender="desk@desk.localhost",
        recipient=ticket.identity.value,
        raw=b"Subject: Hello\r\nMessage-ID: <1@desk.localhost>\r\n\r\nWords\r\n",
        caught_at=now,
    )
    held = InboundMail.objects.create(
        mailbox="desk@desk.example",
        raw=b"From: noor@mail.example\r\nSubject: Away\r\n\r\nBack on Monday.\r\n",
        size_bytes=68,
        received_at=now,
        state=InboundMail.State.HELD,
    )
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
            "file_id": file.pk,
            "key": file.pk,
            "submitted.key": ticket.messages.earliest("pk").key,
            "uidb36": "1",
            "account_reset_password_from_key.key": "set-password",
            "token": token,
            "pk": spare.pk,
            "setup:test_state.pk": _mail(now).pk,
            "setup:team.pk": team.pk,
            "setup:queue.pk": queue.pk,
            "setup:topic.pk": topic.pk,
            "setup:move_topic.pk": topic.pk,
            "setup:new_field.pk": topic.pk,
            "setup:field.pk": topic_field.pk,
            "setup:move_field.pk": topic_field.pk,
            "setup:remove_field.pk": topic_field.pk,
            "pulse_tickets.which": "waiting",
            "load_tickets.which": "carried",
            "chart": "flow",
            "mail_again.pk": _failed(reply).pk,
            "mail_arrived.pk": _doubted(now).pk,
            "received_original.pk": held.pk,
            "received_again.pk": held.pk,
            "demo:mail.pk": caught.pk,
            "demo:mail_html.pk": caught.pk,
            "demo:mail_file.pk": caught.pk,
            "demo:mail_file.number": 0,
            "demo:answer.pk": caught.pk,
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


def _mail(at: Any) -> Delivery:
    mail = outbox.queue_mail(
        kind="test",
        recipient="ada@desk.example",
        payload={"from": ["Desk", "desk@desk.localhost"], "subject": "A test", "text": "It works."},
        subject="supportdesk.user",
        subject_id=1,
        group_key="test",
        at=at,
    )
    assert mail
    return mail


def _failed(reply: Message) -> Delivery:
    mail = Delivery.objects.get(subject="tickets.message", subject_id=reply.pk)
    Delivery.objects.filter(pk=mail.pk).update(state=Delivery.State.FAILED)
    return mail


def _doubted(at: Any) -> Delivery:
    mail = _mail(at)
    Delivery.objects.filter(pk=mail.pk).update(state=Delivery.State.IN_DOUBT, doubted_at=at)
    return mail


def _open_door(client: Client, ticket: Ticket) -> None:
    """Hold the cookie of a ticket, as a customer who opened their link does."""
    token = SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=timezone.now())
    answer = client.post(f"/t/{token}/")
    assert answer.status_code in {302, 303}, answer.status_code


#: Sessions and limits are written by reading and by being refused; the cache is a cache.
WRITTEN_ANYWAY = {"django_session", "supportdesk_limit", "cache"}


def written() -> dict[str, int]:
    """Rows that this transaction inserted, changed or deleted, by table: Postgres counts them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0"
        )
        return {name: rows for name, rows in cursor.fetchall() if name not in WRITTEN_ANYWAY}
