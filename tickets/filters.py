"""The one language in which lists of tickets are narrowed down.

``state:open owner:me queue:billing tag:wheel topic:"Delivery" due:<1h "bent wheel"``

The same word again widens (``state:new state:open`` is either), another word
narrows. It is public: people keep it in bookmarks, so a word never changes its
meaning. A part that we do not understand is left out and said so.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from supportdesk.lib import markup
from supportdesk.lib.prepared import Statement, written_once
from supportdesk.lib.together import asking, read
from supportdesk.models import User
from tickets import search
from tickets.models import Queue, Topic
from tickets.models.ticket_questions import TicketQuerySet
from tickets.states import State
from tickets.topic_tree import AS_A_TREE

#: A longer text is no filter that anybody wrote.
LIMIT = 500

_PART = re.compile(r'(?:([A-Za-z]+):(?=\S))?("(?:[^"\\]|\\.)*"|\S+)', re.DOTALL)
_PLAIN = re.compile(r'[^\s":\\]+')
_SPAN = re.compile(r"<(\d{1,4})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Part:
    """``key:value``, or words to look for if ``key`` is empty."""

    key: str
    value: str


def parse(text: str) -> tuple[Part, ...]:
    """Read what somebody typed. Anything can be read; ``parse(render(parts)) == parts``."""
    return tuple(
        Part(found[1].lower() if found[1] else "", _unquoted(found[2]))
        for found in _PART.finditer(markup.clean_text(text)[:LIMIT])
    )


def render(parts: Iterable[Part]) -> str:
    """Write parts as one would type them."""
    return " ".join(
        (f"{part.key}:" if part.key else "") + _quoted(part.value, bare=not part.key)
        for part in parts
    )


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text


def _quoted(value: str, *, bare: bool) -> str:
    if _PLAIN.fullmatch(value if bare else value.replace(":", "")):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@dataclass
class Known:
    """What the words may mean to one person: looked up once, used by parser and selects alike."""

    user: User
    staff: Sequence[User]
    queues: Sequence[Queue]
    topics: Sequence[Topic]


def known_to(user: User) -> Known:
    """Look up who and what can be named. One query."""
    found = read(_asking(user.role, who=user.pk))
    topics = {topic.pk: topic for topic in found["topics"]}
    for topic in topics.values():
        topic.parent = topics.get(topic.parent_id or 0)
    return Known(user=user, **found)


@written_once
def _asking(role: str, *, who: int) -> Statement:
    user = User(pk=who, role=role)
    return asking(
        staff=User.objects.filter(is_active=True).only("name", "email"),
        queues=Queue.objects.visible_to(user).active().only("name"),
        topics=Topic.objects.order_by(*AS_A_TREE).only("name", "names", "parent"),
    )


def path_of(topic: Topic) -> str:
    """Return a topic as it is written in a filter: “Delivery > Parcel missing”."""
    return f"{topic.parent} > {topic}" if topic.parent else str(topic)


@dataclass
class Narrowed:
    """The tickets that are left, the words to find in them, and a sentence for what was left out."""

    rows: TicketQuerySet
    left_out: list[str] = field(default_factory=list)
    #: What ``tickets.search`` is to find among ``rows``, if words were typed.
    sought: search.Sought | None = None


def narrow(rows: TicketQuerySet, parts: Sequence[Part], *, known: Known, at: datetime) -> Narrowed:
    """Keep of ``rows`` what the parts say. What nobody understands is left out, with a sentence.

    Words without a key are to be found by ``tickets.search``: one query reads them.
    """
    found = Narrowed(rows)
    asked: dict[str, list[Q]] = {}
    values = [part.value for part in parts if not part.key]
    if values:
        found.sought = search.seek(values)
    for part in parts:
        if not part.key:
            continue
        meaning = _meaning(part, known=known, at=at)
        if isinstance(meaning, Q):
            asked.setdefault(part.key, []).append(meaning)
        else:
            found.left_out.append(meaning)
    for meanings in asked.values():
        either = meanings[0]
        for meaning in meanings[1:]:
            either |= meaning
        found.rows = found.rows.filter(either)
    return found


def _meaning(part: Part, *, known: Known, at: datetime) -> Q | str:
    """Return what a part asks for, or the sentence that says why it is left out."""
    read = _READERS.get(part.key)
    if read is None:
        return _("“%(part)s” is left out: there is no word “%(key)s:”. There are %(words)s.") % {
            "part": render([part]),
            "key": part.key,
            "words": ", ".join(f"{word}:" for word in _READERS),
        }
    return read(part.value.strip(), known, at)


def _state(value: str, known: Known, at: datetime) -> Q | str:
    state = value.lower().replace(" ", "_").replace("-", "_")
    if state in State.values:
        return Q(state=state)
    return _("There is no state “%(value)s”. There are %(values)s.") % {
        "value": value,
        "values": ", ".join(State.values),
    }


def _owner(value: str, known: Known, at: datetime) -> Q | str:
    if value.lower() == "me":
        return Q(owner=known.user)
    if value.lower() in {"nobody", "none"}:
        return Q(owner=None)
    keys = [one.pk for one in known.staff if value.lower() in {one.name.lower(), one.email}]
    if keys:
        return Q(owner__in=keys)
    return _("Nobody here is called “%(value)s”. Write me, nobody, a name or an address.") % {
        "value": value
    }


def _queue(value: str, known: Known, at: datetime) -> Q | str:
    keys = [queue.pk for queue in known.queues if queue.name.lower() == value.lower()]
    if keys:
        return Q(queue__in=keys)
    return _("You have no queue “%(value)s”.") % {"value": value}


def _topic(value: str, known: Known, at: datetime) -> Q | str:
    name = value.lower()
    keys = {
        topic.pk
        for topic in known.topics
        if name in {topic.name.lower(), str(topic).lower(), path_of(topic).lower()}
    }
    keys |= {topic.pk for topic in known.topics if topic.parent_id in keys}
    if keys:
        return Q(topic__in=keys)
    return _("There is no topic “%(value)s”.") % {"value": value}


def _tag(value: str, known: Known, at: datetime) -> Q | str:
    return Q(tags__contains=[value.lower()])


def _due(value: str, known: Known, at: datetime) -> Q | str:
    if value.lower() == "late":
        return Q(due_at__lte=at)
    span = _SPAN.fullmatch(value.lower())
    if span:
        return Q(due_at__lte=at + timedelta(**{_UNITS[span[2]]: int(span[1])}))
    return _("“due:%(value)s” is left out. Write due:late, due:<30m, due:<2h or due:<3d.") % {
        "value": value
    }


_READERS: dict[str, Callable[[str, Known, datetime], Q | str]] = {
    "state": _state,
    "owner": _owner,
    "queue": _queue,
    "topic": _topic,
    "tag": _tag,
    "due": _due,
}


def rewritten(text: str, choices: dict[str, str]) -> str:
    """Return ``text`` with the parts of each key in ``choices`` replaced; empty takes them out.

    What the selects beside the box write: they change the text, nothing else.
    """
    kept = [part for part in parse(text) if part.key not in choices]
    return render(kept + [Part(key, value) for key, value in choices.items() if value])
