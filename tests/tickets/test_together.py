"""Two people press the button in the same instant, in two real transactions."""

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from supportdesk.models import Timer, User
from tests.factories import NOW, make_agent, make_ticket
from tickets.errors import TicketChanged, TicketError, UnseenMessages
from tickets.models import Handoff, Ticket
from tickets.states import Outcome

pytestmark = pytest.mark.django_db(transaction=True)


def both(act: Callable[[Ticket, User], object], ticket: Ticket) -> list[TicketError]:
    """Two agents who have read the same ticket act at once. Return who was refused, and why."""
    refused: list[TicketError] = []
    failed: list[BaseException] = []
    start = threading.Barrier(2)
    agents = [make_agent(), make_agent()]
    copies = [Ticket.objects.select_related("queue").get(pk=ticket.pk) for _agent in agents]

    def press(copy: Ticket, agent: User) -> None:
        try:
            start.wait(5)
            act(copy, agent)
        except TicketError as refusal:
            refused.append(refusal)
        except BaseException as reason:  # noqa: BLE001 -- told to the test
            failed.append(reason)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=pair) for pair in zip(copies, agents, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    return refused


def solve(ticket: Ticket, agent: User) -> None:
    ticket.solve(
        outcome=Outcome.FULL, by=agent, at=NOW, seen=ticket.thread_version, key=uuid.uuid4()
    )


def reply(ticket: Ticket, agent: User) -> None:
    ticket.reply(
        text=f"It leaves today, {agent.first_name}",
        by=agent,
        at=NOW,
        seen=ticket.thread_version,
        key=uuid.uuid4(),
    )


def take(ticket: Ticket, agent: User) -> None:
    ticket.take(by=agent, at=NOW)


def hand_off(ticket: Ticket, agent: User) -> None:
    ticket.hand_off(
        handoff=Handoff(to_user=agent, wants="A wheel", known="It is bent"), by=agent, at=NOW
    )


@pytest.mark.parametrize(
    ("act", "event", "refusal"),
    [
        (solve, "solved", TicketChanged),
        (reply, "replied", UnseenMessages),
        (take, "taken", TicketChanged),
        (hand_off, "handed_off", TicketChanged),
    ],
)
def test_one_wins_and_the_other_is_told(
    act: Callable[[Ticket, User], None], event: str, refusal: type[TicketError]
) -> None:
    for _round in range(3):
        ticket = make_ticket()
        [refused] = both(act, ticket)
        assert type(refused) is refusal
        assert str(refused)
        assert ticket.events.filter(kind=event).count() == 1
        assert ticket.messages.filter(kind="reply").count() == (event in {"solved", "replied"})


def test_two_forms_with_one_key_are_one_message() -> None:
    ticket, key, agent = make_ticket(), uuid.uuid4(), make_agent()

    def send(copy: Ticket, _agent: User) -> None:
        copy.reply(text="Once", by=agent, at=NOW, seen=copy.thread_version, key=key)

    assert both(send, ticket) == []
    assert ticket.messages.filter(kind="reply").count() == 1
    assert ticket.events.filter(kind="replied").count() == 1


def test_two_follow_ups_at_once_are_two_and_nobody_waits_for_ever() -> None:
    ticket = make_ticket()

    def remind(copy: Ticket, agent: User) -> None:
        copy.follow_up(due_at=NOW.replace(year=2027), by=agent, at=NOW)

    for _round in range(3):
        assert both(remind, ticket) == []
    assert ticket.follow_ups.count() == 6
    standing = Timer.objects.filter(kind="follow_up", fired_at=None, cancelled_at=None)
    assert standing.count() == 6
