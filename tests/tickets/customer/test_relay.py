"""Nobody can make the desk mail strangers: the relay drill, small. Whole: ./desk bench relay."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_agent, make_queue, make_team, make_topic
from tests.tickets.customer.conftest import SUBMIT, a_form
from tickets.models import Ticket, Topic

TYPED = "Zqxj buy https://spam.example now"


@pytest.fixture
def topic(db: None, settings: Settings) -> Topic:
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 5
    settings.FORM_LIMIT_PER_NETWORK = (3, 3600)
    settings.TRUSTED_PROXIES = 1
    team = make_team(lead=make_agent("Ruth", email="ruth@desk.example"))
    return make_topic(queue=make_queue(team=team))


def post(client: Client, topic: Topic, *, victim: int, network: int) -> int:
    form = a_form(
        topic,
        text=f"{TYPED} {victim}",
        desired_outcome=TYPED,
        impact_reason=TYPED,
        name=TYPED,
        email=f"victim{victim}@v{victim % 7}.example",
    )
    return client.post(SUBMIT, form, headers={"X-Forwarded-For": f"203.0.{network}.7"}).status_code


def test_of_many_posts_to_many_addresses_hardly_a_mail_comes_and_nothing_of_the_text(
    client: Client, topic: Topic, clock: Any, agent: User
) -> None:
    answers = [post(client, topic, victim=n, network=n % 10) for n in range(60)]

    # Three of each network are taken, the others are told to wait.
    assert answers == [302] * 30 + [429] * 30
    assert Ticket.objects.count() == 30
    to_strangers = Delivery.objects.exclude(kind="staff")
    assert to_strangers.count() == 5
    for mail in to_strangers:
        assert "zqxj" not in str(mail.payload).lower()
        assert "spam.example" not in str(mail.payload)
    # Staff hear of it once.
    assert Delivery.objects.get(kind="staff").recipient == "ruth@desk.example"

    clock.now = NOW + timedelta(minutes=59)
    assert post(client, topic, victim=99, network=99) == 302
    assert to_strangers.count() == 5


def test_what_came_is_one_view_apart_of_the_inbox(client: Client, topic: Topic, clock: Any) -> None:
    for n in range(12):
        post(client, topic, victim=n % 6, network=n)
    desk = Client()
    desk.force_login(User.objects.get(email="ruth@desk.example"))

    page = desk.get("/desk/?view=unverified").text

    assert "12" in re.findall(r'id="list-count">(\d+)<', page)
    # Grouped by who is said to have sent them.
    assert page.count("@v0.example <b") == 1
    assert re.search(r'victim0@v0\.example <b class="num">2</b>', page)
