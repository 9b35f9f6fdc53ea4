"""Tickets of another desk with what was said in them, some hundred at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DatabaseError, transaction

from customers.models import Identity
from supportdesk.archive import places
from supportdesk.archive.history import Begun, Said
from supportdesk.archive.lines import Lines
from supportdesk.archive.people import in_words
from supportdesk.archive.refused import Refused, Report
from supportdesk.archive.stream import Messages, in_batches
from supportdesk.archive.writing import Thread, add, write
from tickets.models import Event, Message, Queue, Ticket, Topic
from tickets.states import State

#: A transaction writes so many tickets, with their messages and their ledger.
BATCH = 500
LATE_BATCH = 2000


class Tickets:
    """The tickets and messages of an archive on their way in.

    A ticket and what was said in it come in one transaction. What the database
    refuses is tried again alone, so that no line takes others with it.
    """

    def __init__(self, tickets: Lines, messages: Lines, report: Report, *, at: datetime) -> None:
        self._lines = tickets
        self._report = report
        self._at = at
        self._messages = Messages(messages, report, at=at)
        self._topics: dict[int, int] = {}

    def take(self) -> Iterator[float]:
        """Take all of them. Yields how much is read, from 0 to 1."""
        with closing(self._messages):
            yield from self._take_all()

    def _take_all(self) -> Iterator[float]:
        coming = iter(self._lines)
        while batch := list(islice(coming, BATCH)):
            begun: dict[int, Begun] = {}
            for line in batch:
                try:
                    one = Begun.read(line, at=self._at)
                    _refuse_double(one.theirs in begun, f"another ticket with the id {one.theirs}")
                    begun[one.theirs] = one
                except Refused as reason:
                    self._report.refuse(self._lines.name, line.number, reason)
            said = self._messages.of(set(begun))
            self._take_with_care(list(begun.values()), said)
            yield (self._lines.share + self._messages.share) / 2
        for late in in_batches(self._messages.put_aside(), LATE_BATCH):
            self._add_with_care(late)
            yield (self._lines.share + self._messages.share) / 2

    def _take_with_care(self, begun: Sequence[Begun], said: Sequence[Said]) -> None:
        of_ticket: dict[int, list[Said]] = defaultdict(list)
        for one in said:
            of_ticket[one.ticket].append(one)
        try:
            with self._trying():
                self._take(begun, of_ticket)
        except DatabaseError:
            for ticket in begun:
                try:
                    with self._trying():
                        self._take([ticket], {ticket.theirs: of_ticket[ticket.theirs]})
                except DatabaseError as reason:
                    self._take_bare(ticket, of_ticket[ticket.theirs], reason)

    def _take_bare(self, ticket: Begun, said: Sequence[Said], reason: DatabaseError) -> None:
        """Something about it cannot be stored: find out which line it is."""
        try:
            with self._trying():
                self._take([ticket], {})
        except DatabaseError:
            self._report.refuse(self._lines.name, ticket.line.number, in_words(reason))
        self._add_with_care(said)

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """One transaction; what it counts and refuses stands only if it is written."""
        whole, self._report = self._report, Report()
        try:
            with transaction.atomic():
                yield
            whole.take_over(self._report)
        finally:
            self._report = whole

    # --- Tickets ----------------------------------------------------------------------------------

    def _take(self, begun: Sequence[Begun], said: dict[int, list[Said]]) -> None:
        there = self._there(begun)
        queues = places.find("queue", (one.queue for one in begun))
        customers = places.find("customer", _customers(begun, said))
        identities = places.find("identity", (one.customer for one in begun))
        agents = places.find("agent", _agents(begun, said))
        addresses = dict(
            Identity.objects.filter(pk__in=identities.values(), kind="email").values_list(
                "pk", "value"
            )
        )
        threads: list[Thread] = []
        late: list[Said] = []
        for one in begun:
            try:
                if one.number in there:
                    self._refuse_another(one, there[one.number])
                    self._report.there[self._lines.name] += 1
                    places.keep("ticket", [(one.theirs, one.number)])
                    late += said.get(one.theirs, ())
                    continue
                identity = _known(identities, one.customer, "customer")
                thread = Thread(
                    begun=one,
                    queue=_known(queues, one.queue, "queue"),
                    customer=_known(customers, one.customer, "customer"),
                    identity=identity,
                    address=addresses.get(identity, ""),
                    owner=_known(agents, one.agent, "agent") if one.agent else None,
                )
                thread.topic = self._topic(thread.queue) if one.state == State.SOLVED else None
            except Refused as reason:
                self._report.refuse(self._lines.name, one.line.number, reason)
                late += said.get(one.theirs, ())
                continue
            thread.said = self._sayable(said.get(one.theirs, ()), customers, agents)
            threads.append(thread)
        write(threads, customers=customers, agents=agents, at=self._at)
        places.keep("ticket", ((one.begun.theirs, one.begun.number) for one in threads))
        self._report.added[self._lines.name] += len(threads)
        self._report.added[self._messages.name] += sum(len(one.said) for one in threads)
        self._add(late)

    def _there(self, begun: Sequence[Begun]) -> dict[int, datetime | None]:
        """Return the numbers that are taken; with the moment at which an imported one began."""
        taken: dict[int, datetime | None] = dict(
            Ticket.objects.filter(pk__in=[one.number for one in begun]).values_list(
                "pk", "created_at"
            )
        )
        imported = set(
            Event.objects.filter(ticket__in=taken, kind=Event.Kind.IMPORTED).values_list(
                "ticket_id", flat=True
            )
        )
        return {number: at if number in imported else None for number, at in taken.items()}

    def _refuse_another(self, one: Begun, began: datetime | None) -> None:
        if began != one.created_at:
            raise Refused(f"the number {one.number} belongs to another ticket of this desk")

    def _sayable(
        self, said: Iterable[Said], customers: dict[int, int], agents: dict[int, int]
    ) -> list[Said]:
        """Return what was said by people we know, each once, oldest first."""
        found: dict[Any, Said] = {}
        for one in said:
            known = customers if one.kind == Message.Kind.CUSTOMER else agents
            try:
                _known(known, one.author, "author")
                _refuse_double(one.key in found, "the same message before")
                found[one.key] = one
            except Refused as reason:
                self._report.refuse(self._messages.name, one.line.number, reason)
        return sorted(found.values(), key=lambda one: (one.at, one.seq))

    def _topic(self, queue: int) -> int:
        """Return the topic of what was solved elsewhere: nobody said what it was about."""
        if queue not in self._topics:
            root, _is_new = Topic.objects.get_or_create(
                parent=None,
                name="Imported",
                defaults={"names": {"de": "Übernommen"}, "is_active": False},
            )
            name = Queue.objects.get(pk=queue).name
            topic, _is_new = Topic.objects.get_or_create(
                parent=root, name=name, defaults={"queue_id": queue, "is_active": False}
            )
            self._topics[queue] = topic.pk
        return self._topics[queue]

    # --- Messages of tickets that are there -------------------------------------------------------

    def _add_with_care(self, said: Sequence[Said]) -> None:
        if not said:
            return
        try:
            with self._trying():
                self._add(said)
        except DatabaseError:
            for one in said:
                try:
                    with self._trying():
                        self._add([one])
                except DatabaseError as reason:
                    self._report.refuse(self._messages.name, one.line.number, in_words(reason))

    def _add(self, said: Sequence[Said]) -> None:
        """Add to tickets that are there what is not yet in them."""
        tickets = places.find("ticket", (one.ticket for one in said))
        customers = places.find("customer", _customers((), {0: said}))
        agents = places.find("agent", _agents((), {0: said}))
        keys = [one.key for one in said]
        there = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
        new: list[Said] = []
        for one in said:
            try:
                _known(tickets, one.ticket, "ticket")
            except Refused as reason:
                self._report.refuse(self._messages.name, one.line.number, reason)
                continue
            if one.key in there:
                self._report.there[self._messages.name] += 1
            else:
                new.append(one)
        new = self._sayable(new, customers, agents)
        add(new, tickets=tickets, customers=customers, agents=agents)
        self._report.added[self._messages.name] += len(new)


def _refuse_double(is_there: bool, what: str) -> None:
    if is_there:
        raise Refused(f"there is {what}")


def _known(places_of: dict[int, int], theirs: int, what: str) -> int:
    if theirs not in places_of:
        raise Refused(f"its {what} {theirs} is not in this archive, or was refused")
    return places_of[theirs]


def _customers(begun: Iterable[Begun], said: dict[int, Any]) -> set[int]:
    wrote = {
        one.author
        for thread in said.values()
        for one in thread
        if one.kind == Message.Kind.CUSTOMER
    }
    return wrote | {one.customer for one in begun}


def _agents(begun: Iterable[Begun], said: dict[int, Any]) -> set[int]:
    wrote = {
        one.author
        for thread in said.values()
        for one in thread
        if one.kind != Message.Kind.CUSTOMER
    }
    return wrote | {one.agent for one in begun if one.agent}
