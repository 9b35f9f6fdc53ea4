"""The rows of imported tickets, written some hundred at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from supportdesk.archive import copying
from supportdesk.archive.history import Begun, Said, standing
from supportdesk.lib import markup
from tickets.models import Event, Message, Ticket

_TICKET = (
    "id", "queue_id", "topic_id", "customer_id", "identity_id", "owner_id", "subject", "via",
    "state", "priority", "tags", "impact", "impact_reason", "desired_outcome", "answers",
    "complaint_quote", "given_outcome", "given_reason", "confirmation", "hold_reason",
    "created_at", "changed_at", "first_reply_at", "solved_at", "waiting_since", "due_kind",
    "last_text", "last_at", "last_by_us", "thread_version", "state_before", "state_from",
)  # fmt: skip
#: What nobody said over there, and nobody says for them.
_UNSAID = {
    "impact": "",
    "impact_reason": "",
    "desired_outcome": "",
    "answers": [],
    "complaint_quote": "",
    "given_reason": "",
    "hold_reason": "",
    "due_kind": "",
}
_MESSAGE = (
    "id", "ticket_id", "kind", "via", "by_user_id", "by_customer_id", "text", "html",
    "framed_html", "to", "cc", "from_address", "at", "release_at", "key",
)  # fmt: skip
_EVENT = ("ticket_id", "kind", "by_user_id", "by_customer_id", "at", "data")


@dataclass
class Thread:
    """A ticket with its place among our rows, and what was said in it, oldest first."""

    begun: Begun
    queue: int
    customer: int
    identity: int
    #: Where replies went; empty if the customer has no e-mail address.
    address: str
    owner: int | None
    topic: int | None = None
    said: list[Said] = field(default_factory=list)


def write(
    threads: Sequence[Thread],
    *,
    customers: Mapping[int, int],
    agents: Mapping[int, int],
    at: datetime,
) -> None:
    """Write new tickets, their messages and their ledger. Seven statements, however many."""
    if not threads:
        return
    tickets: list[list[Any]] = []
    messages: list[list[Any]] = []
    events: list[list[Any]] = []
    ids = iter(copying.fresh_ids(Message, sum(len(one.said) for one in threads)))
    for thread in threads:
        begun = thread.begun
        row = begun.row(thread.said)
        columns = (
            row
            | _UNSAID
            | {
                "queue_id": thread.queue,
                "topic_id": thread.topic,
                "customer_id": thread.customer,
                "identity_id": thread.identity,
                "owner_id": thread.owner,
            }
        )
        tickets.append([columns[name] for name in _TICKET])
        id_of: dict[int, int] = {}
        for place, one in enumerate(thread.said):
            id_of[id(one)] = next(ids)
            via = begun.later_via if place else begun.first_via
            messages.append(
                _message(one, id_of[id(one)], begun.number, via, thread.address, customers, agents)
            )
        for happened in begun.ledger(thread.said, row, at=at):
            data = happened.data
            by_user = by_customer = None
            if happened.said:
                data = {"message_id": id_of[id(happened.said)], **data}
                by_user, by_customer = _author(happened.said, customers, agents)
            events.append([begun.number, happened.kind, by_user, by_customer, happened.at, data])
    copying.count_on_from(Ticket, max(one.begun.number for one in threads))
    copying.copy(Ticket, _TICKET, tickets)
    copying.copy(Message, _MESSAGE, messages)
    copying.copy(Event, _EVENT, events)


def add(
    said: Sequence[Said],
    *,
    tickets: Mapping[int, int],
    customers: Mapping[int, int],
    agents: Mapping[int, int],
) -> None:
    """Write messages into imported tickets, and what their rows repeat of them."""
    if not said:
        return
    rows = Ticket.objects.select_related("identity").in_bulk([tickets[one.ticket] for one in said])
    spoken = set(
        Message.objects.filter(ticket__in=rows).values_list("ticket_id", flat=True).distinct()
    )
    messages: list[list[Any]] = []
    events: list[list[Any]] = []
    for pk, one in zip(copying.fresh_ids(Message, len(said)), said, strict=True):
        ticket = rows[tickets[one.ticket]]
        is_first = one.seq == 1 and ticket.pk not in spoken
        via = ticket.via if is_first or ticket.via != Message.Via.WEB else Message.Via.PAGE
        address = ticket.identity.value if ticket.identity.kind == "email" else ""
        messages.append(_message(one, pk, ticket.pk, via, address, customers, agents))
        author = _author(one, customers, agents)
        events.append(
            [ticket.pk, one.event(is_first=is_first), *author, one.at, {"message_id": pk}]
        )
    copying.copy(Message, _MESSAGE, messages)
    copying.copy(Event, _EVENT, events)
    _repeat(list(rows.values()))


def _message(
    one: Said,
    pk: int,
    ticket: int,
    via: str,
    address: str,
    customers: Mapping[int, int],
    agents: Mapping[int, int],
) -> list[Any]:
    by_us = one.kind != Message.Kind.CUSTOMER
    is_mailed = address and one.kind == Message.Kind.REPLY
    wrote_from = address if not by_us and via == Message.Via.MAIL else ""
    return [
        pk,
        ticket,
        one.kind,
        Message.Via.DESK if by_us else via,
        *_author(one, customers, agents),
        one.text,
        # Plain text over there: an asterisk was an asterisk.
        markup.plain(one.text) if by_us else "",
        "",
        [address] if is_mailed else [],
        [],
        wrote_from,
        one.at,
        one.at,
        one.key,
    ]


def _author(
    one: Said, customers: Mapping[int, int], agents: Mapping[int, int]
) -> tuple[int | None, int | None]:
    if one.kind == Message.Kind.CUSTOMER:
        return None, customers[one.author]
    return agents[one.author], None


def _repeat(tickets: Sequence[Ticket]) -> None:
    """Write again what these rows repeat of their messages."""
    said: dict[int, list[tuple[str, datetime, str]]] = defaultdict(list)
    messages = Message.objects.standing().filter(ticket__in=tickets).order_by("at", "pk")
    for ticket_id, kind, at, text in messages.values_list("ticket_id", "kind", "at", "text"):
        said[ticket_id].append((kind, at, text))
    for ticket in tickets:
        now = standing(said[ticket.pk], state=ticket.state, at=ticket.created_at)
        replies = [at for kind, at, _text in said[ticket.pk] if kind == Message.Kind.REPLY]
        Ticket.objects.filter(pk=ticket.pk).update(
            **now, first_reply_at=ticket.first_reply_at or min(replies, default=None)
        )
