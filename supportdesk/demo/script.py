"""How a story of the demo desk is written down: who does what next, and how long it takes.

Texts carry placeholders such as ``{first}`` or ``{order}``, filled by
``supportdesk.demo.words``. Spans of ours pass in opening hours, theirs on the
clock; both are stretched a little at random unless a step is fixed by ``ago``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tickets.models import Message, Promise
from tickets.states import Impact, Outcome, Priority, State


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


def hours(many: float) -> timedelta:
    return timedelta(hours=many)


def days(many: float) -> timedelta:
    return timedelta(days=many)


#: Written before the promised moment and read after it: kept late.
A_BREATH_LATE = timedelta(seconds=-5)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody does."""

    #: How long after the step before. In opening hours for staff.
    after: timedelta = timedelta(hours=2)
    #: Exactly so long before the moment of loading, instead of ``after``.
    ago: timedelta | None = None
    #: It happens in this share of the tickets.
    chance: float = 1.0

    @property
    def is_ours(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Theirs(Step):
    after: timedelta = timedelta(hours=9)

    @property
    def is_ours(self) -> bool:
        return False


# --- What the customer does -----------------------------------------------------------------------


@dataclass(frozen=True)
class They(Theirs):
    """The customer writes."""

    text: str
    via: str = Message.Via.MAIL
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class Confirms(Theirs):
    """“It is solved.”"""


@dataclass(frozen=True)
class NotYet(Theirs):
    """“Still a problem.”"""

    text: str


@dataclass(frozen=True)
class Rates(Theirs):
    solved: str
    ease: int | None
    words: str = ""
    may_contact: bool | None = None
    after: timedelta = field(default=minutes(4), kw_only=True)


# --- What we do -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class We(Step):
    """A reply. ``late`` breaks the promise before it, by so much; ``says_next`` makes one.

    ``next_ago`` promises a moment so long before the moment of loading; a
    negative one is still to come.
    """

    text: str
    then: str = State.OPEN
    says_next: timedelta = timedelta(hours=8)
    next_ago: timedelta | None = None
    kind: str = Promise.Kind.UPDATE
    late: timedelta | None = None
    hold: str = ""
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class Solves(Step):
    text: str
    outcome: str = Outcome.FULL
    reason: str = ""
    late: timedelta | None = None


@dataclass(frozen=True)
class Notes(Step):
    text: str
    #: Somebody else than the owner: a team’s lead, or a colleague of the owner.
    by: str = ""
    after: timedelta = field(default=minutes(15), kw_only=True)


@dataclass(frozen=True)
class Quickly(Step):
    """A verb that takes a minute."""

    after: timedelta = field(default=minutes(6), kw_only=True)


@dataclass(frozen=True)
class Takes(Quickly):
    """Somebody takes it before they answer."""


@dataclass(frozen=True)
class Assigns(Quickly):
    """The lead gives it to somebody."""


@dataclass(frozen=True)
class Waits(Quickly):
    reason: str


@dataclass(frozen=True)
class Holds(Quickly):
    reason: str


@dataclass(frozen=True)
class Resumes(Quickly):
    """The ball is with us again."""


@dataclass(frozen=True)
class Sets(Quickly):
    """Staff’s own view of it: any of these."""

    priority: Priority | None = None
    topic: str = ""
    queue: str = ""
    tags: Sequence[str] = ()
    subject: str = ""


@dataclass(frozen=True)
class Complains(Quickly):
    """An agent marks it as a complaint, with the words that say so."""

    quote: str


@dataclass(frozen=True)
class Belongs(Quickly):
    """It is another customer’s: one of ``people.NAMED``."""

    to: str


@dataclass(frozen=True)
class IsSpam(Quickly):
    """Out of every list."""


@dataclass(frozen=True)
class IsNotSpam(Quickly):
    """A mistake; back with it."""


@dataclass(frozen=True)
class HandsOff(Quickly):
    """To a colleague in ``team``, or to a queue when ``queue`` is given."""

    wants: str
    known: str
    tried: str = ""
    promised: str = ""
    dont_ask: str = ""
    team: str = ""
    queue: str = ""


@dataclass(frozen=True)
class SetsReminder(Quickly):
    """A follow-up: ``due`` in opening hours from here, or ``due_ago`` before the loading."""

    what: str
    due: timedelta = timedelta(hours=16)
    due_ago: timedelta | None = None


@dataclass(frozen=True)
class FollowsUp(Quickly):
    """The reminder is done."""


@dataclass(frozen=True)
class TakesBack(Quickly):
    """The reply just sent is taken back within its undo window."""

    after: timedelta = field(default=timedelta(seconds=4), kw_only=True)


# --- The story ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Story:
    """How one kind of ticket goes. Of several texts each ticket gets one."""

    topic: str
    subject: Sequence[str]
    text: Sequence[str]
    steps: Sequence[Step] = ()
    language: str = "en"
    #: How often it is told.
    weight: int = 4
    #: Kinds of thing that ``{item}`` and ``{model}`` are taken from.
    about: str = "bike"
    via: str = Message.Via.WEB
    wants: Sequence[str] = ("",)
    impact: str = Impact.NUISANCE
    impact_reason: str = ""
    #: Answers to the topic’s extra fields that are not drawn at random.
    answers: Mapping[str, str] = field(default_factory=dict)
    is_complaint: bool = False
    is_verified: bool | None = None
    pictures: Sequence[str] = ()
    #: Who tells it; empty is anybody who writes this language.
    who: str = ""
    #: The member of staff who works on it; empty is anybody fit for it.
    owner: str = ""
    #: Exactly so long before the moment of loading.
    ago: timedelta | None = None
    #: Told by many within these days before the moment of loading.
    burst: tuple[float, float] | None = None
    words: Mapping[str, str] = field(default_factory=dict)
