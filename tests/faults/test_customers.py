"""What customers do, cut at every point: nothing is half done, lost or doubled."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from customers.models import Customer
from supportdesk.models import Delivery, User
from tests.factories import (
    make_agent,
    make_identity,
    make_queue,
    make_solved,
    make_team,
    make_topic,
)
from tests.faults.flows import OnPage, agree, browser, holds, shape_of
from tests.tickets.customer.conftest import SUBMIT, a_form, let_in
from tests.tickets.desk.pages import make_fresh
from tickets.models import Message, SecretLink, Ticket, Topic
from tickets.states import State

pytestmark = pytest.mark.django_db(transaction=True)

_HOUR = timedelta(hours=1)


class World:
    """What all runs of a flow share: the team and its lead, who is told of things."""

    def __init__(self) -> None:
        self.agent: User = make_agent("Tomás Oliveira")
        self.topic: Topic = make_topic(queue=make_queue(team=make_team(lead=self.agent)))

    def ticket(self, **fields: Any) -> Ticket:
        # Staff are told of new tickets once in a while only: each run is the first.
        Delivery.objects.all().delete()
        assert self.topic.queue is not None
        return make_fresh(queue=self.topic.queue, topic=self.topic, **fields)


@pytest.fixture
def world(settings: Settings) -> World:
    settings.FORM_LIMIT_PER_NETWORK = settings.FORM_LIMIT_PER_DESK = (100_000, 3600)
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 100_000
    return World()


class Submit(OnPage):
    """The form, with a file."""

    name = "submit"

    def __init__(self, world: World) -> None:
        Delivery.objects.all().delete()
        self.client, self.path = browser(), SUBMIT
        self.address = f"{uuid.uuid4().hex}@mail.example"
        self.data = a_form(world.topic, email=self.address)

    def posted(self) -> dict[str, Any]:
        return self.data | {"uploads": SimpleUploadedFile("rim.txt", b"dented")}

    def shape(self) -> Any:
        customers = Customer.objects.filter(identities__value=self.address)
        tickets = list(Ticket.objects.filter(customer__in=customers))
        if not tickets:
            # A customer without a ticket would be half a change.
            return customers.count()
        (ticket,) = tickets
        assert Message.objects.filter(key=self.data["key"]).count() == 1
        return shape_of(ticket.pk)

    def check(self) -> None:
        for ticket in Ticket.objects.filter(identity__value=self.address):
            agree(ticket.pk)


class FromTheirPage(OnPage):
    verb: str

    def __init__(self, world: World) -> None:
        self.ticket = self.begin(world)
        self.client = let_in(browser(), self.ticket, at=timezone.now())
        self.path = f"/t/{self.ticket.pk}/{self.verb}/"

    def begin(self, world: World) -> Ticket:
        return world.ticket()


class Write(FromTheirPage):
    name, verb = "customer writes", "write"

    def begin(self, world: World) -> Ticket:
        ticket = world.ticket()
        ticket.reply(
            text="Which wheel?", by=world.agent, at=ticket.created_at + timedelta(minutes=5),
            seen=ticket.thread_version, key=uuid.uuid4(), then=State.WAITING,
        )  # fmt: skip
        ticket.refresh_from_db()
        self.data = {"text": "The front one.", "key": str(uuid.uuid4())}
        return ticket


class AfterSolution(FromTheirPage):
    def begin(self, world: World) -> Ticket:
        ticket = world.ticket()
        make_solved(ticket, world.agent, at=ticket.created_at + timedelta(minutes=5))
        ticket.refresh_from_db()
        self.data = self.says()
        return ticket

    def says(self) -> dict[str, Any]:
        return {}


class Confirm(AfterSolution):
    name, verb = "customer confirms", "solved"


class NotYet(AfterSolution):
    name, verb = "customer says not yet", "not-yet"

    def says(self) -> dict[str, Any]:
        return {"reason": "It is bent again.", "key": str(uuid.uuid4())}


class Survey(AfterSolution):
    name, verb = "survey", "feedback"

    def says(self) -> dict[str, Any]:
        return {"is_solved": "partly", "ease": "3", "words": "Slow.", "may_contact": "yes"}


class OpenLink(OnPage):
    """The button behind a mailed link: it lets in, and proves the address."""

    name = "open the link"

    def __init__(self, world: World) -> None:
        identity = make_identity(is_verified=False)
        self.ticket = world.ticket(identity=identity)
        token = SecretLink.mint(
            ticket_id=self.ticket.pk, identity=identity, at=timezone.now() - _HOUR
        )
        self.client, self.path, self.data = browser(), f"/t/{token}/", {}

    def shape(self) -> Any:
        (link,) = SecretLink.objects.filter(ticket=self.ticket)
        self.ticket.identity.refresh_from_db()
        return (
            self.ticket.identity.is_verified,
            link.expires_at > timezone.now() + 29.99 * 24 * _HOUR,
        )


FLOWS: list[Callable[[World], OnPage]] = [
    Submit, Write, Confirm, NotYet, Survey, OpenLink,
]  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_whatever_cuts_it_all_or_nothing_happened_and_once(
    flow: Callable[[World], OnPage],
    world: World,
    record_property: Callable[[str, object], None],
) -> None:
    many = holds(partial(flow, world))

    record_property(f"points of {flow.name}", many)  # type: ignore[attr-defined]
    assert many > 5
