"""Two agents in the same instant: one winner, one event, a sentence for the other, no lost text."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

from supportdesk.models import User
from tests.factories import make_agent, make_queue
from tests.tickets.desk.pages import address, hand_off_data, make_fresh, reply_data, solve_data
from tickets.models import Message, Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db(transaction=True)

Post = Callable[[Client], HttpResponse]


def _at_once(posts: list[tuple[User, str, dict[str, Any]]]) -> list[Any]:
    """Post all of it at the same moment, each from its own browser and connection."""
    clients = []
    for user, _where, _data in posts:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        clients.append(client)
    barrier = threading.Barrier(len(posts))
    answers: list[Any] = [None] * len(posts)

    def press(n: int) -> None:
        try:
            barrier.wait(timeout=10)
            answers[n] = clients[n].post(posts[n][1], posts[n][2])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=[n]) for n in range(len(posts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def _winner_and_loser(answers: list[Any]) -> str:
    """Return what the loser reads, having checked that there is exactly one of each."""
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    return str(loser.content.decode())


@pytest.fixture
def two() -> tuple[User, User]:
    return make_agent("Tomás Oliveira"), make_agent("Priya Subramaniam")


@pytest.mark.parametrize("_again", range(3))
def test_solve(two: tuple[User, User], _again: int) -> None:
    ticket = make_fresh()
    posts = [
        (user, address("solve", ticket), solve_data(ticket, text=f"Words of {user.pk}."))
        for user in two
    ]

    read = _winner_and_loser(_at_once(posts))

    ticket.refresh_from_db()
    assert ticket.state == State.SOLVED
    assert ticket.events.filter(kind="solved").count() == 1
    assert ticket.messages.filter(kind=Message.Kind.REPLY).count() == 1
    for user in two:
        assert f"Words of {user.pk}." in read


@pytest.mark.parametrize("_again", range(3))
def test_reply(two: tuple[User, User], _again: int) -> None:
    ticket = make_fresh()
    posts = [
        (user, address("reply", ticket), reply_data(ticket, text=f"Words of {user.pk}."))
        for user in two
    ]

    read = _winner_and_loser(_at_once(posts))

    assert ticket.messages.filter(kind=Message.Kind.REPLY).count() == 1
    assert ticket.events.filter(kind="replied").count() == 1
    assert ticket.promises.filter(state="open").count() == 1
    assert "Something was added while you were writing." in read
    for user in two:
        assert f"Words of {user.pk}." in read


@pytest.mark.parametrize("_again", range(3))
def test_take(two: tuple[User, User], _again: int) -> None:
    ticket = make_fresh()

    read = _winner_and_loser(
        _at_once([(user, address("take", ticket), {"owner_was": ""}) for user in two])
    )

    ticket.refresh_from_db()
    assert ticket.owner in two
    assert ticket.events.filter(kind="taken").count() == 1
    assert (
        f"{ticket.owner} took it a moment ago." in read
        or "Somebody else changed this ticket a moment ago." in read
    )


@pytest.mark.parametrize("_again", range(3))
def test_hand_off(two: tuple[User, User], _again: int) -> None:
    ticket = make_fresh(owner=two[0])
    queues = [make_queue(), make_queue()]
    posts = [
        (
            user,
            address("hand_off", ticket),
            hand_off_data(ticket, f"queue-{queue.pk}", known=f"Words of {user.pk}."),
        )
        for user, queue in zip(two, queues, strict=True)
    ]

    read = _winner_and_loser(_at_once(posts))

    assert ticket.handoffs.count() == 1
    assert ticket.events.filter(kind="handed_off").count() == 1
    loser = next(user for user in two if user != ticket.handoffs.get().by_user)
    assert f"Words of {loser.pk}." in read


def test_one_button_pressed_twice_in_the_same_instant(two: tuple[User, User]) -> None:
    ticket = make_fresh()
    written = reply_data(ticket)

    answers = _at_once([(two[0], address("reply", ticket), written)] * 3)

    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert Ticket.objects.get().messages.filter(kind=Message.Kind.REPLY).count() == 1
