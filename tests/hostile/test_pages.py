"""Every page of the desk with harm in every word of it, as each reads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from supportdesk.lib.access import Policy
from tests.access.endpoints import Endpoint, endpoints
from tests.access.world import World
from tests.hostile.look import faults
from tests.hostile.payloads import VECTORS, joined, payloads
from tests.hostile.rounds import rounds
from tests.hostile.world import mails_of, make_hostile_world, poison

pytestmark = pytest.mark.django_db

#: Who sees most of what each policy lets in.
READERS = {
    Policy.AGENT: ("admin", "agent"),
    Policy.SUPERVISOR: ("supervisor",),
    Policy.ADMIN: ("admin",),
    Policy.SIGNED_IN: ("agent",),
    Policy.ANYONE: ("stranger", "admin"),
    Policy.TRIAL: ("stranger",),
    Policy.LINK: ("customer",),
}
#: Words that pages take from their address, with harm in each.
ASKED = ("q", "next", "view", "state", "owner", "queue", "topic", "tag", "sort", "after", "before",
         "open", "page", "to", "at", "key", "role", "language")  # fmt: skip


def pages(world: World) -> Iterator[tuple[Endpoint, str, str]]:
    for endpoint in endpoints():
        assert endpoint.policy
        for role in READERS.get(endpoint.policy, ("stranger",)):
            yield endpoint, role, world.address_of(endpoint)


def html_of(client: Client, method: str, address: str, data: Any = None) -> str:
    client.raise_request_exception = True
    answer = getattr(client, method)(address, data, headers={"accept": "text/html"})
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_html and not answer.streaming else ""


@pytest.fixture(scope="module", params=rounds())
def made(kept: None, request: pytest.FixtureRequest) -> World:
    return make_hostile_world(request.param)


@pytest.fixture
def world(made: World, db: None) -> World:
    return made.anew()


def test_no_page_obeys_what_people_wrote(world: World) -> None:
    found, seen = {}, set()
    for endpoint, role, address in pages(world):
        html = html_of(world.clients[role], "get", address)
        if "pwn" in html:
            seen.add(endpoint.name)
        if wrong := faults(
            html, is_framed=endpoint.name in {"desk:message_body", "demo:mail_html"}
        ):
            found[f"{endpoint.name} for {role}"] = wrong[:4]

    assert found == {}, "\n".join(f"{k}: {v}" for k, v in found.items())
    assert seen >= {"desk:inbox", "desk:ticket", "your_ticket", "demo:mailbox", "setup:people"}


def test_no_mail_of_ours_carries_what_people_wrote_as_more_than_words(world: World) -> None:
    html = mails_of(world)

    assert sum("pwn" in mail for mail in html) > 3
    assert {n: wrong for n, mail in enumerate(html) if (wrong := mail_faults(mail))} == {}


def mail_faults(html: str) -> list[str]:
    """Mails have styles on their elements: there is no other place for them."""
    return faults(html, is_framed=True)


def test_no_page_obeys_its_address(world: World) -> None:
    found = {}
    asked = {name: f'">{VECTORS[1]}{joined(150, 7 * n)}' for n, name in enumerate(ASKED)}
    for endpoint, role, address in pages(world):
        client = world.clients[role]
        if wrong := _but_frames(endpoint, html_of(client, "get", address, asked)):
            found[f"GET {endpoint.name} for {role}"] = wrong[:4]

    assert found == {}, "\n".join(f"{k}: {v}" for k, v in found.items())


def _but_frames(endpoint: Endpoint, html: str) -> list[str]:
    return faults(html, is_framed=endpoint.name in {"desk:message_body", "demo:mail_html"})


def test_a_page_that_obeyed_would_be_seen() -> None:
    """Of payloads that are whole in themselves; the others need the place that they are made for."""
    whole = {"scripts", "handlers", "schemes", "svg", "htmx", "requests", "mathml", "gadgets"}
    bare = [each for each in payloads() if each.kind in whole and each.text.startswith("<")]

    unseen = [each.text for each in bare if not faults(f"<main>{each.text}</main>")]

    assert len(unseen) <= len(bare) // 6, unseen
    assert all(faults(f"<main>{vector}</main>") for vector in VECTORS)
    assert not any(faults(f"<main>{escape(each.text)}</main>") for each in payloads())


def test_every_column_takes_harm_in_these_tests(world: World) -> None:
    """What these tests say of a page they say only of words that were harmful."""
    took = poison(3)

    assert took >= {
        "Attachment.name", "Customer.name", "Desk.name", "Event.data", "Feedback.words",
        "FollowUp.what", "Handoff.wants", "Identity.value", "InboundMail.reason", "Message.text",
        "Organization.name", "Queue.name", "Team.name", "Ticket.complaint_quote",
        "Ticket.hold_reason", "Ticket.subject", "Ticket.tags", "Topic.name", "TopicField.choices",
        "TopicField.label", "User.name", "User.signature", "Ticket.answers", "Ticket.last_text",
    }  # fmt: skip
