"""Queues, staff and customers of another desk: who is known already stays as they are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from customers import identities
from customers.identities import Known
from customers.models import Customer, Identity, Organization
from supportdesk.archive import fields, places
from supportdesk.archive.lines import Line, Lines
from supportdesk.archive.refused import Refused, Report
from supportdesk.models import Desk, Role, Team, User
from tickets.models import Queue

BATCH = 1000
#: Above this many queues or people of the desk it is no archive of a desk.
MOST_STAFF = 10_000


def take_queues(lines: Lines, report: Report) -> None:
    """A queue of the same name is the same queue; a new one gets a team of its own."""
    for line in lines:
        try:
            is_new = _take_queue(line)
            (report.added if is_new else report.there)[lines.name] += 1
        except (Refused, DatabaseError) as reason:
            report.refuse(lines.name, line.number, in_words(reason))


def _take_queue(line: Line) -> bool:
    theirs = fields.number(line.said, "id")
    name = fields.text(line.said, "name", longest=80, is_required=True)
    address = _address(line.said, "email", is_required=False)
    if places.find("queue", [theirs]):
        raise Refused(f"there is another queue with the id {theirs} in this file")
    with transaction.atomic():
        queue, is_new = Queue.objects.get_or_create(
            name=name,
            defaults={
                "team": Team.objects.get_or_create(name=name)[0],
                "address": address.value if address else "",
            },
        )
        places.keep("queue", [(theirs, queue.pk)])
    return is_new


def take_agents(lines: Lines, report: Report, *, with_passwords: bool, at: datetime) -> None:
    """Whoever has the same address is the same person, and keeps role and teams.

    New ones come without a password: they are invited, or ask for a new one.
    """
    for line in lines:
        try:
            is_new = _take_agent(line, with_passwords=with_passwords, at=at)
            (report.added if is_new else report.there)[lines.name] += 1
        except (Refused, DatabaseError) as reason:
            report.refuse(lines.name, line.number, in_words(reason))


def _take_agent(line: Line, *, with_passwords: bool, at: datetime) -> bool:
    said = line.said
    theirs = fields.number(said, "id")
    address = _address(said, "email", is_required=True)
    assert address is not None  # noqa: S101 -- it is required
    name = _name(said, longest=100) or fields.text(said, "username", longest=100) or address.value
    password = fields.text(said, "password", longest=200) if with_passwords else ""
    role = Role.ADMIN if fields.flag(said, "is_admin", default=False) else Role.AGENT
    queues = places.find("queue", fields.numbers(said, "queues")[:MOST_STAFF])
    if places.find("agent", [theirs]):
        raise Refused(f"there is another agent with the id {theirs} in this file")
    with transaction.atomic():
        user, is_new = User.objects.get_or_create(
            email=address.value,
            defaults={
                "name": name,
                "role": role,
                "language": Desk.current().language,
                "time_zone": Desk.current().time_zone,
                "password": make_password(password or None),
                "joined_at": at if password else None,
            },
        )
        if is_new:
            teams = Team.objects.filter(queues__in=queues.values()).distinct()
            user.teams.add(*teams)
        places.keep("agent", [(theirs, user.pk)])
    return is_new


@dataclass
class _Person:
    """A line of the customers, read."""

    line: Line
    theirs: int
    name: str
    organization: str
    created_at: datetime
    known: list[Known] = field(default_factory=list)


def take_customers(lines: Lines, report: Report, *, at: datetime) -> Iterable[float]:
    """Whoever has the same address is the same person. Yields how much is read.

    A thousand lines are one transaction; what the database refuses is tried
    again line by line, so that a bad one is refused alone.
    """
    language = Desk.current().language
    coming = iter(lines)
    while batch := list(islice(coming, BATCH)):
        people = []
        for line in batch:
            try:
                people.append(_read_customer(line, lines.name, report, at=at))
            except Refused as reason:
                report.refuse(lines.name, line.number, reason)
        try:
            _take_people(people, lines.name, report, language=language)
        except DatabaseError:
            for person in people:
                try:
                    _take_people([person], lines.name, report, language=language)
                except DatabaseError as reason:
                    report.refuse(lines.name, person.line.number, in_words(reason))
        yield lines.share


def _read_customer(line: Line, file: str, report: Report, *, at: datetime) -> _Person:
    said = line.said
    person = _Person(
        line=line,
        theirs=fields.number(said, "id"),
        name=_name(said, longest=120),
        organization=fields.text(said, "organization", longest=120),
        created_at=fields.optional_moment(said, "created_at", at=at) or at,
    )
    if address := _address(said, "email", is_required=False):
        person.known.append(address)
    if number := fields.text(said, "phone", longest=60):
        try:
            person.known.append(identities.phone(number))
        except ValidationError:
            report.left_out[f"{file}: phone numbers that are none"] += 1
    if not person.known:
        raise Refused("the customer has neither an e-mail address nor a phone number")
    return person


def _take_people(people: Sequence[_Person], file: str, report: Report, *, language: str) -> None:
    """Write those who are new, and note where all of them are."""
    doubles: list[_Person] = []
    with transaction.atomic():
        noted = places.find("customer", [person.theirs for person in people])
        owners = _owners(known for person in people for known in person.known)
        organizations = _organizations({person.organization for person in people} - {""})
        new: dict[Known, Customer] = {}
        who: dict[int, Known] = {}
        for person in people:
            # The first decides who it is: two people of one phone stay two.
            known, *more = person.known
            if person.theirs in noted or person.theirs in who:
                doubles.append(person)
                continue
            who[person.theirs] = known
            if known in owners or known in new:
                continue
            new[known] = Customer(
                name=person.name,
                organization=organizations.get(person.organization),
                language=language,
                created_at=person.created_at,
            )
            for one in more:
                if one in owners or new.setdefault(one, new[known]) is not new[known]:
                    report.left_out[f"{file}: phone numbers of somebody else"] += 1
        customers = {id(one): one for one in new.values()}.values()
        Customer.objects.bulk_create(customers)
        made = Identity.objects.bulk_create(
            Identity(customer=customer, kind=known.kind, value=known.value)
            for known, customer in new.items()
        )
        owners |= {Known(one.kind, one.value): (one.customer_id, one.pk) for one in made}
        places.keep("customer", ((theirs, owners[known][0]) for theirs, known in who.items()))
        places.keep("identity", ((theirs, owners[known][1]) for theirs, known in who.items()))
    report.added[file] += len(customers)
    report.there[file] += len(who) - len(customers)
    for person in doubles:
        reason = f"there is another customer with the id {person.theirs} in this file"
        report.refuse(file, person.line.number, reason)


def _owners(known: Iterable[Known]) -> dict[Known, tuple[int, int]]:
    """Return customer and identity of those that we know already. One query for each kind."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for one in known:
        by_kind[one.kind].add(one.value)
    return {
        Known(one.kind, one.value): (one.customer_id, one.pk)
        for kind, values in by_kind.items()
        for one in Identity.objects.filter(kind=kind, value__in=values)
    }


def _organizations(names: set[str]) -> dict[str, Organization]:
    there = {one.name: one for one in Organization.objects.filter(name__in=names)}
    missing = sorted(names - there.keys())
    made = Organization.objects.bulk_create(Organization(name=name) for name in missing)
    return there | {one.name: one for one in made}


def _name(said: fields.Said, *, longest: int) -> str:
    """Return the whole name, which some desks keep in two parts."""
    whole = fields.text(said, "name", longest=longest)
    parts = (fields.text(said, part, longest=longest) for part in ("first_name", "last_name"))
    return " ".join((whole or " ".join(parts)).split())[:longest]


def _address(said: fields.Said, name: str, *, is_required: bool) -> Known | None:
    written = fields.text(said, name, longest=254, is_required=is_required)
    if not written:
        return None
    try:
        return identities.email(written)
    except ValidationError:
        raise Refused(f"“{name}” is no e-mail address") from None


def in_words(reason: Exception) -> str:
    """Return a reason as one sentence: the database’s first line is enough."""
    if isinstance(reason, IntegrityError):
        taken = re.search(r"Key \((.+?)\)=\((.*)\) already exists", str(reason))
        if taken:
            return f"“{taken[2]}” ({taken[1]}) is taken by another"
    if isinstance(reason, DatabaseError):
        return f"the database refuses it: {str(reason).splitlines()[0]}"
    return str(reason)
