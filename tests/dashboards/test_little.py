"""Nothing, one ticket, more than is counted: and what each costs."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from supportdesk.dashboards import counting
from supportdesk.models import Team, User
from tests.dashboards.pages import PULSE, TABLES, marks, numbers, says
from tests.dashboards.rows import make_tickets
from tests.factories import make_agent, make_queue, make_ticket
from tickets import counts
from tickets.models import Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_an_empty_desk_and_one_ticket(browser: Client, supervisor: User) -> None:
    assert says(browser, "waiting") == "0"
    assert numbers(browser, marks(browser.get(PULSE).content.decode())[0].address) == ("0", [])

    ticket = make_ticket(at=timezone.now() - HOUR)

    assert says(browser, "waiting") == "1"
    assert ticket.subject in browser.get(PULSE).content.decode()


def test_a_flood_says_that_it_is_more(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "CAP", 2)
    queue = make_queue()
    for _ in range(4):
        make_ticket(queue=queue, at=timezone.now() - HOUR)

    assert says(browser, "waiting") == "2+"


def test_the_page_costs_the_same_for_one_and_for_many(
    browser: Client, team: Team, agent: User
) -> None:
    queue = make_queue(team=team)
    asked = []
    for many in (1, 20):
        for n in range(many):
            owner = make_agent(team=team) if n % 8 == 0 else agent
            ticket = make_ticket(
                queue=make_queue(team=team) if n % 7 == 0 else queue,
                at=timezone.now() - HOUR,
                owner=owner,
            )
            ticket.change_tags(["wheel"], by=owner, at=timezone.now())
        for address in (PULSE, reverse("pulse_now"), reverse("pulse_tickets", args=["waiting"])):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(address).status_code == 200
            asked.append((address, len(queries)))
    assert asked[:3] == asked[3:]
    assert asked[0][1] <= 12


def test_before_anything_is_counted_the_page_says_so(browser: Client, team: Team) -> None:
    make_queue(team=team)
    page = browser.get(PULSE).content.decode()

    assert "The history is being counted" in page
    assert "Nobody had a first reply in these days" in page
    assert "half within" not in page


def test_one_ticket_is_no_statistic(browser: Client, team: Team, agent: User) -> None:
    make_tickets(random.Random(8), 1, [make_queue(team=team)], [agent], now=timezone.now())
    Ticket.objects.update(
        created_at=timezone.now() - 2 * DAY, first_reply_at=timezone.now() - DAY, spam_at=None
    )
    counting.count(at=timezone.now())

    page = browser.get(PULSE).content.decode()

    assert "1 first reply" in page
    assert "Too few to say what nine of ten are" in page


def test_the_history_costs_the_same_for_few_and_for_many(
    browser: Client, team: Team, agent: User
) -> None:
    rng, now, asked = random.Random(1), timezone.now(), []
    queue = make_queue(team=team)
    make_tickets(rng, 1, [queue], [agent], now=now)
    for many in (0, 60):
        queues = [queue, *(make_queue(team=team) for _ in range(many // 10))]
        owners: list[User | None] = [agent, *(make_agent(team=team) for _ in range(many // 10))]
        make_tickets(rng, many, queues, owners, now=now)
        counting.count(at=now)
        for address in (PULSE, f"{PULSE}?days=90", *(PULSE + table for table in TABLES)):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(address).status_code == 200
            asked.append((address, len(queries)))
    half = len(asked) // 2
    assert asked[:half] == asked[half:]
    assert max(n for _address, n in asked) <= 12
