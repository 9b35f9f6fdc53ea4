"""What staff do, cut at every point: nothing is half done, lost or doubled."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from supportdesk.models import Delivery, User
from tests.factories import make_agent, make_queue, make_reply, make_team, make_topic
from tests.faults.flows import OnPage, browser, holds
from tests.supportdesk.test_sign_in import INBOX, SIGN_IN
from tests.tickets.desk.pages import hand_off_data, make_fresh, reply_data, solve_data
from tickets.models import Draft, Message, Ticket, Topic

pytestmark = pytest.mark.django_db(transaction=True)


class World:
    """The staff whom all runs of a flow share; one of them is signed in."""

    def __init__(self) -> None:
        self.lead: User = make_agent("Ruth Abernathy")
        self.agent: User = make_agent("Tomás Oliveira")
        self.colleague: User = make_agent("Priya Subramaniam")
        team = make_team(lead=self.lead)
        team.members.add(self.agent, self.colleague)
        self.topic: Topic = make_topic(queue=make_queue(team=team))
        self.client = browser()
        self.client.force_login(self.agent)

    def ticket(self, **fields: Any) -> Ticket:
        Delivery.objects.all().delete()
        assert self.topic.queue is not None
        return make_fresh(queue=self.topic.queue, topic=self.topic, **fields)


class OnTheDesk(OnPage):
    """A verb’s form on the ticket’s page."""

    verb: str

    def __init__(self, world: World) -> None:
        self.world = world
        self.ticket = world.ticket()
        self.client = world.client
        self.begin()
        self.data = self.says()
        self.path = reverse(f"desk:{self.verb}", args=[self.ticket.pk])

    def begin(self) -> None:
        """Bring the ticket to where the flow starts."""

    def says(self) -> dict[str, Any]:
        return {}


class Reply(OnTheDesk):
    """With a draft that is no longer one once it is sent."""

    name, verb = "reply", "reply"

    def begin(self) -> None:
        Draft.keep(
            ticket_id=self.ticket.pk, author=self.world.agent, kind=Draft.Kind.REPLY,
            text="A new", choices={}, version=0, at=self.ticket.created_at,
        )  # fmt: skip

    def says(self) -> dict[str, Any]:
        return reply_data(self.ticket, cc="partner@mail.example")


class Solve(OnTheDesk):
    name, verb = "solve", "solve"

    def says(self) -> dict[str, Any]:
        return solve_data(self.ticket)


class Undo(OnTheDesk):
    """Of a reply that can still be taken back, however slow this machine is."""

    name, verb = "undo", "undo"

    def begin(self) -> None:
        soon = self.ticket.created_at + timedelta(hours=3)
        self.message: Message = make_reply(self.ticket, self.world.agent, at=soon)

    def says(self) -> dict[str, Any]:
        return {"message": self.message.pk}


class Take(OnTheDesk):
    name, verb = "take", "take"


class HandOff(OnTheDesk):
    name, verb = "hand off", "hand_off"

    def says(self) -> dict[str, Any]:
        return hand_off_data(self.ticket, f"user-{self.world.colleague.pk}")


class SignIn(OnPage):
    """With a password; what it opens is a session."""

    name = "sign in"

    def __init__(self, world: World) -> None:
        self.client, self.path = browser(), SIGN_IN
        self.data = {"login": make_agent().email, "password": "a good password"}

    def shape(self) -> Any:
        return self.client.get(INBOX, secure=True).status_code == 200

    def check(self) -> None:
        pass

    def may_be(self, shape: Any, before: Any, after: Any) -> bool:
        return True


FLOWS: list[Callable[[World], OnPage]] = [
    Reply, Solve, Undo, Take, HandOff, SignIn,
]  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_whatever_cuts_it_all_or_nothing_happened_and_once(
    flow: Callable[[World], OnPage], record_property: Callable[[str, object], None]
) -> None:
    many = holds(partial(flow, World()))

    record_property(f"points of {flow.name}", many)  # type: ignore[attr-defined]
    assert many > 5
