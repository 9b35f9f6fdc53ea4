"""What tests begin with: one function a thing, whole and believable, nothing surprising."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from customers import identities
from customers.models import Customer, Identity
from supportdesk.models import Role, Team, User
from tickets.models import Message, Queue, Ticket, Topic
from tickets.states import Outcome, State

#: A Wednesday noon; the office is open.
NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
_count = itertools.count(1)


def make_agent(
    name: str = "", *, team: Team | None = None, role: str = Role.AGENT, **fields: Any
) -> User:
    """Somebody who works here; the password is ``a good password``."""
    n = next(_count)
    user = User.objects.create_user(
        fields.pop("email", f"staff{n}@desk.example"),
        "a good password",
        name=name or f"Agent {n}",
        role=role,
        **fields,
    )
    if team:
        team.members.add(user)
    return user


def make_team(name: str = "", *, lead: User | None = None) -> Team:
    team = Team.objects.create(name=name or f"Team {next(_count)}", lead=lead)
    if lead:
        team.members.add(lead)
    return team


def make_queue(name: str = "", *, team: Team | None = None, **fields: Any) -> Queue:
    return Queue.objects.create(
        name=name or f"Queue {next(_count)}", team=team or make_team(), **fields
    )


def make_topic(name: str = "", *, queue: Queue | None = None, **fields: Any) -> Topic:
    return Topic.objects.create(name=name or f"Topic {next(_count)}", queue=queue, **fields)


def make_identity(
    email: str = "", *, name: str = "Noor El-Amin", at: datetime = NOW, is_verified: bool = True
) -> Identity:
    known = identities.email(email or f"customer{next(_count)}@mail.example")
    identity = Customer.known_by(known, name=name, at=at)
    if is_verified:
        identity.verify(at=at)
    return identity


def make_ticket(
    *,
    queue: Queue | None = None,
    topic: Topic | None = None,
    identity: Identity | None = None,
    subject: str = "Front wheel arrived bent",
    text: str = "The rim has a dent next to the valve.",
    at: datetime = NOW,
    owner: User | None = None,
    **fields: Any,
) -> Ticket:
    """A ticket as the form makes it, owned by ``owner`` if given."""
    queue = queue or make_queue()
    ticket = Ticket.submit(
        queue=queue,
        topic=topic or make_topic(queue=queue),
        identity=identity or make_identity(at=at),
        subject=subject,
        text=text,
        key=uuid.uuid4(),
        at=at,
        **fields,
    )
    if owner:
        ticket.take(by=owner, at=at)
    return ticket


def make_reply(
    ticket: Ticket,
    by: User,
    *,
    text: str = "A new wheel leaves today.",
    at: datetime = NOW + AN_HOUR,
    then: str = State.OPEN,
    **fields: Any,
) -> Message:
    return ticket.reply(
        text=text, by=by, at=at, seen=ticket.thread_version, key=uuid.uuid4(), then=then, **fields
    )


def make_solved(
    ticket: Ticket, by: User, *, at: datetime = NOW + AN_HOUR, **fields: Any
) -> Message:
    return ticket.solve(
        outcome=fields.pop("outcome", Outcome.FULL),
        by=by,
        at=at,
        seen=ticket.thread_version,
        key=uuid.uuid4(),
        **fields,
    )
