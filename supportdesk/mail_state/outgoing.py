"""What the desk should have done and has not: mails, and timers that are overdue."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils.translation import gettext_lazy as _

from supportdesk import outbox, watch
from supportdesk.models import Attempt, Delivery, Role, Timer, User
from tickets.mail import outgoing
from tickets.models import Ticket

State = Delivery.State
#: A page shows so many of a sort, and says when there are more.
LIMIT = 100
#: How far back the page goes for what failed; the alarm is about the last day of it.
FAILED_SINCE = timedelta(days=30)
#: A timer may come this late without anybody having to know.
TIMER_MAY_LAG = watch.TIMERS[0]

KINDS = {
    "acknowledgement": _("Confirmation of receipt"),
    "opened": _("Confirmation of receipt"),
    "reply": _("Reply"),
    "solved": _("Reply"),
    "reminder": _("Reminder"),
    "new_link": _("New link"),
    "staff": _("News for staff"),
    "account": _("Account"),
    "test": _("Test"),
}

_LAST_TRY = Subquery(
    Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-at").values("at")[:1]
)
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Some:
    """The first rows of a sort that a person may see, and how many there are beside them."""

    rows: list[Any]
    has_more: bool
    #: Those about tickets that this person may not see.
    hidden: int

    def __bool__(self) -> bool:
        return bool(self.rows or self.hidden)


def late(user: User, *, at: datetime) -> Some:
    """Queued mails that should have gone, the oldest first: those that the alarm counts."""
    overdue = Q(release_at__lt=at - timedelta(minutes=2))
    retried = Q(attempts__gt=0, created_at__lt=at - timedelta(minutes=10))
    return _some(user, Q(overdue | retried, state=State.QUEUED), "created_at")


def in_doubt(user: User) -> Some:
    return _some(user, Q(state=State.IN_DOUBT), "doubted_at")


def failed(user: User, *, at: datetime) -> Some:
    """Mails that were given up, the latest first."""
    return _some(user, Q(state=State.FAILED, created_at__gt=at - FAILED_SINCE), "-tried_at")


def visible_to(user: User) -> QuerySet[Any, Any]:
    """Mails to the customers of tickets that one sees; an admin also those to staff."""
    mails = _with_ticket(Delivery.objects.defer("payload"), user)
    if user.role == Role.ADMIN:
        return mails
    return mails.filter(is_visible=True, kind__in=outgoing.KINDS)


def overdue_timers(user: User, *, at: datetime) -> Some:
    """Timers that should have fired, the most overdue first."""
    standing = Timer.objects.filter(fired_at=None, cancelled_at=None)
    overdue = standing.annotate(next_at=Coalesce("retry_at", "due_at")).filter(
        next_at__lt=at - TIMER_MAY_LAG
    )
    visible = _with_ticket(overdue, user)
    if user.role != Role.ADMIN:
        visible = visible.filter(is_visible=True)
    return _cut(visible.order_by("next_at", "pk"), overdue, user)


def _some(user: User, which: Q, order: str) -> Some:
    visible = visible_to(user).filter(which).annotate(tried_at=_LAST_TRY)
    some = _cut(visible.order_by(order, "pk"), Delivery.objects.filter(which), user)
    for mail in some.rows:
        mail.what = KINDS.get(mail.kind, _("Mail"))
        if mail.response == outbox.KEPT_BACK:
            mail.response = _(outbox.KEPT_BACK)
    return some


def _cut(visible: QuerySet[Any, Any], everything: QuerySet[M], user: User) -> Some:
    rows = list(visible[: LIMIT + 1])
    hidden = 0 if user.role == Role.ADMIN else everything.count() - visible.order_by().count()
    return Some(rows[:LIMIT], len(rows) > LIMIT, hidden)


def _with_ticket(rows: QuerySet[M], user: User) -> QuerySet[Any, Any]:
    """Add the ``number`` of the ticket that a row is about, and whether one sees that ticket."""
    number = Case(
        When(
            group_key__regex=r"^ticket:[0-9]{1,18}$",
            then=Cast(Substr("group_key", len("ticket:") + 1), BigIntegerField()),
        )
    )
    ticket = Ticket.objects.visible_to(user).filter(pk=OuterRef("number"))
    found: QuerySet[Any, Any] = rows.annotate(number=number).annotate(is_visible=Exists(ticket))
    return found
