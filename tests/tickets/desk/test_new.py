import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from supportdesk.models import User
from tests.factories import make_identity, make_queue, make_team, make_topic
from tests.tickets.desk.pages import make_fresh, words
from tickets.models import Ticket, Topic

NEW = reverse("desk:new")


def _said(topic: Topic, **fields: Any) -> dict[str, Any]:
    return {
        "contact": "+44 20 7946 0000",
        "name": "Yuki Tanabe",
        "topic": topic.pk,
        "subject": "Poles are missing",
        "text": "The bag was empty.",
        "desired_outcome": "Poles by Friday",
        "impact": "blocked",
        "key": str(uuid.uuid4()),
    } | fields


def test_a_call_becomes_a_ticket_of_who_took_it(browser: Client, agent: User) -> None:
    topic = make_topic(queue=make_queue())

    answer = browser.post(NEW, _said(topic))

    ticket = Ticket.objects.get()
    assert answer["Location"] == reverse("desk:ticket", args=[ticket.pk])
    assert (ticket.owner, ticket.via, ticket.queue) == (agent, "phone", topic.queue)
    assert ticket.identity.value == "+442079460000"
    assert ticket.customer.name == "Yuki Tanabe"
    assert (ticket.desired_outcome, ticket.impact) == ("Poles by Friday", "blocked")
    assert ticket.events.get().kind == "opened"


def test_whoever_is_known_stays_one_customer(browser: Client) -> None:
    known = make_identity("yuki@mail.example", name="Yuki Tanabe")
    topic = make_topic(parent=make_topic(queue=make_queue()))

    browser.post(NEW, _said(topic, contact=" YUKI@mail.example", name="Somebody else"))

    assert Ticket.objects.get().customer == known.customer
    assert Customer.objects.get().name == "Yuki Tanabe"


def test_who_it_is_and_what_is_open_already(browser: Client) -> None:
    known = make_identity("yuki@mail.example", name="Yuki Tanabe")
    make_fresh(identity=known, subject="Tent poles")
    make_fresh(
        identity=known, subject="Secret", queue=make_queue(team=make_team(), is_private=True)
    )

    html = browser.get(reverse("desk:who"), {"contact": "yuki@mail.example"}).content.decode()

    assert "Yuki Tanabe" in html
    assert "Tent poles" in html
    assert "Secret" not in html
    assert (
        "New here." in browser.get(reverse("desk:who"), {"contact": "a@b.example"}).content.decode()
    )
    assert not words(browser.get(reverse("desk:who"), {"contact": "?"}).content.decode())


def test_bad_input_comes_back_whole(browser: Client) -> None:
    topic = make_topic(queue=make_queue())

    page = browser.post(
        NEW, _said(topic, contact="?", subject="", files=SimpleUploadedFile("a.txt", b"x"))
    )

    html = page.content.decode()
    assert "That is neither a mail address nor a phone number." in html
    assert "Say in a few words what it is about." in html
    assert "The bag was empty." in html
    assert "a.txt" in html
    assert not Ticket.objects.exists()


def test_pressing_twice_is_one_ticket(browser: Client) -> None:
    said = _said(make_topic(queue=make_queue()))

    browser.post(NEW, said)
    browser.post(NEW, said)

    assert Ticket.objects.count() == 1


def test_a_topic_without_a_queue_says_so(browser: Client) -> None:
    page = browser.post(NEW, _said(make_topic()))

    assert "This topic has no queue yet. Choose another." in page.content.decode()
