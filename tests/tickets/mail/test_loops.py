"""The loop lab: machines answer every mail that we send, and we do not answer machines for ever."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from supportdesk import outbox, timers
from supportdesk.models import Delivery, User
from tests.factories import (
    NOW,
    make_agent,
    make_identity,
    make_queue,
    make_reply,
    make_solved,
    make_team,
    make_ticket,
    make_topic,
)
from tests.supportdesk.mail_server import Server, running
from tests.tickets.mail import responders
from tests.tickets.mail.mails import READER, make_mail
from tickets.mail import intake, outgoing
from tickets.models import InboundMail, Message, Queue, Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db
DESK = "desk@desk.example"
STEP = timedelta(minutes=20)
A_DAY = timedelta(hours=24)
Responder = Callable[[bytes], bytes]


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    with running() as server:
        settings.MAIL_SERVER = server.address
        yield server


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(address=DESK, team=make_team(lead=make_agent("Ruth", email="ruth@x.example")))


def simulate(server: Server, respond: Responder, *, days: int, to_staff: bool = False) -> None:
    """Let time pass: timers fire, mail goes out, and each is answered within the step."""
    answered, at, end = 0, NOW, NOW + timedelta(days=days)
    while at < end:
        timers.run_due(at=at)
        while outbox.send_next(at=at):
            pass
        for _sender, recipient, raw in server.mails[answered:]:
            if to_staff or not User.objects.filter(email=recipient).exists():
                intake.receive(respond(raw), DESK, at=at)
        answered = len(server.mails)
        while intake.process_next(at=at, reader=READER):
            pass
        at += STEP if Delivery.objects.filter(state="queued").exists() else 12 * STEP


def most_in_a_day() -> int:
    """The most automatic mails that one address got within any 24 hours."""
    by_address: dict[str, list[datetime]] = {}
    for mail in Delivery.objects.filter(is_automatic=True, state="sent").exclude(kind="staff"):
        by_address.setdefault(mail.recipient, []).append(mail.created_at)
    return max(
        sum(first <= other < first + A_DAY for other in moments)
        for moments in by_address.values()
        for first in moments
    )


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "stranger"])
@pytest.mark.parametrize("respond", responders.UNMARKED, ids=lambda respond: respond.__name__)
def test_two_automatic_mails_a_day_are_the_most(
    respond: Responder, is_known: bool, server: Server, queue: Queue, agent: User
) -> None:
    identity = make_identity("noor@mail.example", is_verified=is_known)
    ticket = make_ticket(queue=queue, identity=identity)
    make_reply(ticket, agent, then=State.WAITING)

    simulate(server, respond, days=2)

    assert most_in_a_day() <= 2
    assert len(server.mails) > 1


@pytest.mark.parametrize("respond", responders.MARKED, ids=lambda respond: respond.__name__)
def test_a_machine_opens_no_ticket_and_none_again(
    respond: Responder, server: Server, queue: Queue, agent: User
) -> None:
    waiting = make_ticket(queue=queue, identity=make_identity("noor@mail.example"))
    make_reply(waiting, agent, then=State.WAITING)
    solved = make_ticket(
        queue=queue, topic=make_topic(queue=queue), identity=make_identity("ada@mail.example")
    )
    make_solved(solved, agent)

    simulate(server, respond, days=1)

    assert list(Ticket.objects.order_by("pk").values_list("state", flat=True)) == [
        State.WAITING,
        State.SOLVED,
    ]
    assert not Message.objects.filter(via="mail").exists()
    assert most_in_a_day() <= 2
    held = Counter(InboundMail.objects.values_list("state", "reason"))
    assert held == {("held", intake.AUTOMATIC): len(server.mails) - staff_mails()}


def staff_mails() -> int:
    return Delivery.objects.filter(kind="staff", state="sent").count()


def test_two_of_our_own_desks_end_their_talk(
    server: Server, queue: Queue, agent: User, settings: Settings
) -> None:
    """The other desk is this one with another secret: it does not know our marks as its own."""
    ours, theirs = settings.SECRET_KEY, "the other desk’s secret"
    ticket = make_ticket(queue=queue, identity=make_identity("desk@other.example"))
    make_reply(ticket, agent, then=State.WAITING)
    desks = {"desk@other.example": (theirs, "desk@other.example"), DESK: (ours, DESK)}
    make_queue("Theirs", address="desk@other.example", team=queue.team)
    answered, at = 0, NOW
    for _n in range(100):
        at += STEP
        while outbox.send_next(at=at):
            pass
        for _sender, recipient, raw in server.mails[answered:]:
            if recipient in desks:
                settings.SECRET_KEY, mailbox = desks[recipient]
                intake.receive(raw, mailbox, at=at)
                while intake.process_next(at=at, reader=READER):
                    pass
        settings.SECRET_KEY = ours
        answered = len(server.mails)

    assert most_in_a_day() <= 2
    assert Ticket.objects.count() <= 2


# --- Our own mail that comes back -----------------------------------------------------------------


@pytest.fixture
def sent(server: Server, queue: Queue, agent: User) -> list[bytes]:
    """One of each mail that we write, as it left."""
    known = make_ticket(queue=queue, identity=make_identity("noor@mail.example"))
    make_ticket(queue=queue, identity=make_identity("new@mail.example", is_verified=False))
    make_ticket(queue=queue, identity=make_identity("call@mail.example"), by=agent)
    make_reply(known, agent, then=State.WAITING)
    solved = make_ticket(queue=queue, identity=make_identity("ada@mail.example"))
    make_solved(solved, agent)
    outgoing.send_new_link(solved, at=NOW)
    timers.run_through(NOW + timedelta(days=12))
    while outbox.send_next(at=NOW + timedelta(days=12)):
        pass
    kinds = set(Delivery.objects.filter(state="sent").values_list("kind", flat=True))
    assert kinds == {*outgoing.KINDS, "staff"}
    return [raw for _sender, _recipient, raw in server.mails]


def renamed(raw: bytes) -> bytes:
    """Some servers give every mail a name of their own."""
    return re.sub(rb"(?im)^message-id:.*\r\n", b"Message-ID: <1@relay.example>\r\n", raw)


def unmarked(raw: bytes) -> bytes:
    """A gateway that leaves nothing of what it does not know, but who wrote it."""
    return re.sub(rb"(?im)^(x-supportdesk-mail|auto-submitted):.*\r\n", b"", renamed(raw))


def in_time(raw: bytes) -> bytes:
    return raw


@pytest.mark.parametrize("through", [in_time, renamed, unmarked], ids=lambda way: way.__name__)
def test_our_own_mail_that_comes_back_is_kept_as_a_loop_and_nothing_follows(
    through: Responder, sent: list[bytes]
) -> None:
    def everything() -> tuple[object, ...]:
        return (
            list(Ticket.objects.order_by("pk").values_list("pk", "state", "thread_version")),
            Message.objects.count(),
            Delivery.objects.count(),
        )

    before = everything()
    at = NOW + timedelta(days=13)
    for raw in sent:
        intake.receive(through(raw), DESK, at=at)
    while intake.process_next(at=at, reader=READER):
        pass

    assert everything() == before
    reasons = set(InboundMail.objects.values_list("state", "reason"))
    assert reasons == {("held", intake.LOOP)}


def test_a_colleague_writes_from_their_own_address_and_is_no_loop(queue: Queue) -> None:
    intake.receive(make_mail(sender="Ruth <ruth@x.example>"), DESK, at=NOW)
    while intake.process_next(at=NOW, reader=READER):
        pass

    assert InboundMail.objects.get().state == InboundMail.State.DONE
