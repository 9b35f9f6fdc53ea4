"""The figures of this moment against a plain count over a world made by hand."""

import html
import re
import uuid
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk.dashboards import scope
from supportdesk.models import Role, Team, User
from tests.dashboards.pages import PULSE, marks, numbers, says
from tests.factories import make_agent, make_queue, make_reply, make_solved, make_team, make_ticket
from tickets.models import Queue, Ticket

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SLUGS = ("waiting", "about-to-break", "broken", "nobodys")


@dataclass
class World:
    """Tickets in a queue that the supervisor sees, and their twins where they must not look."""

    at: datetime
    own: Queue
    open_to_all: Queue
    hidden: Queue
    team: Team
    agent: User
    supervisor: User

    def tickets(self) -> list[Ticket]:
        return list(Ticket.objects.select_related("queue"))


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    at, team = timezone.now(), make_team()
    agent = make_agent("Tomás Oliveira", team=team)
    world = World(
        at=at,
        own=make_queue("Orders", team=team),
        open_to_all=make_queue("Billing", team=make_team("Money")),
        hidden=make_queue("Claims", team=make_team("Legal"), is_private=True),
        team=team,
        agent=agent,
        supervisor=make_agent("Ruth Abernathy", team=team, role=Role.SUPERVISOR),
    )
    for queue in (world.own, world.open_to_all, world.hidden):
        make_some(queue, agent, at=at)
    # Theirs to read, in a queue that is not: it must not stand for its whole queue.
    make_ticket(queue=world.hidden, at=at - 3 * HOUR, owner=world.supervisor)
    return world


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


@pytest.fixture
def team(world: World) -> Team:
    return world.team


@pytest.fixture
def agent(world: World) -> User:
    return world.agent


@pytest.fixture
def supervisor(world: World) -> User:
    return world.supervisor


def make_some(queue: Queue, agent: User, *, at: datetime) -> None:
    """One of each: fresh, owned, answered, solved, due soon, broken, broken and solved, spam."""
    make_ticket(queue=queue, at=at - HOUR)
    make_ticket(queue=queue, at=at - 2 * HOUR, owner=agent)
    answered = make_ticket(queue=queue, at=at - 3 * HOUR, owner=agent)
    make_reply(answered, agent, at=at - 2 * HOUR, then="waiting")
    make_solved(make_ticket(queue=queue, at=at - 3 * HOUR, owner=agent), agent, at=at - HOUR)
    for minutes in (30, 90):
        due = make_ticket(queue=queue, at=at - 4 * HOUR)
        Ticket.objects.filter(pk=due.pk).update(due_at=at + minutes * MINUTE)
    broken = make_ticket(queue=queue, at=at - 30 * 24 * HOUR, owner=agent)
    broken.break_promise(broken.promises.get(), at=at - HOUR)
    healed = make_ticket(queue=queue, at=at - 30 * 24 * HOUR, owner=agent)
    healed.break_promise(healed.promises.get(), at=at - 2 * HOUR)
    make_solved(healed, agent, at=at - HOUR)
    spam = make_ticket(queue=queue, at=at - HOUR)
    spam.mark_spam(by=agent, at=at)


def expected(slug: str, ticket: Ticket, at: datetime) -> bool:
    """What the number says it counts, in plain words."""
    if ticket.spam_at or ticket.state == "solved":
        return False
    return {
        "waiting": ticket.waiting_since is not None,
        "about-to-break": (
            ticket.broken_at is None
            and ticket.due_at is not None
            and ticket.due_at <= at + timedelta(minutes=60)
        ),
        "broken": ticket.broken_at is not None,
        "nobodys": ticket.owner_id is None and ticket.state in {"new", "open", "on_hold"},
    }[slug]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_figure_counts_what_it_says_and_opens_it(
    slug: str, world: World, browser: Client
) -> None:
    seen = [one for one in world.tickets() if one.queue != world.hidden]
    leaks = [one for one in world.tickets() if one.queue == world.hidden]
    counted = {one.pk for one in seen if expected(slug, one, world.at)}
    assert any(expected(slug, one, world.at) for one in leaks), "nothing could have leaked"

    page = browser.get(PULSE).content.decode()
    mark = next(one for one in marks(page) if f"/tickets/{slug}/" in one.address)

    assert mark.n == str(len(counted)) != "0"
    said, listed = numbers(browser, mark.address)
    assert said == mark.n
    assert set(listed) == counted
    assert len(listed) == len(counted)


def test_team_and_queue_narrow_the_figures(world: World, browser: Client, team: Team) -> None:
    other = make_queue("Returns", team=team)
    make_some(other, world.agent, at=world.at)
    for slug in SLUGS:
        team_and_queue_narrow(slug, world, browser, other)


def team_and_queue_narrow(slug: str, world: World, browser: Client, other: Queue) -> None:
    def count(*queues: Queue) -> str:
        own = [one for one in world.tickets() if one.queue in queues]
        return str(sum(expected(slug, one, world.at) for one in own))

    assert says(browser, slug, team=other.team_id) == count(world.own, other)
    assert says(browser, slug, queue=other.pk) == count(other)
    everything = says(browser, slug)
    # A queue or team that one does not see is as if it were not there.
    assert says(browser, slug, queue=world.hidden.pk) == everything
    assert says(browser, slug, team=world.hidden.team_id) == everything
    assert everything == count(world.own, other, world.open_to_all)


def test_the_longest_wait_comes_first_and_the_hour_is_the_pages(
    world: World, browser: Client
) -> None:
    found = {mark.address: mark for mark in marks(browser.get(PULSE).content.decode())}
    waiting = next(address for address in found if "/tickets/waiting/" in address)
    waits = [Ticket.objects.get(pk=pk).waiting_since for pk in numbers(browser, waiting)[1]]
    assert waits == sorted(waits)  # type: ignore[type-var]

    soon = next(address for address in found if "/tickets/about-to-break/" in address)
    assert "at=" in soon
    earlier = soon.partition("?")[0] + "?at=2020-01-01T00:00:00%2B00:00"
    assert numbers(browser, earlier) == ("0", [])


def test_nobody_elses_people_are_shown(world: World, browser: Client, admin: User) -> None:
    stranger = make_agent("Otto Stranger", team=world.open_to_all.team)
    make_ticket(queue=world.open_to_all, at=world.at - HOUR, owner=stranger)

    assert "Otto Stranger" not in browser.get(PULSE).content.decode()
    browser.force_login(admin)
    assert "Otto Stranger" in browser.get(PULSE).content.decode()


def test_people_stand_by_name_with_what_they_carry(
    world: World, browser: Client, agent: User, colleague: User
) -> None:
    page = browser.get(PULSE, {"queue": world.own.pk}).content.decode()

    people = page[page.index('id="load-title"') :]
    assert people.index("Priya Subramaniam") < people.index("Tomás Oliveira")
    assert "Tomás Oliveira carries 4 by weight, 4 of it waits for them" in people
    carried = [one for one in marks(page) if "/tickets/carried/" in one.address]
    for mark in carried:
        said, listed = numbers(browser, mark.address)
        assert said == mark.n
        owner = Ticket.objects.filter(pk__in=listed).values_list("owner_id", "queue_id").distinct()
        assert set(owner) <= {(agent.pk, world.own.pk)}
    assert {one.n for one in carried} == {"0", "2"}


def test_somebody_sees_their_own_load_and_nobody_elses(world: World, colleague: User) -> None:
    make_ticket(queue=world.own, at=world.at - HOUR, owner=colleague)
    browser = Client()
    browser.force_login(world.agent)

    page = browser.get(reverse("load")).content.decode()

    shown = {one.address: one.n for one in marks(page)}
    mine = Ticket.objects.no_spam().with_us().owned_by(world.agent)
    assert str(mine.count()) in shown.values()
    assert mine.filter(queue=world.hidden).exists(), "theirs wherever it lies"
    for address, n in shown.items():
        said, listed = numbers(browser, address)
        assert (said, len(listed)) == (n, int(n))
        assert set(Ticket.objects.filter(pk__in=listed).values_list("owner", flat=True)) == {
            world.agent.pk
        }
        # Whoever is named in the address, it is one’s own.
        assert numbers(browser, f"{address}&person={colleague.pk}")[1] == []
    assert browser.get(PULSE).status_code == 403


def test_a_ticket_that_a_number_led_to_leads_back_to_it(world: World, browser: Client) -> None:
    page = browser.get(PULSE).content.decode()
    address = next(one.address for one in marks(page) if "/tickets/waiting/" in one.address)
    listed = browser.get(address).content.decode()
    row = re.search(r'<a class="row__about" href="([^"]+)"', listed)
    assert row

    ticket = html.unescape(row[1])
    number = int(ticket.removeprefix("/desk/tickets/").partition("/")[0])
    assert way_back(browser, ticket) == f"{address}#t{number}"
    # Also after something was done there.
    done = browser.post(
        ticket.replace(f"/{number}/", f"/{number}/note/"), {"text": "Hm.", "key": uuid.uuid4()}
    )
    assert way_back(browser, done["Location"].partition("#")[0]) == f"{address}#t{number}"


@pytest.mark.parametrize("made_up", ["//elsewhere.example/x", "pulse_tickets/../x", "home/x"])
def test_no_other_place_can_be_named_as_the_list(
    world: World, browser: Client, made_up: str
) -> None:
    number = Ticket.objects.filter(queue=world.own)[0].pk
    origin = urlencode({"list": made_up, "view": "all"})
    address = f"/desk/tickets/{number}/?{urlencode({'from': origin})}"
    assert way_back(browser, address) == f"/desk/?view=all#t{number}"


def way_back(browser: Client, ticket: str) -> str:
    found = re.search(r'href="([^"]+)"\s+data-key="u"', browser.get(ticket).content.decode())
    assert found
    return html.unescape(found[1])


def test_an_unknown_number_is_not_there(browser: Client) -> None:
    assert browser.get(reverse("pulse_tickets", args=["nonsense"])).status_code == 404


def test_addresses_made_by_hand_break_nothing(browser: Client) -> None:
    for query in (
        "team=x&queue=-1&days=9999999999999",
        "at=yesterday",
        "person=²&part=%00&since=x",
    ):
        assert browser.get(f"{PULSE}?{query}").status_code == 200
        address = reverse("pulse_tickets", args=["carried"])
        assert browser.get(f"{address}?{query}").status_code == 200


def test_supervisors_without_a_team_see_what_is_open_to_all(world: World) -> None:
    browser = Client()
    browser.force_login(make_agent(role=Role.SUPERVISOR))

    both = [one for one in world.tickets() if one.queue != world.hidden]

    assert says(browser, "broken") == str(sum(expected("broken", t, world.at) for t in both))


def test_what_is_counted_is_a_part_of_what_one_may_see(world: World, supervisor: User) -> None:
    """It is asked by queue alone; here is the proof that this gives nobody more."""
    people = [supervisor, world.agent, make_agent(role=Role.SUPERVISOR), make_agent()]
    hidden = 0
    for user in people:
        seen = set(Ticket.objects.visible_to(user).values_list("pk", flat=True))
        counted = set(
            scope.read({}, user=user, now=world.at).tickets().values_list("pk", flat=True)
        )
        assert counted <= seen
        assert counted
        hidden += Ticket.objects.exclude(pk__in=seen).count()
    assert hidden > 0, "nothing could have leaked"
