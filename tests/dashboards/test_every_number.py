"""Every number and every mark opens exactly the tickets that it counts, and nothing that is hidden."""

import csv
import io
import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback.models import Feedback
from supportdesk.dashboards import counting, first_reply, tables
from supportdesk.models import Team, User
from tests.dashboards.pages import PULSE, marks, numbers
from tests.factories import make_agent, make_identity, make_queue, make_team, make_topic
from tickets.models import Queue, Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class World:
    own: Queue
    open_to_all: Queue
    hidden: Queue
    tickets: list[Ticket]

    def seen(self) -> list[Ticket]:
        return [one for one in self.tickets if one.queue_id != self.hidden.pk]


@pytest.fixture
def world(team: Team, agent: User, supervisor: User) -> World:
    """Four months of tickets, a third of them in a private queue of another team."""
    rng, now = random.Random(3), timezone.now()
    queues = [
        make_queue("Orders", team=team),
        make_queue("Billing", team=make_team("Money")),
        make_queue("Claims", team=make_team("Legal"), is_private=True),
    ]
    owners = [None, agent, supervisor, make_agent("Otto Legal", team=queues[2].team)]
    make_tickets(rng, 120, queues, owners, now=now)
    while counting.count(at=timezone.now()):
        pass
    return World(*queues, list(Ticket.objects.no_spam()))


def make_tickets(
    rng: random.Random,
    many: int,
    queues: list[Queue],
    owners: list[User | None],
    *,
    now: datetime,
) -> None:
    """Rows as months of work leave them, made without verbs: here only counting is asked."""
    topic, identity = make_topic(), make_identity(at=now)
    rows = []
    for n in range(many):
        at = now - timedelta(days=rng.random() ** 2 * 115, minutes=5)
        reply = at + rng.random() ** 2 * 3 * DAY
        solved = reply + rng.random() * 9 * DAY
        is_solved = solved < now and rng.random() < 0.8
        state = "solved" if is_solved else rng.choice(["new", "open", "waiting", "on_hold"])
        is_promised = state != "solved" and rng.random() < 0.7
        rows.append(
            Ticket(
                queue=rng.choice(queues),
                topic=topic,
                customer=identity.customer,
                identity=identity,
                owner=rng.choice(owners),
                subject=f"Matter {n}",
                via="web",
                state=state,
                priority=rng.choice([1, 2, 2, 3, 4]),
                given_outcome="full" if is_solved else "",
                confirmation="asked" if is_solved else "",
                spam_at=now if rng.random() < 0.05 else None,
                due_at=now + rng.uniform(-2, 4) * HOUR if is_promised else None,
                broken_at=now - HOUR if is_promised and rng.random() < 0.2 else None,
                waiting_since=at if state != "solved" and rng.random() < 0.5 else None,
                created_at=at,
                changed_at=now,
                last_at=now,
                state_from=now,
                first_reply_at=reply if reply < now else None,
                solved_at=solved if is_solved else None,
            )
        )
    made = Ticket.objects.bulk_create(rows)
    Feedback.objects.bulk_create(
        Feedback(
            ticket=ticket,
            solved_at=ticket.solved_at,
            is_solved=rng.choice(["yes", "yes", "partly", "no"]),
            at=min(ticket.solved_at + DAY, now),
        )
        for ticket in made
        if ticket.solved_at and rng.random() < 0.7
    )


TABLES = [f"tables/{name}/" for name in tables.TABLES]
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


def test_each_number_says_what_it_means(world: World, browser: Client) -> None:
    page = browser.get(PULSE).content.decode()
    for key in re.findall(r'aria-describedby="(means-[\w-]+)"', page):
        assert re.search(rf'id="{key}"[^>]*>\s*\S{{3}}', page), key
    assert page.count('class="meaning__open"') >= 8
    assert reverse("pulse_now") in page
