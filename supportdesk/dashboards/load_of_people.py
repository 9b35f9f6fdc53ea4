"""How much each person carries. Never a ranking: people stand in the order of their names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from supportdesk.dashboards.questions import Number, Pick, Question
from supportdesk.dashboards.scope import Scope
from supportdesk.models import Team, User
from tickets import counts
from tickets.models.ticket_questions import TicketQuerySet
from tickets.states import Priority

#: What a priority weighs; the scale of the bars.
WEIGHTS = {Priority.LOW: 1, Priority.NORMAL: 2, Priority.HIGH: 3, Priority.URGENT: 4}
#: Tickets that wait for us are marked so in what the query returns.
_WAITS = 100
#: More people than this are no picture; one chooses a team.
PEOPLE = 40
#: A full bar weighs at least this much, so that one ticket does not look like a heavy day.
FULL_BAR = 20


def carried(scope: Scope, pick: Pick) -> TicketQuerySet:
    return scope.tickets().with_us().filter(owner=pick.person)


def owed(scope: Scope, pick: Pick) -> TicketQuerySet:
    return carried(scope, pick).exclude(waiting_since=None)


CARRIED = Number(
    "carried",
    _("Carried by one person"),
    _(
        "New, open and held tickets that this person owns in these queues. By weight:"
        " a low priority counts 1, a normal one 2, a high one 3 and an urgent one 4."
    ),
    carried,
    empty=_("This person carries nothing here."),
)
OWED = Number(
    "owed",
    _("Waiting on one person"),
    _("Of the tickets that this person carries, those whose customer waits for a word from us."),
    owed,
    key="waiting_since",
    empty=_("Nobody waits for this person."),
)
NUMBERS = (CARRIED, OWED)


@dataclass(frozen=True)
class Load:
    """One person’s bar. Weights are of at most 500 tickets; then the counts say “500+”."""

    person: User
    carried: Question
    owed: Question
    open: counts.Count
    waiting: counts.Count
    weight: int
    weight_owed: int
    #: The lengths of the two bars, as attributes.
    bar: str = "0%"
    bar_owed: str = "0%"

    # What is said of it. Here and not in the template: forty people make a hundred sentences.

    @property
    def summary(self) -> str:
        return gettext("%(name)s carries %(weight)s by weight, %(owed)s of it waits for them") % {
            "name": self.person.name,
            "weight": self.weight,
            "owed": self.weight_owed,
        }

    @property
    def open_words(self) -> str:
        return gettext("%(n)s open") % {"n": self.open}

    @property
    def waiting_words(self) -> str:
        return gettext("%(n)s wait") % {"n": self.waiting}


@dataclass(frozen=True)
class Loads:
    people: Sequence[Load]
    has_more: bool


def loads(scope: Scope) -> Loads:
    """Of the people in one’s own teams that these queues belong to. One query."""
    teams = {queue.team_id for queue in scope.chosen} & scope.own_teams
    members = Team.members.through.objects.filter(team__in=teams).values("user")
    leads = Team.objects.filter(pk__in=teams).values("lead")
    people = User.objects.filter(Q(pk__in=members) | Q(pk__in=leads), is_active=True)
    return _loads(scope, people)


def own_load(scope: Scope) -> Loads:
    """What somebody carries themself: they may always see it. One query."""
    return _loads(scope, User.objects.filter(pk=scope.user.pk))


def _loads(scope: Scope, people: QuerySet[User]) -> Loads:
    theirs = scope.tickets().with_us().filter(owner=OuterRef("pk")).order_by()
    weight = Case(*(When(priority=key, then=value) for key, value in WEIGHTS.items()))
    waits = Case(When(waiting_since=None, then=0), default=_WAITS)
    weighed = theirs.annotate(said=weight + waits).values("said")[: counts.CAP + 1]
    found = list(
        people.annotate(carries=ArraySubquery(weighed)).order_by("name", "pk")[: PEOPLE + 1]
    )
    people_loads = [_load(scope, one) for one in found[:PEOPLE]]
    scale = max([FULL_BAR, *(one.weight for one in people_loads)])
    return Loads([_drawn(one, scale) for one in people_loads], len(found) > PEOPLE)


def _drawn(load: Load, scale: int) -> Load:
    share, owed = 100 * load.weight / scale, 100 * load.weight_owed / scale
    return replace(load, bar=f"{share:.1f}%", bar_owed=f"{owed:.1f}%")


def _load(scope: Scope, person: User) -> Load:
    carries: list[int] = person.carries  # type: ignore[attr-defined]
    waiting = [said - _WAITS for said in carries if said >= _WAITS]
    pick = Pick(person=person.pk)
    return Load(
        person=person,
        carried=Question(CARRIED, scope, pick),
        owed=Question(OWED, scope, pick),
        open=counts.Count(len(carries)),
        waiting=counts.Count(len(waiting)),
        weight=sum(said % _WAITS for said in carries),
        weight_owed=sum(waiting),
    )
