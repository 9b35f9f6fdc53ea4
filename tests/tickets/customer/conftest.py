"""What the stories of the customer’s side begin with."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.factories import NOW, make_queue, make_topic
from tickets.models import Queue, SecretLink, Ticket, Topic

SUBMIT = "/submit/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The wall clock of views: ``clock.now`` can be set."""

    class Clock:
        now: datetime = NOW

    monkeypatch.setattr("django.utils.timezone.now", lambda: Clock.now)
    yield Clock
    Clock.now = NOW


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue("Orders")


@pytest.fixture
def topic(queue: Queue) -> Topic:
    return make_topic("Delivery", queue=queue)


def a_form(topic: Topic, **fields: Any) -> dict[str, Any]:
    """A form that is right, as the browser sends it."""
    return {
        "key": str(uuid.uuid4()),
        "topic": str(topic.pk),
        "asked": "",
        "text": "The parcel never came.\r\nI waited all day.",
        "desired_outcome": "A new one by Friday.",
        "impact": "blocked",
        "impact_reason": "I race on Sunday.",
        "name": "Noor El-Amin",
        "email": "Noor@Mail.example",
        **fields,
    }


def read(answer: Any) -> int:
    """Read an answer to its end, files too, and return its status."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    return int(answer.status_code)


def let_in(client: Client, ticket: Ticket, at: datetime = NOW) -> Client:
    """Open the ticket in this browser with a link that was mailed to its customer."""
    token = SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=at)
    answer = client.post(f"/t/{token}/")
    assert answer.status_code == 303
    return client
