"""A long list is not counted again until it could be short; what is shown is what counting shows."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from supportdesk.models import User
from tests.factories import NOW, make_agent, make_queue, make_team, make_ticket
from tickets import counts, inbox
from tickets.models import Queue, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembering(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(counts, "CAP", 2)
    monkeypatch.setattr(counts, "ON_THEIR_WAY", 0)
    counts._plenty.clear()
    yield
    counts._plenty.clear()


def shown(user: User) -> str:
    return str(inbox.counts(user=user, at=NOW)["open"])


def counted(user: User) -> int:
    """How many views were counted to show all the counts."""
    with CaptureQueriesContext(connection) as asked:
        shown(user)
    return sum(one["sql"].count("count(*)") for one in asked)


def make_four(queue: Queue | None = None) -> list[Ticket]:
    queue = queue or make_queue()
    return [make_ticket(queue=queue) for _n in range(4)]


def test_a_long_list_is_not_counted_again() -> None:
    user = make_agent()
    make_four()

    assert counted(user) == len(inbox.VIEWS)
    # Open, unassigned and all hold four of four.
    assert counted(user) == len(inbox.VIEWS) - 3
    assert shown(user) == "2+"


def test_it_is_counted_again_before_it_could_be_short() -> None:
    user = make_agent()
    tickets = make_four()
    assert shown(user) == "2+"

    said = []
    for ticket in tickets:
        ticket.mark_spam(by=user, at=NOW)
        said.append(shown(user))

    assert said == ["2+", "2", "1", "0"]


def test_what_somebody_may_no_longer_see_is_counted_no_more() -> None:
    user, team = make_agent(), make_team()
    team.members.add(user)
    make_four(make_queue(team=team, is_private=True))
    assert shown(user) == "2+"

    team.members.remove(user)

    assert shown(user) == "0"


def test_short_lists_are_counted_each_time() -> None:
    user = make_agent()
    make_ticket()
    assert shown(user) == "1"

    make_ticket()

    assert shown(user) == "2"
