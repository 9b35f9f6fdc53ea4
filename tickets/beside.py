"""What lies beside the thread of a ticket: the customer’s other things, ours, and who could help."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from customers.models import Identity
from supportdesk.lib.prepared import Statement, written_once
from supportdesk.lib.together import asking, read
from supportdesk.models import Role, User
from tickets.models import Attachment, Draft, FollowUp, Promise, Queue, Ticket, Topic
from tickets.topic_tree import AS_A_TREE

#: Of the customer’s other tickets, and of the promises of a ticket that was promised much.
OTHERS, PROMISES = 8, 300


@dataclass
class Beside:
    """One person’s view of what lies beside one ticket. Follow-ups say ``who``."""

    identities: list[Identity]
    #: The latest first.
    promises: list[Promise]
    follow_ups: list[FollowUp]
    others: list[Ticket]
    drafts: dict[str, Draft]
    held: list[Attachment]
    people: list[User]
    queues: list[Queue]
    topics: list[Topic]


def of(ticket: Ticket, *, user: User) -> Beside:
    """Look up all of it. One query."""
    found = read(
        _asking(
            user.role,
            ticket.queue.is_private,
            who=user.pk,
            ticket=ticket.pk,
            customer=ticket.customer_id,
            team=ticket.queue.team_id,
        )
    )
    drafts = {one.kind: one for one in found.pop("drafts")}
    topics = _in_use(found.pop("topics"))
    return Beside(drafts=drafts, topics=topics, **found)


@written_once
def _asking(
    role: str, is_private: bool, *, who: int, ticket: int, customer: int, team: int
) -> Statement:
    user = User(pk=who, role=role)
    others = Ticket.objects.visible_to(user).filter(customer=customer).exclude(pk=ticket)
    follow_ups = FollowUp.objects.filter(ticket=ticket).standing()
    return asking(
        identities=Identity.objects.filter(customer=customer).order_by("pk"),
        promises=Promise.objects.filter(ticket=ticket).order_by("-made_at")[:PROMISES],
        follow_ups=follow_ups.annotate(who=F("user__name")),
        others=others.only("subject", "state", "created_at").order_by("-created_at")[:OTHERS],
        drafts=Draft.objects.filter(ticket=ticket, author=user),
        held=Attachment.objects.held_by(user=user),
        people=_people(team, is_private=is_private).only("name", "email"),
        queues=Queue.objects.visible_to(user).active().only("name"),
        topics=Topic.objects.order_by(*AS_A_TREE).defer("icon"),
    )


def people_for(queue: Queue) -> QuerySet[User, User]:
    """Who can own a ticket of this queue."""
    return _people(queue.team_id, is_private=queue.is_private)


def _people(team: int, *, is_private: bool) -> QuerySet[User, User]:
    people = User.objects.filter(is_active=True)
    if is_private:
        they_see_it = Q(role=Role.ADMIN) | Q(teams=team) | Q(leads=team)
        people = people.filter(pk__in=User.objects.filter(they_see_it).values("pk"))
    return people


def _in_use(topics: list[Topic]) -> list[Topic]:
    """Those that can be chosen, each on its branch."""
    known = {topic.pk: topic for topic in topics}
    for topic in topics:
        topic.parent = known.get(topic.parent_id or 0)
    return [topic for topic in topics if topic.is_active]
