"""Finding tickets by words: what was asked, which tickets fit, newest first.

A ticket fits if every word stands somewhere in it: in its subject or number, in
what was said (notes too: only staff ever search here), in its customer’s name,
addresses and phone numbers. Permission comes with the rows one starts from.

*Newest first* and a limit over a GIN index is a trap: Postgres either reads every
ticket with a common word to sort them, or walks all tickets by time to find a rare
one. So each ticket’s words carry marks that say in which spans of 8, 64 and 512
days something was last said. A search looks into the newest span, then into the
next, eight times as long, and stops as soon as the page is full.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from tickets.errors import TicketError
from tickets.models import ToRead
from tickets.models.ticket_questions import TicketQuerySet

PAGE = 25
#: Counts stop here and say “500+”.
CAP = 500
#: What fits best is sought among so many of the newest.
NEWEST = 1000
#: A search that takes longer is given up, with a sentence.
PATIENCE = timedelta(seconds=3)
#: While somebody types there is no use in a late answer.
WHILE_TYPING = timedelta(milliseconds=400)
#: Fewer letters are the beginning of half of all words.
SHORTEST = 2
#: The mark of a span, and the days in it as a power of two. ``tickets_spans_of`` writes them.
SPANS = (("a", 3), ("b", 6), ("c", 9))
#: Words that German leaves out and English does not.
ENGLISH_TOO = {"bin", "den", "die", "hat", "man", "war", "also", "will"}

_DAY = 86400
_PHONE = re.compile(r"[\d\s+()/.\-]+")
_FOLDED_UMLAUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


class TooLong(TicketError):
    """The search was given up."""


@dataclass(frozen=True)
class Sought:
    """What somebody looks for, as Postgres reads it."""

    #: What was typed, for highlights: each is a word or a phrase.
    values: tuple[str, ...]
    #: Stems to be found, joined as a tsquery. Empty if only such words were typed as are in every text.
    asked: str
    #: Phrases, each a regular expression of Postgres, that must stand as they are.
    phrases: tuple[str, ...] = ()
    #: The stems of each of ``values``, for highlights.
    stems: tuple[tuple[str, ...], ...] = ()
    #: Words that are in every text and therefore are not looked for.
    ignored: tuple[str, ...] = ()
    #: How many tickets the search has still to read, counted to the cap.
    waiting: int = 0
    #: In ``words``, which is everything, or in the ``head``: subject, number, customer.
    where: str = "words"

    def stems_of(self, value: str) -> tuple[str, ...]:
        return self.stems[self.values.index(value)]

    @property
    def sentence(self) -> str:
        """What to say of words that were not looked for, or nothing."""
        words = ", ".join(f"“{word}”" for word in self.ignored)
        if not self.ignored:
            return ""
        if not self.asked:
            return _("Nearly every ticket has %(words)s in it. Add a word that says more.") % {
                "words": words
            }
        return _("%(words)s is in nearly every ticket and was not looked for.") % {"words": words}


class Hit(NamedTuple):
    pk: int
    at: datetime


def seek(values: Sequence[str]) -> Sought:
    """Read words, phrases (with a space in them) and numbers in any notation. One query."""
    values = [value for value in values if value.strip()]
    variants = [_variants(value) for value in values]
    read, waiting = _stems([one for each in variants for one in each])
    asked: list[str] = []
    stems: list[tuple[str, ...]] = []
    sought: list[str] = []
    phrases: list[str] = []
    ignored: list[str] = []
    for value, ones in zip(values, variants, strict=True):
        if _is_everywhere(value, *read[value]):
            ignored.append(value)
            continue
        ways = [way for one in ones for way in read[one] if way]
        if not ways:
            continue
        sought.append(value)
        stems.append(tuple(dict.fromkeys(re.findall(r"'((?:[^']|'')+)'", " ".join(ways)))))
        asked.append(_either(ways))
        if " " in value.strip():
            phrases.append(_phrase(value))
    number = _phone_number(values)
    if number and len(asked) == len(values):
        # Or the same digits in a text, as they were grouped.
        asked = [f"( 't:{number[::-1]}':* | ( {' & '.join(asked)} ) )"]
        phrases = []
    return Sought(
        values=tuple(sought),
        asked=" & ".join(asked),
        phrases=tuple(phrases),
        stems=tuple(stems),
        ignored=tuple(ignored),
        waiting=waiting,
    )


def seek_beginning(values: Sequence[str]) -> Sought:
    """Read what somebody is still typing: of the last word, the beginning, in heads of tickets. One query."""
    values = [value for value in values if value.strip()]
    read, _waiting = _stems(values)
    asked = []
    for place, value in enumerate(values):
        simple, english, german = read[value]
        if place < len(values) - 1:
            asked += [_either([way for way in (simple, english, german) if way])] if english else []
        elif len(simple.rpartition("'")[0].rpartition("'")[2]) >= SHORTEST:
            asked.append(f"( {simple}:* )")
    number = _phone_number(values)
    if number and asked:
        asked = [f"( 't:{number[::-1]}':* | {' & '.join(asked)} )"]
    stems = tuple((read[value][0].replace("'", "").split(" ")[-1],) for value in values)
    return Sought(tuple(values), " & ".join(asked), stems=stems, where="head")


def _variants(value: str) -> list[str]:
    """A word with an umlaut is written in two ways: Müller is Mueller."""
    lower = value.lower()
    written_out = lower.translate(_FOLDED_UMLAUT)
    drawn_in = re.sub(r"(?<![aeq])([aou])e", r"\1", lower)
    return list(dict.fromkeys([value, *({written_out, drawn_in} - {lower})]))


def _stems(values: list[str]) -> tuple[dict[str, tuple[str, str, str]], int]:
    """Each value as a tsquery: as it stands, in English, in German; and how many tickets wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT value, plainto_tsquery('pg_catalog.simple', folded)::text,"
            " plainto_tsquery('pg_catalog.english', folded)::text,"
            " plainto_tsquery('pg_catalog.german', folded)::text,"
            " plainto_tsquery('pg_catalog.german', value)::text,"
            " (SELECT count(*) FROM (SELECT FROM tickets_toread LIMIT %s) AS unread)"
            " FROM (SELECT value, tickets_fold(value) AS folded FROM unnest(%s::text[]) AS value) AS typed",
            [CAP + 1, values],
        )
        rows = cursor.fetchall()
    read = {
        value: (simple, english, german if as_typed else "")
        for value, simple, english, german, as_typed, _waiting in rows
    }
    return read, rows[0][-1] if rows else 0


def _is_everywhere(value: str, simple: str, english: str, german: str) -> bool:
    if not simple:
        return False
    return not english or (not german and value.lower() not in ENGLISH_TOO)


def _either(ways: Sequence[str]) -> str:
    ways = list(dict.fromkeys(ways))
    return "( " + " | ".join(f"( {way} )" for way in ways) + " )"


def _phrase(value: str) -> str:
    """These words one after the other, whatever stands between them but a letter; accents count as none."""
    words = re.findall(r"\w+", value)
    return r"\m" + r"[^[:alnum:]]+".join(letters_of(word) for word in words) + r"\M"


_ACCENTED = {"a": "aàáâãäå", "c": "cç", "e": "eèéêë", "i": "iìíîï", "n": "nñ", "o": "oòóôõöø", "u": "uùúûü"}  # fmt: skip
_PLAIN = {accented: letter for letter, kin in _ACCENTED.items() for accented in kin}


def letters_of(word: str) -> str:
    """A word as a regular expression, with or without its accents."""
    letters = []
    for letter in word.lower():
        kin = _ACCENTED.get(_PLAIN.get(letter, ""))
        letters.append(f"[{kin}]" if kin else re.escape(letter) if letter.isascii() else letter)
    return "".join(letters).replace("ss", "(?:ss|ß)")


def _phone_number(values: Sequence[str]) -> str:
    """Digits and nothing else, however they are grouped, may be a phone number: its last digits are.

    Not fewer than six: the number of a ticket has less.
    """
    joined = " ".join(values)
    if not _PHONE.fullmatch(joined):
        return ""
    digits = re.sub(r"\D", "", joined)
    number = digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")
    return number if 6 <= len(number) <= 15 else ""


# --- Which tickets fit ----------------------------------------------------------------------------


def hits(
    rows: TicketQuerySet,
    sought: Sought,
    *,
    at: datetime,
    limit: int,
    after: Hit | None = None,
    since: datetime | None = None,
    patience: timedelta | None = None,
) -> list[Hit]:
    """Return the newest of ``rows`` in which all of it stands, behind ``after``. One query.

    With ``since``, only those in which something was said from then on.

    Raises TooLong when it is given up.
    """
    if not sought.asked:
        return []
    spans, span_params = _spans(sought.asked, after.at if after else at, since)
    where = [
        f"tickets_findable.{sought.where} @@ span.asked",
        "tickets_findable.at >= span.since",
        "tickets_findable.at < span.till",
    ]
    params: list[Any] = []
    if after:
        where.append("(tickets_findable.at, tickets_findable.ticket_id) < (%s, %s)")
        params += [after.at, after.pk]
    if since:
        where.append("tickets_findable.at >= %s")
        params.append(since)
    fitting = rows.filter(findable__at__isnull=False)
    for phrase in sought.phrases:
        where.append(_STANDS)
        params += [phrase] * 3
    inner = (
        fitting.select_related(None)
        .extra(where=where, params=params)  # noqa: S610 -- the clauses are our own
        .order_by("-findable__at", "-pk")
        .values_list("pk", "findable__at")[:limit]
    )
    sql, inner_params = inner.query.sql_with_params()
    return [
        Hit(pk, moment)
        for pk, moment in _patiently(
            f"SELECT found.* FROM (VALUES {spans}) AS span (place, asked, since, till)"  # noqa: S608 -- Django’s own SQL
            f" CROSS JOIN LATERAL ({sql}) AS found (pk, at) LIMIT {limit:d}",
            [*span_params, *inner_params],
            patience or PATIENCE,
        )
    ]


_STANDS = """(
    tickets_ticket.subject ~* %s
    OR EXISTS (
        SELECT 1 FROM customers_customer named
        WHERE named.id = tickets_ticket.customer_id AND named.name ~* %s
    )
    OR EXISTS (
        SELECT 1 FROM tickets_message said
        WHERE said.ticket_id = tickets_ticket.id AND said.undone_at IS NULL AND said.text ~* %s
    )
)"""


def _spans(asked: str, before: datetime, since: datetime | None) -> tuple[str, list[Any]]:
    """The times to look into, one after the other: each mark’s own span and the one before it."""
    day = int(before.timestamp() // _DAY)
    rows: list[str] = []
    params: list[Any] = []
    # A clock that is some days ahead is no reason not to be found.
    till = datetime.max.replace(tzinfo=UTC)
    for place, (mark, power) in enumerate(SPANS):
        own = day >> power
        begins = datetime.fromtimestamp(((own - 1) << power) * _DAY, UTC)
        rows.append("(%s, %s::tsquery, %s::timestamptz, %s::timestamptz)")
        marks = " | ".join(f"'{mark}:{one}'" for one in (own + 1, own, own - 1))
        params += [place, f"{asked} & ( {marks} )", begins, till]
        till = begins
        if since and since >= begins:
            return ", ".join(rows), params
    rows.append("(%s, %s::tsquery, '-infinity'::timestamptz, %s::timestamptz)")
    params += [len(SPANS), asked, till]
    return ", ".join(rows), params


def _patiently(sql: str, params: Sequence[Any], patience: timedelta) -> list[tuple[Any, ...]]:
    try:
        with connection.cursor() as cursor:
            # Two statements in one message are one transaction: the limit ends with it.
            limit = f"SET LOCAL statement_timeout = {int(patience.total_seconds() * 1000)}; "
            cursor.execute(limit + sql, params)
            return list(cursor.fetchall())
    except OperationalError as refusal:
        if getattr(refusal.__cause__, "pgcode", "") != "57014":
            raise
        raise TooLong(
            _("This search took too long and was given up. Add a word, or say state: or queue:.")
        ) from refusal


# --- One page of them -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """One page: which tickets, how many there are in all (to the cap), and what comes next."""

    hits: list[Hit]
    n: int
    next: str

    def __str__(self) -> str:
        return f"{CAP}+" if self.n > CAP else str(self.n)


def page(rows: TicketQuerySet, sought: Sought, *, at: datetime, cursor: str = "") -> Found:
    """One page of what fits, newest first. On the first page what is shown and the count are one search."""
    after = _read(cursor)
    newest = hits(rows, sought, at=at, limit=CAP + 1)
    shown = newest[: PAGE + 1]
    if after:
        shown = hits(rows, sought, at=at, limit=PAGE + 1, after=after)
    more = len(shown) > PAGE
    shown = shown[:PAGE]
    return Found(hits=shown, n=len(newest), next=_write(shown[-1]) if more else "")


def suggestions(rows: TicketQuerySet, sought: Sought, *, at: datetime) -> list[Hit]:
    """The newest few whose subject, number or customer begins with what is typed; none if that takes long."""
    try:
        return hits(rows, sought, at=at, limit=6, patience=WHILE_TYPING)
    except TooLong:
        return []


def read_some(limit: int = 50) -> int:
    """Read some of the tickets that wait for it, in one transaction, and return how many."""
    with transaction.atomic():
        return ToRead.objects.read(limit=limit)


def _write(hit: Hit) -> str:
    value = json.dumps([hit.at.isoformat(), hit.pk])
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def _read(cursor: str) -> Hit | None:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, pk = json.loads(raw)
        moment = datetime.fromisoformat(at)
        return Hit(int(pk), moment) if moment.tzinfo else None
    except (ValueError, TypeError, binascii.Error):
        return None
