"""Which tickets a dashboard is about: whose eyes, which queues, how many days, seen when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_datetime

from supportdesk.models import Role, Team, User
from tickets.models import Queue, Ticket
from tickets.models.ticket_questions import TicketQuerySet

#: The periods that one can look at, in days; each beside as many days before it.
PERIODS = (7, 28, 90)
DEFAULT_DAYS = 28


@dataclass(frozen=True)
class Scope:
    """Some queues out of those that ``user`` sees, over ``days`` days until ``at``."""

    user: User
    #: All that they see.
    queues: Sequence[Queue]
    at: datetime
    #: The teams whose people they answer for.
    own_teams: frozenset[int] = frozenset()
    days: int = DEFAULT_DAYS
    team: int | None = None
    queue: int | None = None
    #: Somebody looks at what they carry themself, in whatever queue.
    is_personal: bool = False

    @property
    def chosen(self) -> list[Queue]:
        if self.queue is not None:
            return [queue for queue in self.queues if queue.pk == self.queue]
        if self.team is not None:
            return [queue for queue in self.queues if queue.team_id == self.team]
        return list(self.queues)

    @property
    def keys(self) -> list[int]:
        return [queue.pk for queue in self.chosen]

    @property
    def teams(self) -> list[Team]:
        """The teams of the queues that one sees, each once, by name."""
        found = {queue.team_id: queue.team for queue in self.queues}
        return sorted(found.values(), key=lambda team: team.name)

    def tickets(self) -> TicketQuerySet:
        """What is counted: in one of these queues, and no spam.

        The queues are those of ``Queue.objects.visible_to``, so this is a part
        of what ``Ticket.objects.visible_to`` gives (a test says so); asked by
        queue alone it can be counted in an index. A ticket that somebody owns
        in a queue that they do not see is theirs to read, and not in here: it
        would stand for its whole queue.
        """
        if self.is_personal:
            return Ticket.objects.visible_to(self.user).no_spam().owned_by(self.user)
        # Nobody has key 0: whoever sees no queue counts nothing.
        return Ticket.objects.no_spam().filter(queue__in=self.keys or [0])

    def query(self) -> dict[str, str]:
        """As it stands in an address, without its moment."""
        said = {"team": self.team, "queue": self.queue}
        found = {name: str(value) for name, value in said.items() if value is not None}
        return found | ({"days": str(self.days)} if self.days != DEFAULT_DAYS else {})


def read(query: Mapping[str, str], *, user: User, now: datetime) -> Scope:
    """Read a scope from an address. One query. What one does not see is as if it were not there.

    An address may name the moment that a number was counted at; never a later
    one than now.
    """
    queues, own_teams = _queues_of(user)
    team = _whole(query.get("team", ""))
    queue = _whole(query.get("queue", ""))
    days = _whole(query.get("days", "")) or DEFAULT_DAYS
    return Scope(
        user=user,
        queues=queues,
        own_teams=own_teams,
        at=min(_moment(query.get("at", "")) or now, now),
        days=days if days in PERIODS else DEFAULT_DAYS,
        team=team if any(one.team_id == team for one in queues) else None,
        queue=queue if any(one.pk == queue for one in queues) else None,
    )


def _queues_of(user: User) -> tuple[list[Queue], frozenset[int]]:
    """Return the queues that somebody sees, and which of their teams are their own."""
    own = Team.objects.filter(Q(members=user) | Q(lead=user), pk=OuterRef("team"))
    seen = Queue.objects.visible_to(user).select_related("team").annotate(is_own=Exists(own))
    queues = list(seen)
    is_admin = user.role == Role.ADMIN
    return queues, frozenset(
        queue.team_id for queue in queues if is_admin or getattr(queue, "is_own", False)
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
