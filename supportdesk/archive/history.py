"""What a ticket of another desk becomes here: its row and its ledger, from what was said in it.

Nothing is invented: the ledger says who wrote when, that it was solved or
opened again, and that it was imported. Pure; nothing in here asks the database.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from supportdesk.archive import fields
from supportdesk.archive.lines import Line
from supportdesk.archive.refused import Refused
from tickets.models import Event, Message
from tickets.models.ticket_row import snippet
from tickets.states import WITH_US, Confirmation, Outcome, Priority, State

#: A ticket’s number is its id over there and this.
FIRST_NUMBER = 10_000
#: Above it numbers have more digits than anybody reads out on the phone.
LARGEST_ID = 99_999_999

STATES = {
    "new": State.NEW,
    "open": State.OPEN,
    "reopened": State.OPEN,
    "pending": State.WAITING,
    "resolved": State.SOLVED,
    "closed": State.SOLVED,
}
CONFIRMATIONS = {"resolved": Confirmation.ASKED, "closed": Confirmation.QUIET}
PRIORITIES = {
    1: Priority.URGENT,
    2: Priority.HIGH,
    3: Priority.NORMAL,
    4: Priority.LOW,
    5: Priority.LOW,
}
#: How a ticket began, and how its customer then wrote in it.
CHANNELS = {
    "email": (Message.Via.MAIL, Message.Via.MAIL),
    "web": (Message.Via.WEB, Message.Via.PAGE),
    "phone": (Message.Via.PHONE, Message.Via.PHONE),
    "api": (Message.Via.WEB, Message.Via.PAGE),
}
#: What a message can have changed.
CHANGES = {"resolved": State.SOLVED, "pending": State.WAITING, "reopened": State.OPEN}
_KEYS = uuid.UUID("6f2c2ab5-6f0b-4b1e-9c8e-0d7f5c1f7a11")


@dataclass
class Said:
    """A message over there, read."""

    line: Line
    ticket: int
    kind: str
    author: int
    text: str
    at: datetime
    seq: int
    changes_to: State | None
    key: uuid.UUID

    @classmethod
    def read(cls, line: Line, *, at: datetime) -> "Said":
        """Raises Refused."""
        said = line.said
        theirs = fields.number(said, "id")
        ticket = fields.number(said, "ticket_id")
        by_customer = fields.choice(said, "author_type", ("customer", "agent")) == "customer"
        is_public = fields.flag(said, "public", default=True)
        if by_customer and not is_public:
            raise Refused("a customer cannot have written an internal note")
        named = fields.text(said, "message_id", longest=998)
        change = said.get("status_change")
        return cls(
            line=line,
            ticket=ticket,
            kind=_kind(by_customer=by_customer, is_public=is_public),
            author=fields.number(said, "author_id"),
            text=fields.text(said, "body"),
            at=fields.moment(said, "created_at", at=at),
            seq=fields.optional_number(said, "seq") or theirs,
            changes_to=CHANGES.get(change) if isinstance(change, str) else None,
            key=uuid.uuid5(_KEYS, f"{ticket} {theirs} {named}"),
        )

    @property
    def is_note(self) -> bool:
        return self.kind == Message.Kind.NOTE

    def event(self, *, is_first: bool) -> str:
        if self.kind == Message.Kind.CUSTOMER:
            return Event.Kind.SUBMITTED if is_first else Event.Kind.CUSTOMER_WROTE
        if self.is_note:
            return Event.Kind.NOTED
        return Event.Kind.OPENED if is_first else Event.Kind.REPLIED


def _kind(*, by_customer: bool, is_public: bool) -> str:
    if by_customer:
        return Message.Kind.CUSTOMER
    return Message.Kind.REPLY if is_public else Message.Kind.NOTE


@dataclass
class Happened:
    """One line of the ledger, before its rows have ids."""

    kind: str
    at: datetime
    said: Said | None = None
    by_agent: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Begun:
    """A ticket over there, read."""

    line: Line
    theirs: int
    queue: int
    customer: int
    agent: int | None
    subject: str
    status: str
    priority: int
    channel: str
    tags: list[str]
    created_at: datetime
    changed_at: datetime | None
    first_reply_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def read(cls, line: Line, *, at: datetime) -> "Begun":
        """Raises Refused."""
        said = line.said
        created_at = fields.moment(said, "created_at", at=at)
        tags = fields.texts(said, "tags", longest=40, at_most=20)
        later = {
            name: fields.optional_moment(said, name, at=at)
            for name in ("updated_at", "first_response_at", "resolved_at", "closed_at")
        }
        for name, moment in later.items():
            if moment and moment < created_at:
                raise Refused(f"“{name}” is before “created_at”")
        return cls(
            line=line,
            theirs=fields.number(said, "id", at_most=LARGEST_ID),
            queue=fields.number(said, "queue_id"),
            customer=fields.number(said, "customer_id"),
            agent=fields.optional_number(said, "agent_id"),
            subject=" ".join(fields.text(said, "subject", is_required=True).split())[:200],
            status=fields.choice(said, "status", STATES),
            priority=PRIORITIES[fields.choice(said, "priority", PRIORITIES)],
            channel=fields.choice(said, "channel", CHANNELS),
            tags=list(dict.fromkeys(tag.lower() for tag in tags)),
            created_at=created_at,
            changed_at=later["updated_at"],
            first_reply_at=later["first_response_at"],
            solved_at=later["resolved_at"],
            closed_at=later["closed_at"],
        )

    @property
    def number(self) -> int:
        return FIRST_NUMBER + self.theirs

    @property
    def state(self) -> State:
        return STATES[self.status]

    @property
    def first_via(self) -> str:
        return CHANNELS[self.channel][0]

    @property
    def later_via(self) -> str:
        return CHANNELS[self.channel][1]

    def row(self, said: Sequence[Said]) -> dict[str, Any]:
        """Return the columns that follow from the line and from what was said, oldest first."""
        replies = [one for one in said if one.kind == Message.Kind.REPLY]
        last_at = said[-1].at if said else self.created_at
        moved_at = next((one.at for one in reversed(said) if one.changes_to == self.state), None)
        first_reply_at = self.first_reply_at or (replies[0].at if replies else None)
        solved_at = self.solved_at or self.closed_at or moved_at or last_at
        is_solved = self.state == State.SOLVED
        return standing(
            ((one.kind, one.at, one.text) for one in said), state=self.state, at=self.created_at
        ) | {
            "id": self.number,
            "subject": self.subject,
            "via": self.first_via,
            "state": self.state,
            "state_before": State.OPEN if is_solved else self.state,
            "state_from": solved_at if is_solved else moved_at or self.created_at,
            "priority": self.priority,
            "tags": self.tags,
            "confirmation": CONFIRMATIONS.get(self.status, Confirmation.NONE),
            "given_outcome": Outcome.UNKNOWN if is_solved else "",
            "created_at": self.created_at,
            "changed_at": max(self.changed_at or last_at, self.created_at),
            "first_reply_at": first_reply_at,
            "solved_at": solved_at if is_solved else None,
        }

    def ledger(
        self, said: Sequence[Said], row: Mapping[str, Any], *, at: datetime
    ) -> list[Happened]:
        """Return what happened, oldest first; that it was imported last."""
        told = list(self._told_by(said))
        moved = {one.data.get("to") for one in told}
        if self.state == State.SOLVED and State.SOLVED not in moved:
            told.append(_moved(Event.Kind.SOLVED, State.SOLVED, row["solved_at"]))
        if self.state == State.WAITING and State.WAITING not in moved:
            told.append(_moved(Event.Kind.WAITED, State.WAITING, row["changed_at"]))
        if self.status == "reopened" and State.OPEN not in moved:
            told.append(_moved(Event.Kind.RESUMED, State.OPEN, row["changed_at"]))
        if self.status == "closed":
            ended_at = max(self.closed_at or row["changed_at"], row["solved_at"])
            told.append(Happened(Event.Kind.WENT_QUIET, ended_at, data={"state": State.SOLVED}))
        told.sort(key=lambda one: one.at)
        told.append(Happened(Event.Kind.IMPORTED, at, data={"source_id": self.theirs}))
        return told

    def _told_by(self, said: Sequence[Said]) -> Iterable[Happened]:
        now: State = State.NEW
        for place, one in enumerate(said):
            kind = one.event(is_first=place == 0)
            data: dict[str, Any] = {}
            after = now
            if one.kind == Message.Kind.CUSTOMER:
                data["via"] = self.later_via if place else self.first_via
                if one.changes_to == State.OPEN:
                    now = now if now in {State.SOLVED, State.WAITING} else State.SOLVED
                if now in {State.SOLVED, State.WAITING}:
                    after = State.OPEN
            elif one.kind == Message.Kind.REPLY:
                after = one.changes_to or State.OPEN
                if after == State.SOLVED:
                    kind = Event.Kind.SOLVED
                    data["outcome"] = Outcome.UNKNOWN
            if after != now or one.kind == Message.Kind.REPLY:
                data |= {"from": now, "to": after}
            now = after
            by_agent = None if one.kind == Message.Kind.CUSTOMER else one.author
            yield Happened(kind, one.at, said=one, by_agent=by_agent, data=data)


def _moved(kind: str, to: State, at: datetime) -> Happened:
    before = State.SOLVED if to == State.OPEN else State.OPEN
    data = {"from": before, "to": to} | ({"outcome": Outcome.UNKNOWN} if to == State.SOLVED else {})
    return Happened(kind, at, data=data)


def standing(
    said: Iterable[tuple[str, datetime, str]], *, state: str, at: datetime
) -> dict[str, Any]:
    """Return what the row repeats of its messages, given as (kind, at, text), oldest first.

    ``at`` is when the ticket began, for one in which nobody has said anything.
    """
    row: dict[str, Any] = {
        "last_text": "",
        "last_at": at,
        "last_by_us": False,
        "thread_version": 0,
        "waiting_since": None,
    }
    for kind, moment, text in said:
        row["thread_version"] += 1
        if kind == Message.Kind.NOTE:
            continue
        by_us = kind == Message.Kind.REPLY
        row |= {"last_text": snippet(text), "last_at": moment, "last_by_us": by_us}
        row["waiting_since"] = None if by_us else row["waiting_since"] or moment
    if state not in WITH_US:
        row["waiting_since"] = None
    row["thread_version"] = max(row["thread_version"], 1)
    return row
