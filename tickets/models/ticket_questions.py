"""Questions about many tickets, each a clause that can be chained."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from supportdesk.models import Role, User
from tickets.models.follow_up import FollowUp
from tickets.models.mention import Mention
from tickets.models.queue import Queue
from tickets.states import UNSOLVED, WITH_US, State

if TYPE_CHECKING:
    from customers.models import Customer
    from tickets.models.ticket import Ticket  # noqa: F401 -- named in the base class


#: What ``tickets.rows`` draws: the column that is missing here would be asked for row by row.
ROW = (
    "subject",
    "state",
    "impact",
    "complaint_at",
    "confirmation",
    "created_at",
    "changed_at",
    "solved_at",
    "due_at",
    "due_since",
    "due_kind",
    "last_text",
    "last_at",
    "last_by_us",
    "customer__name",
    "owner__name",
    "identity__kind",
    "identity__value",
    "identity__verified_at",
)


class TicketQuerySet(QuerySet["Ticket"]):
    def visible_to(self, user: User) -> "TicketQuerySet":
        """What a member of staff may see: the one place that says so.

        The tickets of the queues that they see, and, whatever the queue, those
        that they own or were asked about in a note that names them. Everything
        that lists, counts, searches, exports or notifies starts here.
        """
        if user.role == Role.ADMIN:
            return self
        queues = Queue.objects.visible_to(user).values("pk")
        named = Mention.objects.filter(user=user).values("ticket")
        return self.filter(Q(queue__in=queues) | Q(owner=user) | Q(pk__in=named))

    def of(self, customer: "Customer") -> "TicketQuerySet":
        return self.filter(customer=customer)

    def with_row(self) -> "TicketQuerySet":
        """With everything that a look at a ticket shows, in the same query."""
        return self.select_related("customer", "owner", "queue", "topic", "identity")

    def for_rows(self) -> "TicketQuerySet":
        """With what a row of a list shows, and nothing else, in the same query."""
        return self.select_related("customer", "owner", "identity").only(*ROW)

    def no_spam(self) -> "TicketQuerySet":
        return self.filter(spam_at=None)

    def unsolved(self) -> "TicketQuerySet":
        return self.filter(state__in=UNSOLVED)

    def with_us(self) -> "TicketQuerySet":
        """The ball is with us: new, open or on hold."""
        return self.filter(state__in=WITH_US)

    def working(self) -> "TicketQuerySet":
        """Unsolved, and not gone quiet: what somebody still has to do something about."""
        return self.unsolved().filter(quiet_at=None)

    def waiting(self) -> "TicketQuerySet":
        """On customers of whom we still expect an answer."""
        return self.filter(state=State.WAITING, quiet_at=None)

    def gone_quiet(self) -> "TicketQuerySet":
        """Waited for a customer who did not answer our reminders. Unsolved, and out of sight."""
        return self.exclude(quiet_at=None)

    def owned_by(self, user: User) -> "TicketQuerySet":
        return self.filter(owner=user)

    def naming(self, user: User) -> "TicketQuerySet":
        """Somebody named them in a note."""
        return self.filter(pk__in=Mention.objects.filter(user=user).values("ticket"))

    def unassigned(self) -> "TicketQuerySet":
        return self.filter(owner=None)

    def unverified(self) -> "TicketQuerySet":
        """From addresses that nobody has proved to be theirs, and not yet answered."""
        return self.filter(identity__verified_at=None, state=State.NEW, identity__kind="email")

    def with_broken_promise(self) -> "TicketQuerySet":
        """A promise was broken and the customer has not heard from us since."""
        return self.exclude(broken_at=None)

    def follow_up_due_for(self, user: User, *, at: datetime) -> "TicketQuerySet":
        mine = FollowUp.objects.due(at=at).filter(user=user, ticket=OuterRef("pk"))
        return self.filter(Exists(mine))
