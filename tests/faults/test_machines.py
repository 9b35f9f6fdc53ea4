"""What works behind the pages, cut at every point: mail out, mail in, timers."""

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from customers.models import Customer
from supportdesk import outbox, tasks, timers
from supportdesk.lib import journal, tokens
from supportdesk.lib.journal import Word
from supportdesk.models import Delivery, Timer, User
from tests.factories import (
    NOW,
    make_agent,
    make_identity,
    make_queue,
    make_reply,
    make_team,
    make_ticket,
    make_topic,
)
from tests.faults.flows import Flow, agree, holds, shape_of
from tests.supportdesk.mail_server import Server, running
from tests.tickets.mail.mails import READER, make_mail
from tickets.mail import intake, threads
from tickets.models import InboundMail, Message, SecretLink, Ticket, Topic
from tickets.states import State

pytestmark = pytest.mark.django_db(transaction=True)

A_MINUTE = timedelta(minutes=1)
MAILBOX = "desk@desk.example"


class World:
    """The desk that all runs of a flow share, and the mail server that survives them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.agent: User = make_agent("Tomás Oliveira")
        team = make_team(lead=make_agent("Ruth Abernathy"))
        self.topic: Topic = make_topic(queue=make_queue(team=team))

    def ticket(self) -> Ticket:
        """A ticket on a desk where nothing else is due or waits to be sent."""
        Timer.objects.all().delete()
        Delivery.objects.all().delete()
        del self.server.mails[:]
        return make_ticket(queue=self.topic.queue, topic=self.topic)

    def ask(self, message_id: str, *, since: datetime) -> Word:
        """The journal: the server’s own memory."""
        took = any(message_id.encode() in raw for _sender, _recipient, raw in self.server.mails)
        return Word.TAKEN if took else Word.NOT_TAKEN


@pytest.fixture
def world(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 100_000
    # A line that was cut here stays open: the server waits for the rest of a mail.
    settings.MAIL_DEADLINE_SECONDS = 1
    with running() as server:
        settings.MAIL_SERVER = server.address
        world = World(server)
        monkeypatch.setattr(journal, "current", lambda: world)
        yield world


class SendMail(Flow):
    """A reply with the customer’s link: claimed, handed over, settled; at most once, and once."""

    name, is_answered = "send mail", False

    def __init__(self, world: World) -> None:
        self.world = world
        self.ticket = world.ticket()
        Delivery.objects.all().delete()
        make_reply(self.ticket, world.agent)
        self.at = NOW + timedelta(hours=2)

    def act(self) -> bool:
        # Through the task’s body, with a clock of ours.
        while outbox.send_next(at=self.at):
            pass
        return True

    def recover(self) -> None:
        for _n in range(10):
            self.at += 3 * A_MINUTE
            outbox.reap(at=self.at)
            self.act()

    def shape(self) -> Any:
        return Delivery.objects.get().state, len(self.world.server.mails)

    def may_be(self, shape: Any, before: Any, after: Any) -> bool:
        state, copies = shape
        return copies == 1 if state == Delivery.State.SENT else copies <= 1

    def check(self) -> None:
        for _sender, _recipient, raw in self.world.server.mails:
            # The link that arrived opens the ticket: it was kept before the mail went out.
            found = re.search(rb"/t/([\w-]{40,64})/", raw.replace(b"=\r\n", b""))
            assert found is not None
            kept = SecretLink.objects.filter(token_hash=tokens.hashed(found[1].decode()))
            assert kept.get().ticket_id == self.ticket.pk


class BreakPromise(Flow):
    """A tick in which a promise breaks and is escalated, with its mails."""

    name, is_answered = "timer tick", False

    def __init__(self, world: World) -> None:
        self.ticket = world.ticket()
        assert self.ticket.due_at is not None
        self.at: datetime = self.ticket.due_at

    def act(self) -> bool:
        timers.run_due(at=self.at)
        tasks.ring("supportdesk.tasks.send_mail")
        return True

    def recover(self) -> None:
        for _n in range(3):
            self.at += timedelta(seconds=20)
            self.act()

    def shape(self) -> Any:
        return shape_of(self.ticket.pk)

    def may_be(self, shape: Any, before: Any, after: Any) -> bool:
        # What was looked at without effect may have fired; the rest is all or nothing.
        return shape | {"timers": 0} in (before | {"timers": 0}, after | {"timers": 0})

    def check(self) -> None:
        agree(self.ticket.pk)
        assert self.ticket.events.filter(kind="promise_broken").count() <= 1


class ReceiveMail(Flow):
    """The bytes of a mail are stored, once; that is when its sender’s server may forget it."""

    name = "mail stored"

    def __init__(self, world: World) -> None:
        self.raw = make_mail(f"Again {uuid.uuid4()}")

    def act(self) -> bool:
        return intake.receive(self.raw, MAILBOX, at=NOW).pk is not None

    def shape(self) -> Any:
        return InboundMail.objects.filter(raw=self.raw).count()


class ProcessMail(Flow):
    """A stored mail becomes a ticket, with its file."""

    name = "mail becomes a ticket"

    def __init__(self, world: World) -> None:
        self.world = world
        Delivery.objects.all().delete()
        self.address = f"{uuid.uuid4().hex}@mail.example"
        self.mail = self.arrive()
        self.at = NOW

    def arrive(self) -> InboundMail:
        raw = make_mail(sender=self.address, files=(("a.pdf", b"%PDF-1.4 x"),))
        return intake.receive(raw, MAILBOX, at=NOW)

    def act(self) -> bool:
        while intake.process_next(at=self.at, reader=READER):
            pass
        self.mail.refresh_from_db()
        return self.mail.state == InboundMail.State.DONE

    def recover(self) -> None:
        for _n in range(3):
            self.at += 2 * A_MINUTE
            self.act()

    def shape(self) -> Any:
        self.mail.refresh_from_db()
        tickets = self.tickets()
        shape = shape_of(tickets[0].pk) if tickets else len(self.customers())
        return self.mail.state, len(tickets), shape

    def customers(self) -> list[Customer]:
        return list(Customer.objects.filter(identities__value=self.address))

    def tickets(self) -> list[Ticket]:
        return list(Ticket.objects.filter(customer__in=self.customers()))

    def check(self) -> None:
        for ticket in self.tickets():
            agree(ticket.pk)


class ProcessAnswer(ProcessMail):
    """A stored mail joins its ticket and opens it again."""

    name = "mail joins its ticket"

    def arrive(self) -> InboundMail:
        self.ticket = make_ticket(
            identity=make_identity(self.address), queue=self.world.topic.queue
        )
        make_reply(self.ticket, self.world.agent, then=State.WAITING)
        raw = make_mail("Yes.", sender=self.address, in_reply_to=threads.root_id(self.ticket))
        return intake.receive(raw, MAILBOX, at=NOW)

    def check(self) -> None:
        agree(self.ticket.pk)
        assert Message.objects.filter(ticket=self.ticket, text="Yes.").count() <= 1


FLOWS: list[Callable[[World], Flow]] = [
    SendMail, BreakPromise, ReceiveMail, ProcessMail, ProcessAnswer,
]  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_whatever_cuts_it_all_or_nothing_happened_and_once(
    flow: Callable[[World], Flow],
    world: World,
    record_property: Callable[[str, object], None],
) -> None:
    many = holds(partial(flow, world))

    record_property(f"points of {flow.name}", many)  # type: ignore[attr-defined]
    assert many > 3
