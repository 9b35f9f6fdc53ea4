"""What can still be saved: who waits for us, what is about to break, what is broken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from supportdesk.dashboards.questions import Number, Pick, Question
from supportdesk.dashboards.scope import Scope
from tickets import counts
from tickets.models import Ticket
from tickets.models.ticket_questions import TicketQuerySet

#: “About to break” looks so far ahead, in plain time.
SOON = timedelta(minutes=60)
#: How many lines the picture has of each sort.
BROKEN_LINES, DUE_LINES, WAIT_LINES = 3, 5, 5


def waiting(scope: Scope, pick: Pick) -> TicketQuerySet:
    return scope.tickets().unsolved().exclude(waiting_since=None)


def about_to_break(scope: Scope, pick: Pick) -> TicketQuerySet:
    return _promised(scope).filter(due_at__lte=scope.at + SOON)


def broken(scope: Scope, pick: Pick) -> TicketQuerySet:
    return scope.tickets().unsolved().with_broken_promise()


def nobodys(scope: Scope, pick: Pick) -> TicketQuerySet:
    return scope.tickets().with_us().unassigned()


def _promised(scope: Scope) -> TicketQuerySet:
    """With a promise that still stands."""
    return scope.tickets().unsolved().filter(broken_at=None).exclude(due_at=None)


WAITING = Number(
    "waiting",
    _("Waiting for us now"),
    _(
        "Tickets whose customer has written and has heard nothing from us since, spam aside."
        " Counted from their first word that we have not answered."
    ),
    waiting,
    key="waiting_since",
    empty=_("Nobody waits for a word from us."),
)
ABOUT_TO_BREAK = Number(
    "about-to-break",
    _("About to break, next 60 minutes"),
    _(
        "Unsolved tickets whose next update is due within the next 60 minutes by the clock."
        " Write to the customer before then, and the promise is kept."
    ),
    about_to_break,
    is_of_moment=True,
    empty=_("No promise falls due in the next hour."),
)
BROKEN = Number(
    "broken",
    _("Broken and still open"),
    _(
        "Unsolved tickets on which a promised moment has passed"
        " and the customer has not heard from us since."
    ),
    broken,
    key="broken_at",
    empty=_("Every promise is kept so far."),
)
NOBODYS = Number(
    "nobodys",
    _("Nobody’s yet"),
    _("New, open and held tickets that have no owner. The team’s lead answers for them."),
    nobodys,
    empty=_("Every open ticket has an owner."),
)
NUMBERS = (WAITING, ABOUT_TO_BREAK, BROKEN, NOBODYS)


@dataclass(frozen=True)
class Counted:
    """A question with its answer."""

    question: Question
    count: counts.Count


def counted(scope: Scope) -> dict[str, Counted]:
    """Each number of this moment, none counted further than the cap. One query."""
    questions = [Question(number, scope) for number in NUMBERS]
    found = counts.count_each([question.rows() for question in questions])
    return {
        question.number.slug.replace("-", "_"): Counted(question, count)
        for question, count in zip(questions, found, strict=True)
    }


@dataclass(frozen=True)
class Lines:
    """The tickets that the pictures show: broken, due next, and the longest waits."""

    broken: list[Ticket]
    due: list[Ticket]
    longest: list[Ticket]


def lines(scope: Scope) -> Lines:
    """One query. Of the broken the latest, which can best be made good; the next due; the longest waits."""
    pick = Pick()
    late = broken(scope, pick).order_by("-broken_at", "-pk").values("pk")[:BROKEN_LINES]
    due = _promised(scope).order_by("due_at", "pk").values("pk")[:DUE_LINES]
    longest = waiting(scope, pick).order_by("waiting_since", "pk").values("pk")[:WAIT_LINES]
    found = list(
        Ticket.objects.select_related("customer", "owner").filter(
            pk__in=late.union(due, longest, all=True).values("pk")
        )
    )
    return Lines(
        broken=sorted(
            _first(
                (one for one in found if one.broken_at and one.is_unsolved),
                "broken_at",
                BROKEN_LINES,
                latest=True,
            ),
            key=lambda one: _at(one, "broken_at"),
        ),
        due=_first((one for one in found if one.due_at and not one.broken_at), "due_at", DUE_LINES),
        longest=_first((one for one in found if one.waiting_since), "waiting_since", WAIT_LINES),
    )


def _first(tickets: Iterable[Ticket], key: str, many: int, *, latest: bool = False) -> list[Ticket]:
    return sorted(tickets, key=lambda one: _at(one, key), reverse=latest)[:many]


def _at(ticket: Ticket, key: str) -> tuple[datetime, int]:
    return getattr(ticket, key), ticket.pk
