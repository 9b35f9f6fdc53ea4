"""Where in a ticket the words stand that somebody looked for: who said it, when, and the words marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Case, IntegerField, Value, When
from django.db.models.expressions import Combinable

from tickets.models import Message, Ticket
from tickets.search import Sought, letters_of

#: How much of what was said a result shows, in characters.
LENGTH = 220


class Piece(NamedTuple):
    text: str
    is_sought: bool


@dataclass(frozen=True)
class Passage:
    """A part of one message, in pieces."""

    message: Message
    pieces: tuple[Piece, ...]

    @property
    def who(self) -> str:
        return str(self.message.by_user or self.message.by_customer)

    @property
    def at(self) -> datetime:
        return self.message.at

    @property
    def is_ours(self) -> bool:
        return self.message.kind == Message.Kind.REPLY

    @property
    def is_note(self) -> bool:
        return self.message.is_note


@dataclass(frozen=True)
class Marks:
    """One ticket among what was found, with what was looked for marked in it."""

    subject: tuple[Piece, ...]
    customer: tuple[Piece, ...]
    #: The address or number that it came from, if it was looked for.
    address: tuple[Piece, ...]
    passage: Passage | None


def marks(ticket: Ticket, passage: Passage | None, sought: Sought) -> Marks:
    """Mark what was looked for in the head of a ticket. Its customer and identity are loaded."""
    address = marked(ticket.identity.value, sought)
    return Marks(
        subject=marked(ticket.subject, sought),
        customer=marked(str(ticket.customer), sought),
        address=address if any(piece.is_sought for piece in address) else (),
        passage=passage,
    )


def of(tickets: Iterable[int], sought: Sought) -> dict[int, Passage]:
    """Return for each ticket the message with most of the words in it, the newest of such. One query."""
    forms = [_forms([value], sought) for value in sought.values]
    if not forms:
        return {}
    has: Combinable = Value(0)
    for form in forms:
        has += Case(
            When(text__iregex=form.for_postgres, then=1), default=0, output_field=IntegerField()
        )
    found = (
        Message.objects.filter(
            ticket_id__in=list(tickets),
            text__iregex="|".join(form.for_postgres for form in forms),
        )
        .standing()
        .annotate(has=has)
        .select_related("by_user", "by_customer")
        .order_by("ticket_id", "-has", "-at", "-pk")
        .distinct("ticket_id")
    )
    return {
        message.ticket_id: Passage(message, marked(message.text, sought, length=LENGTH))
        for message in found
    }


def marked(text: str, sought: Sought, *, length: int = 0) -> tuple[Piece, ...]:
    """Cut ``text`` into pieces that were sought and such that weren’t; to where most are, if ``length``."""
    text = " ".join(text.split())
    spots = [found.span() for found in _pattern(sought).finditer(text)]
    start, end = (0, len(text)) if not length else _where_most_are(spots, text, length)
    pieces: list[Piece] = [Piece("… ", False)] if start else []
    done = start
    for begins, ends in spots:
        if begins < start or ends > end:
            continue
        pieces += [Piece(text[done:begins], False), Piece(text[begins:ends], True)]
        done = ends
    pieces.append(Piece(text[done:end] + ("…" if end < len(text) else ""), False))
    return tuple(piece for piece in pieces if piece.text)


def _where_most_are(spots: Sequence[tuple[int, int]], text: str, length: int) -> tuple[int, int]:
    if len(text) <= length:
        return 0, len(text)
    best, most = 0, 0
    for begins, _ends in spots[:200]:
        many = sum(1 for other in spots[:200] if begins <= other[0] and other[1] <= begins + length)
        if many > most:
            best, most = begins, many
    start = max(0, min(best - length // 5, len(text) - length))
    if start:
        start = text.find(" ", start, best + 1) + 1 or start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start + length // 2, end), start + length // 2)
    return start, end


@lru_cache(maxsize=64)
def _pattern(sought: Sought) -> re.Pattern[str]:
    """Made once for a page: it marks a hundred texts."""
    return re.compile(
        "|".join(_forms([value], sought).for_python for value in sought.values) or r"(?!)",
        re.IGNORECASE,
    )


class _Form(NamedTuple):
    for_postgres: str
    for_python: str


def _forms(values: Sequence[str], sought: Sought) -> _Form:
    """How a word may stand in a text: as typed, or in another form of the same stem."""
    ways = []
    for value in values:
        words = re.findall(r"\w+", value)
        if len(words) > 1:
            ways.append((r"[^[:alnum:]]+".join(map(letters_of, words)), r"[\W_]+".join(map(letters_of, words))))  # fmt: skip
            continue
        for stem in sought.stems_of(value):
            form = letters_of(stem[:-1]) + "[iy]" if stem.endswith("i") else letters_of(stem)
            ways.append((form + r"\w{0,4}", form + r"\w{0,4}"))
    if not ways:
        return _Form("(?!)", "(?!)")
    return _Form(
        r"\m(?:" + "|".join(way for way, _ in ways) + r")\M",
        r"\b(?:" + "|".join(way for _, way in ways) + r")\b",
    )
