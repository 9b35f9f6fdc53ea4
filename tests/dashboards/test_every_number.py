"""Every number and every mark opens exactly the tickets that it counts, and nothing that is hidden."""

import csv
import io
import random
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Feedback
from supportdesk.dashboards import counting, first_reply, tables
from supportdesk.models import Role, Team, User
from tests.dashboards.pages import PULSE, TABLES, marks, numbers
from tests.dashboards.rows import make_tickets
from tests.factories import make_agent, make_queue, make_team
from tickets.models import Queue, Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class World:
    own: Queue
    open_to_all: Queue
    hidden: Queue
    team: Team
    supervisor: User
    tickets: list[Ticket]

    def seen(self) -> list[Ticket]:
        return [one for one in self.tickets if one.queue_id != self.hidden.pk]


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    """Four months of tickets, a third of them in a private queue of another team."""
    rng, now, team = random.Random(3), timezone.now(), make_team()
    agent = make_agent("Tomás Oliveira", team=team)
    supervisor = make_agent("Ruth Abernathy", team=team, role=Role.SUPERVISOR)
    queues = [
        make_queue("Orders", team=team),
        make_queue("Billing", team=make_team("Money")),
        make_queue("Claims", team=make_team("Legal"), is_private=True),
    ]
    owners = [None, agent, supervisor, make_agent("Otto Legal", team=queues[2].team)]
    make_tickets(rng, 120, queues, owners, now=now)
    while counting.count(at=timezone.now()):
        pass
    return World(*queues, team, supervisor, list(Ticket.objects.no_spam()))


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


@pytest.fixture
def team(world: World) -> Team:
    return world.team


@pytest.fixture
def supervisor(world: World) -> User:
    return world.supervisor


#: The short period is followed to the last mark, the others at some of theirs.
PAGES = [
    ("days=7", 1000),
    ("days=90&queue={own}", 20),
    ("team={own_team}", 20),
    ("queue={hidden}", 20),
]


@pytest.mark.parametrize(("query", "followed"), PAGES)
def test_each_opens_exactly_what_it_counts(
    query: str, followed: int, world: World, browser: Client
) -> None:
    query = query.format(own=world.own.pk, own_team=world.own.team_id, hidden=world.hidden.pk)
    hidden = {one.pk for one in world.tickets if one.queue_id == world.hidden.pk}
    assert len(hidden) > 20, "nothing could have leaked"
    pages = [browser.get(f"{PULSE}{part}?{query}").content.decode() for part in ("", *TABLES)]
    said = {mark.address: mark.n for page in pages for mark in marks(page)}
    assert len(said) > 40
    some = sorted(said)
    counted = []
    for address in random.Random(5).sample(some, min(followed, len(some))):
        total, listed = numbers(browser, address)
        assert total == said[address], address
        assert len(listed) == len(set(listed)) == int(total), address
        assert not hidden & set(listed), address
        counted.append(int(total))
    assert sum(1 for n in counted if n) > 4, "a world of zeros proves nothing"
    # The same tickets by another way say the same.
    for page in pages:
        assert {mark.address: mark.n for mark in marks(page)}.items() <= said.items()


def test_the_history_is_that_of_the_tickets_one_sees(world: World, browser: Client) -> None:
    """Against plain Python, for the numbers that are read from kept days."""
    today = timezone.now().date()
    since = today - timedelta(days=27)
    seen = world.seen()
    came = {one.pk for one in seen if since <= one.created_at.date() <= today}
    done = {
        one.pk
        for one in seen
        if one.state == "solved" and one.solved_at and since <= one.solved_at.date() <= today
    }
    left = {
        one.pk
        for one in seen
        if one.created_at.date() <= since
        and not (one.state == "solved" and one.solved_at and one.solved_at.date() <= since)
    }
    told = {one.ticket_id: one for one in Feedback.objects.filter(ticket__in=seen)}
    yes = {pk for pk, one in told.items() if one.is_solved == "yes" and one.at.date() >= since}
    replied = {one.pk for one in seen if one.first_reply_at and one.first_reply_at.date() >= since}
    page = browser.get(PULSE).content.decode()

    def opens(*parts: str) -> set[int]:
        mark = next(one for one in marks(page) if all(part in one.address for part in parts))
        said, listed = numbers(browser, mark.address)
        assert int(said) == len(listed)
        return set(listed)

    assert opens("/created/", f"since={since}") == came
    assert opens("/solved/", f"since={since}") == done
    assert opens("/unsolved/", f"until={since}") == left
    assert opens("/answered/", f"since={since}", "part=yes") == yes
    assert opens("/first-reply/", f"since={since}") == replied
    assert min(map(len, (came, done, left, yes, replied))) > 3


def test_counting_by_classes_says_nearly_the_same(
    world: World, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With more replies than are looked at one by one: the bars are exact, the middle nearly."""
    exact = browser.get(f"{PULSE}?days=90").content.decode()
    monkeypatch.setattr(first_reply, "EXACT", 10)
    about = browser.get(f"{PULSE}?days=90").content.decode()

    assert [m for m in marks(about) if "first-reply" in m.address] == [
        m for m in marks(exact) if "first-reply" in m.address
    ]
    said = [re.search(r"half within\s*<b>(.*?)</b>", page) for page in (exact, about)]
    minutes = [_minutes(one[1]) for one in said if one]
    assert len(minutes) == 2
    assert abs(minutes[0] - minutes[1]) <= minutes[0] * 0.1 + 1


def _minutes(words: str) -> int:
    found = re.fullmatch(r"(?:(\d+) h)?\s*(\d+)?(?: min)?", words)
    assert found, words
    return int(found[1] or 0) * 60 + int(found[2] or 0)


def test_a_ticket_that_moves_takes_its_past_along(
    world: World, browser: Client, supervisor: User
) -> None:
    """From a queue that the supervisor sees to one that they do not, and nobody counts it twice."""
    ticket = next(one for one in world.seen() if one.created_at > timezone.now() - 20 * DAY)
    before = {m.address: m.n for m in marks(browser.get(PULSE).content.decode())}

    ticket.change_queue(world.hidden, by=supervisor, at=timezone.now())
    Ticket.objects.filter(pk=ticket.pk).update(owner=supervisor)
    counting.count(at=timezone.now())

    after = {m.address: m.n for m in marks(browser.get(PULSE).content.decode())}
    came = next(address for address in after if "/created/" in address)
    assert int(after[came]) == int(before[came]) - 1
    said, listed = numbers(browser, came)
    assert (int(said), ticket.pk in listed) == (int(after[came]), False)


def test_until_it_is_counted_nothing_leaks_either(
    world: World, browser: Client, supervisor: User
) -> None:
    """In the half minute before the counting a list is shorter than its number, never longer."""
    came = next(m for m in marks(browser.get(PULSE).content.decode()) if "/created/" in m.address)
    moved = numbers(browser, came.address)[1][0]
    Ticket.objects.filter(pk=moved).update(queue=world.hidden, owner=None)

    assert moved not in numbers(browser, came.address)[1]


def test_a_file_says_what_the_page_says_and_runs_nothing(
    world: World, browser: Client, team: Team
) -> None:
    make_agent('=HYPERLINK("http://evil.example";"me")', team=team)
    for name in tables.TABLES:
        page = browser.get(f"{PULSE}tables/{name}/").content.decode()
        answer = browser.get(f"{PULSE}tables/{name}.csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows) == page.count("<tr>"), name
        counted = [mark.n for mark in marks(page)]
        assert counted
        cells = [cell for row in rows[1:] for cell in row]
        for n in counted:
            cells.remove(n)
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-"))]
    assert browser.get(f"{PULSE}tables/nonsense/").status_code == 404
    assert browser.get(f"{PULSE}tables/nonsense.csv").status_code == 404


def test_each_number_says_what_it_means(world: World, browser: Client) -> None:
    page = browser.get(PULSE).content.decode()
    for key in re.findall(r'aria-describedby="(means-[\w-]+)"', page):
        assert re.search(rf'id="{key}"[^>]*>\s*\S{{3}}', page), key
    assert page.count('class="meaning__open"') >= 8
    assert reverse("pulse_now") in page
