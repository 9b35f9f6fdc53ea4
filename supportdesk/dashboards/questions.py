"""A number and the tickets that it counts, from one function, so that they cannot differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import Promise as Lazy

from supportdesk.dashboards.scope import Scope
from tickets.models.ticket_questions import TicketQuerySet


@dataclass(frozen=True)
class Pick:
    """One mark out of many: a person’s bar, a day’s point, a class of a chart."""

    person: int | None = None
    since: date | None = None
    until: date | None = None
    part: str = ""

    def query(self) -> dict[str, str]:
        said = {
            "person": self.person,
            "since": self.since,
            "until": self.until,
            "part": self.part or None,
        }
        return {name: str(value) for name, value in said.items() if value is not None}


def read_pick(query: Mapping[str, str]) -> Pick:
    person, part = query.get("person", ""), query.get("part", "")
    return Pick(
        person=int(person) if person.isascii() and person.isdigit() and len(person) < 12 else None,
        since=_date(query.get("since", "")),
        until=_date(query.get("until", "")),
        part=part if part.replace("-", "").isalnum() and len(part) < 20 else "",
    )


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


Rows = Callable[[Scope, Pick], TicketQuerySet]


@dataclass(frozen=True)
class Number:
    """What is counted, in words and as a question to the tickets.

    ``key`` orders the list, as ``lib.paging`` asks: a datetime with an index.
    """

    slug: str
    name: Lazy
    meaning: Lazy
    rows: Rows
    key: str = "due_at"
    is_descending: bool = False
    empty: Lazy | str = ""
    #: What it counts depends on the moment, not on days.
    is_of_moment: bool = False


@dataclass(frozen=True)
class Question:
    """One number on one page: how many, and the address of exactly those tickets."""

    number: Number
    scope: Scope
    pick: Pick = field(default_factory=Pick)

    def rows(self) -> TicketQuerySet:
        return self.number.rows(self.scope, self.pick)

    @cached_property
    def address(self) -> str:
        query = self.scope.query() | self.pick.query()
        if self.number.is_of_moment:
            query["at"] = self.scope.at.isoformat()
        page = "load_tickets" if self.scope.is_personal else "pulse_tickets"
        address = _page(page, self.number.slug)
        return f"{address}?{urlencode(query)}" if query else address


@cache
def _page(name: str, slug: str) -> str:
    return reverse(name, args=[slug])
