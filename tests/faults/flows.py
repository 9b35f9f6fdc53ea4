"""A flow that is cut anywhere, its recovery, and what must be true in between and after."""

import os
import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import connection
from django.test import Client

from feedback.models import Feedback
from supportdesk.models import Delivery, Timer
from tests.faults.points import BY_ITSELF, WAYS, Died, Points, chosen
from tickets.models import Attachment, Event, Message, Promise, Ticket

#: What a message of each kind is told by in the ledger.
TELLING = {
    Event.Kind.SUBMITTED, Event.Kind.OPENED, Event.Kind.CUSTOMER_WROTE, Event.Kind.STILL_A_PROBLEM,
    Event.Kind.REPLIED, Event.Kind.SOLVED, Event.Kind.NOTED,
}  # fmt: skip


class Flow:
    """One thing that people or machines do. Made anew for each point."""

    name: ClassVar[str]
    #: Whether somebody is told that it was done; a worker tells nobody.
    is_answered: ClassVar[bool] = True

    def act(self) -> bool:
        """Do it, and say whether it was acknowledged."""
        raise NotImplementedError

    def recover(self) -> None:
        """Do what happens when there was no answer: the same again, or the sweeps."""
        self.act()

    def shape(self) -> Any:
        """What there is now, comparable between two runs of the flow."""
        raise NotImplementedError

    def check(self) -> None:
        """What must be true at any moment."""

    def may_be(self, shape: Any, before: Any, after: Any) -> bool:
        """Whether this may be seen between the cut and the recovery: all of it or nothing."""
        return bool(shape in (before, after))


def holds(make: Callable[[], Flow]) -> int:
    """Run the flow whole, then cut it at each chosen point. Return how many points it has."""
    whole = make()
    before, points = whole.shape(), Points()
    with points.watching():
        assert whole.act(), f"{whole.name} does not even work"
    after = whole.shape()
    assert after != before
    whole.check()
    whole.recover()
    settled = whole.shape()
    whole.check()

    for at, way in chosen(len(points.passed)):
        flow = make()
        what = f"{flow.name}, {way} at point {at} ({points.passed[at]})"
        was_acknowledged = _cut(flow, at, way)
        now = flow.shape()
        assert flow.may_be(now, before, after), f"{what}: half done: {now}"
        assert now == after or not (was_acknowledged and flow.is_answered), (
            f"{what}: acknowledged and lost: {now}"
        )
        flow.check()
        flow.recover()
        assert flow.shape() == settled, f"{what}: not recovered: {flow.shape()}"
        flow.check()
    return len(points.passed)


def _cut(flow: Flow, at: int, way: str) -> bool:
    if way == "process":
        return _in_a_process(flow, at)
    points = Points(at, WAYS[way])
    try:
        with points.watching():
            return flow.act()
    except Exception:  # noqa: BLE001 -- what a worker or a view says of it is its own business
        return False
    except Died:
        return False
    finally:
        # Whoever comes next is another process.
        connection.close()


def _in_a_process(flow: Flow, at: int) -> bool:
    """The same in a process that really ends there. Its parent learns of no acknowledgement."""
    connection.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            with Points(at, WAYS["process"]).watching():
                flow.act()
        finally:
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == BY_ITSELF, f"{flow.name} did not come to {at}"
    return False


class OnPage(Flow):
    """A form that somebody posts, and posts again when no answer came."""

    client: Client
    path: str
    data: dict[str, Any]
    ticket: Ticket

    def act(self) -> bool:
        return self.client.post(self.path, self.posted(), secure=True).status_code in {302, 303}

    def posted(self) -> dict[str, Any]:
        return self.data

    def shape(self) -> Any:
        return shape_of(self.ticket.pk)

    def check(self) -> None:
        agree(self.ticket.pk)


def browser() -> Client:
    """One that shows the page of an error instead of raising it."""
    return Client(raise_request_exception=False)


def shape_of(pk: int) -> dict[str, Any]:
    """Everything that belongs to a ticket, without what differs from one to the next."""
    ticket = Ticket.objects.get(pk=pk)
    group = f"ticket:{pk}"
    return {
        "ticket": (
            ticket.state, ticket.owner_id, ticket.queue_id, ticket.confirmation, ticket.priority,
            ticket.due_kind, ticket.due_at is None, ticket.broken_at is None,
            ticket.waiting_since is None, ticket.thread_version, ticket.last_text,
        ),
        "events": list(ticket.events.order_by("pk").values_list("kind", flat=True)),
        "messages": sorted(
            (kind, via, undone is None)
            for kind, via, undone in ticket.messages.values_list("kind", "via", "undone_at")
        ),
        "promises": sorted(ticket.promises.values_list("kind", "state")),
        "timers": Counter(
            (kind, fired is None, cancelled is None)
            for kind, fired, cancelled in Timer.objects.filter(group_key=group).values_list(
                "kind", "fired_at", "cancelled_at"
            )
        ),
        "mails": Counter(Delivery.objects.filter(group_key=group).values_list("kind", "state")),
        "escalations": sorted(ticket.escalations.values_list("level", "settled_at")),
        "handoffs": ticket.handoffs.count(),
        "drafts": sorted(ticket.drafts.values_list("kind", "text")),
        "files": Attachment.objects.filter(message__ticket=pk).count(),
        "feedback": list(Feedback.objects.filter(ticket=pk).values_list("is_solved", flat=True)),
    }  # fmt: skip


def agree(pk: int) -> None:
    """Ticket, messages, events, promises, timers and mails tell one story."""
    ticket = Ticket.objects.get(pk=pk)
    told = Counter(
        event.data["message_id"]
        for event in ticket.events.filter(kind__in=TELLING)
        if event.data.get("message_id")
    )
    assert told == Counter(ticket.messages.values_list("pk", flat=True))
    promise = Promise.objects.open().filter(ticket=pk).first()
    if ticket.due_at and not ticket.broken_at:
        assert promise is not None
        assert promise.due_at == ticket.due_at
    standing = Timer.objects.filter(
        group_key=f"ticket:{pk}", kind="promise_due", fired_at=None, cancelled_at=None
    )
    wanted = {f"promise_due:{promise.pk}"} if promise and ticket.is_unsolved else set()
    assert set(standing.values_list("key", flat=True)) == wanted
    mails = Delivery.objects.filter(subject="tickets.message")
    for message in ticket.messages.filter(kind=Message.Kind.REPLY):
        of_it = mails.filter(subject_id=message.pk)
        assert sorted(of_it.values_list("recipient", flat=True)) == sorted(
            [*message.to, *message.cc]
        )
        assert message.undone_at is None or set(of_it.values_list("state", flat=True)) == {
            "cancelled"
        }
