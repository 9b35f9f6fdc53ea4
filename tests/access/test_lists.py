"""Every list and every count shows exactly what the policy allows, in worlds made at random.

The policy stands here a second time, as a few lines of Python over plain
facts: what the queries say must be what these lines say. ``WORLDS=20`` makes as many.
"""

import os
import random
import re
import uuid
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from supportdesk.models import Role, Team, User
from tests.factories import make_agent, make_identity, make_queue, make_team, make_topic
from tickets.models import Mention, Message, Queue, Ticket

VIEWS = ("mine", "named", "open", "unassigned", "waiting", "broken", "all", "solved", "spam")
UNSOLVED = {"new", "open", "waiting", "on_hold"}


@dataclass
class World:
    people: list[User]
    teams: dict[int, set[int]]
    """The teams of each person, led ones included."""
    tickets: list[Ticket]
    named: set[tuple[int, int]]
    """Who is named in a note of which ticket."""


def may_see(world: World, user: User, ticket: Ticket) -> bool:
    return (
        user.role == Role.ADMIN
        or not ticket.queue.is_private
        or ticket.queue.team_id in world.teams[user.pk]
        or ticket.owner_id == user.pk
        or (user.pk, ticket.pk) in world.named
    )


def belongs(view: str, user: User, ticket: Ticket, named: set[tuple[int, int]]) -> bool:
    if view == "spam":
        return ticket.spam_at is not None
    if ticket.spam_at:
        return False
    return {
        "named": (user.pk, ticket.pk) in named and ticket.state in UNSOLVED,
        "mine": ticket.owner_id == user.pk and ticket.state in UNSOLVED,
        "open": ticket.state in UNSOLVED - {"waiting"},
        "unassigned": ticket.owner_id is None and ticket.state in UNSOLVED - {"waiting"},
        "waiting": ticket.state == "waiting",
        "broken": ticket.broken_at is not None and ticket.state in UNSOLVED,
        "all": True,
        "solved": ticket.state == "solved",
    }[view]


@pytest.mark.parametrize("seed", range(int(os.environ.get("WORLDS", "1"))))
def test_lists_counts_and_pages_are_those_of_the_policy(db: None, seed: int) -> None:
    world = random_world(random.Random(seed))
    leaks = sum(not may_see(world, u, t) for u in world.people for t in world.tickets)
    assert leaks > 50, "a world in which nothing could leak proves nothing"

    for user in world.people:
        browser = Client()
        browser.force_login(user)
        seen = {ticket.pk for ticket in world.tickets if may_see(world, user, ticket)}
        assert set(Ticket.objects.visible_to(user).values_list("pk", flat=True)) == seen
        for view in VIEWS:
            expected = {
                ticket.pk
                for ticket in world.tickets
                if ticket.pk in seen and belongs(view, user, ticket, world.named)
            }
            page = browser.get("/desk/", {"view": view}).content.decode()
            assert listed(page) == expected, (user, view)
            assert counts(page)[view] == len(expected), (user, view)
        hidden = [ticket for ticket in world.tickets if ticket.pk not in seen]
        for ticket in hidden[:2]:
            page = browser.get("/desk/", {"view": "all", "q": ticket.subject}).content.decode()
            assert listed(page) <= seen
            page = browser.get("/desk/", {"view": "all", "ticket": ticket.pk}).content.decode()
            assert ticket.subject not in page


def listed(page: str) -> set[int]:
    rows = re.findall(r'class="row__about[^>]*href="/desk/tickets/(\d+)/', page)
    rows += re.findall(r'href="/desk/tickets/(\d+)/[^>]*class="row__about', page)
    return {int(number) for number in rows}


def counts(page: str) -> dict[str, int]:
    found = {}
    for link in re.findall(r'<a\b[^>]*class="views__go.*?</a>', page, re.DOTALL):
        slug = re.search(r"view=([\w-]+)", link)
        number = re.search(r"views__count[^>]*>\s*(\d+)", link)
        if slug and number:
            found[slug.group(1)] = int(number.group(1))
    return found


def random_world(rng: random.Random) -> World:
    teams = [make_team() for _ in range(3)]
    people = [
        make_agent(role=rng.choice([Role.AGENT, Role.AGENT, Role.SUPERVISOR])) for _ in range(5)
    ]
    people.append(make_agent(role=Role.ADMIN))
    member_of: dict[int, set[int]] = {user.pk: set() for user in people}
    for user in people[:-1]:
        for team in rng.sample(teams, rng.choice([0, 1, 1, 2])):
            _join(user, team, rng)
            member_of[user.pk].add(team.pk)
    queues = [make_queue(team=team, is_private=rng.random() < 0.7) for team in teams * 2]
    tickets = _tickets(rng, queues, people)
    return World(people, member_of, tickets, _named(rng, tickets, people))


def _named(rng: random.Random, tickets: list[Ticket], people: list[User]) -> set[tuple[int, int]]:
    """Some are named in the note of a ticket, in queues that they see and in others."""
    named = set()
    for ticket in rng.sample(tickets, 6):
        user, at = rng.choice(people), timezone.now()
        note = Message.objects.create(
            ticket=ticket, kind="note", via="desk", by_user=people[-1], text="@", key=uuid.uuid4(),
            at=at, release_at=at,
        )  # fmt: skip
        Mention.objects.create(ticket=ticket, message=note, user=user, at=at)
        named.add((user.pk, ticket.pk))
    return named


def _join(user: User, team: Team, rng: random.Random) -> None:
    """As a member, or as its lead alone."""
    if team.lead_id is None and rng.random() < 0.3:
        team.lead = user
        team.save(update_fields=["lead"])
    else:
        team.members.add(user)


def _tickets(rng: random.Random, queues: list[Queue], people: list[User]) -> list[Ticket]:
    """Rows in every state, made without verbs: here only who sees them is asked."""
    now = timezone.now()
    topic, identity = make_topic(), make_identity(at=now)
    rows = []
    for n in range(100, 140):
        state = rng.choice(["new", "open", "waiting", "on_hold", "solved"])
        rows.append(
            Ticket(
                queue=rng.choice(queues),
                topic=topic,
                customer=identity.customer,
                identity=identity,
                owner=rng.choice([None, *people]),
                subject=f"Matter {n}",
                via="web",
                state=state,
                given_outcome="full" if state == "solved" else "",
                confirmation="asked" if state == "solved" else "",
                spam_at=now if rng.random() < 0.1 else None,
                broken_at=now if rng.random() < 0.2 else None,
                due_at=now if rng.random() < 0.5 else None,
                created_at=now,
                changed_at=now,
                last_at=now,
                state_from=now,
            )
        )
    Ticket.objects.bulk_create(rows)
    return list(Ticket.objects.select_related("queue"))
