"""Who answers for a ticket."""

from supportdesk.models import Role, User
from tickets.models import Ticket


def accountable(ticket: Ticket) -> User | None:
    """Return the owner; until there is one who works here, whoever leads the team."""
    if ticket.owner and ticket.owner.is_active:
        return ticket.owner
    return lead(ticket)


def lead(ticket: Ticket) -> User | None:
    """Return the lead of the queue’s team, else one of those who stand in for a missing lead."""
    leader = ticket.queue.team.lead
    if leader and leader.is_active:
        return leader
    return next(iter(supervisors(ticket)), None)


def supervisors(ticket: Ticket) -> list[User]:
    """Return the supervisors of the queue’s team; if it has none, the admins."""
    active = User.objects.filter(is_active=True).order_by("pk")
    of_team = list(
        active.filter(teams=ticket.queue.team_id, role__in=[Role.SUPERVISOR, Role.ADMIN])
    )
    return of_team or list(active.filter(role=Role.ADMIN))
