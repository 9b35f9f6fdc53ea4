"""What a verb leaves behind: everything that belongs to a ticket, and what was added to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from supportdesk.models import Delivery, Timer
from tickets.models import Attachment, Event, Ticket


def trace(ticket: Ticket) -> dict[str, Any]:
    """Every row of the ticket, with every column."""
    group = f"ticket:{ticket.pk}"
    rows: dict[str, Any] = {
        "ticket": Ticket.objects.filter(pk=ticket.pk),
        "events": ticket.events.all(),
        "messages": ticket.messages.all(),
        "promises": ticket.promises.all(),
        "escalations": ticket.escalations.all(),
        "follow-ups": ticket.follow_ups.all(),
        "handoffs": ticket.handoffs.all(),
        "drafts": ticket.drafts.all(),
        "links": ticket.secret_links.all(),
        "files": Attachment.objects.all(),
        "timers": Timer.objects.filter(group_key=group),
        "mails": Delivery.objects.filter(group_key=group),
    }
    return {name: list(found.order_by("pk").values()) for name, found in rows.items()}


@contextmanager
def no_trace(ticket: Ticket) -> Iterator[None]:
    before = trace(ticket)
    yield
    assert trace(ticket) == before


def states(ticket: Ticket) -> list[str]:
    """The promises of a ticket, by what became of them."""
    return [promise.state for promise in ticket.promises.order_by("pk")]


class Added:
    event: Event


@contextmanager
def one_event(ticket: Ticket, kind: str) -> Iterator[Added]:
    """Exactly one event is added, of this kind; it is there afterwards."""
    known = set(ticket.events.values_list("pk", flat=True))
    added = Added()
    yield added
    [event] = ticket.events.exclude(pk__in=known)
    assert event.kind == kind
    added.event = event


def twin(ticket: Ticket) -> Ticket:
    """The same ticket as somebody else read it at the same time."""
    return Ticket.objects.get(pk=ticket.pk)


def columns(ticket: Ticket, *names: str) -> dict[str, Any]:
    """What the database holds now."""
    return dict(Ticket.objects.values(*names).get(pk=ticket.pk))
