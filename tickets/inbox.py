"""The views of the inbox: which tickets each lists, and how many."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count as CountOf
from django.db.models import QuerySet
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from supportdesk.lib.paging import Order, Page, Place, place_of
from supportdesk.lib.prepared import Statement, rows_written_once, written_once
from supportdesk.models import User
from tickets.counts import Count, beside, count_each, count_views
from tickets.models import Ticket
from tickets.models.ticket_questions import TicketQuerySet

PAGE = 50

Rows = Callable[[TicketQuerySet, User, datetime], TicketQuerySet]


@dataclass(frozen=True)
class View:
    """One list of tickets. ``key`` orders it; the latest change first if it is ``changed_at``."""

    slug: str
    name: Lazy
    icon: str
    rows: Rows
    key: str = "due_at"
    #: What an empty list says: the reason, in a sentence.
    empty: Lazy | str = ""
    tone: str = ""
    is_extra: bool = False

    @property
    def is_descending(self) -> bool:
        return self.key == "changed_at"


@dataclass(frozen=True)
class Group:
    name: Lazy
    views: Sequence[View]


GROUPS = (
    Group(
        _("Yours"),
        (
            View(
                "mine",
                _("Mine"),
                "person",
                lambda rows, user, at: rows.no_spam().working().owned_by(user),
                empty=_("You own no unsolved ticket."),
            ),
            View(
                "named",
                _("You are named"),
                "note",
                lambda rows, user, at: rows.no_spam().working().naming(user),
                key="changed_at",
                empty=_("No note about an unsolved ticket names you."),
            ),
            View(
                "follow-ups",
                _("Follow-ups due"),
                "bell",
                lambda rows, user, at: rows.no_spam().follow_up_due_for(user, at=at),
                key="changed_at",
                empty=_("No follow-up of yours is due."),
                tone="soon",
            ),
        ),
    ),
    Group(
        _("The desk"),
        (
            View(
                "open",
                _("Open"),
                "inbox",
                lambda rows, user, at: rows.no_spam().with_us(),
                empty=_("Nobody waits for a word from us."),
            ),
            View(
                "broken",
                _("Promise broken"),
                "warning",
                lambda rows, user, at: rows.no_spam().unsolved().with_broken_promise(),
                empty=_("Every promise is kept so far."),
                tone="late",
            ),
            View(
                "unassigned",
                _("Nobody yet"),
                "person",
                lambda rows, user, at: rows.no_spam().with_us().unassigned(),
                empty=_("Every open ticket has an owner."),
            ),
            View(
                "waiting",
                _("Waiting for them"),
                "pause",
                lambda rows, user, at: rows.no_spam().waiting(),
                key="changed_at",
                empty=_("No ticket waits for its customer."),
            ),
            View(
                "unverified",
                _("Not verified"),
                "shield",
                lambda rows, user, at: rows.no_spam().unverified(),
                empty=_("Every new ticket comes from an address that was confirmed."),
            ),
            View(
                "all",
                _("All tickets"),
                "search",
                lambda rows, user, at: rows.no_spam(),
                key="changed_at",
                empty=_("There is no ticket yet."),
            ),
        ),
    ),
    Group(
        _("Done"),
        (
            View(
                "solved",
                _("Solved"),
                "check",
                lambda rows, user, at: rows.no_spam().filter(state="solved"),
                key="changed_at",
                empty=_("Nothing is solved yet."),
                is_extra=True,
            ),
            View(
                "spam",
                _("Spam"),
                "spam",
                lambda rows, user, at: rows.exclude(spam_at=None),
                key="changed_at",
                empty=_("Nothing was marked as spam."),
                is_extra=True,
            ),
        ),
    ),
)
VIEWS = {view.slug: view for group in GROUPS for view in group.views}
DEFAULT = "open"


def rows_of(view: View, *, user: User, at: datetime) -> TicketQuerySet:
    """The tickets of a view, as far as ``user`` may see them."""
    return view.rows(Ticket.objects.visible_to(user), user, at)


def page(view: View, *, user: User, at: datetime, cursor: str) -> Page[Ticket]:
    """One page of a view with everything that its rows show. One query."""
    place = place_of(cursor)
    values = {"who": user.pk, "at": at}
    if place:
        values |= {"beyond": place.pk} | ({"beyond_at": place.at} if place.at else {})
    kind = (user.role, view.slug, PAGE, bool(place and place.backwards))
    return _order(view).page(list(_listing(*kind, **values)), place)


def page_among(view: View, rows: TicketQuerySet, *, cursor: str) -> Page[Ticket]:
    """One page of some of a view’s tickets, in the view’s order. One query."""
    order, place = _order(view), place_of(cursor)
    return order.page(list(order.rows(rows.for_rows(), place)), place)


def _order(view: View) -> Order:
    return Order(view.key, PAGE, view.is_descending)


@rows_written_once
def _listing(
    role: str,
    slug: str,
    size: int,
    backwards: bool,
    *,
    who: int,
    at: datetime,
    beyond: int | None = None,
    beyond_at: datetime | None = None,
) -> QuerySet[Ticket, Ticket]:
    view, user = VIEWS[slug], User(pk=who, role=role)
    place = None if beyond is None else Place(backwards, beyond_at, beyond)
    order = Order(view.key, size, view.is_descending)
    return order.rows(rows_of(view, user=user, at=at).for_rows(), place)


def senders(rows: TicketQuerySet) -> list[tuple[str, int]]:
    """Who sent several of these, the most first: a flood is a few lines. One query."""
    found = rows.order_by().values_list("identity__value").annotate(n=CountOf("pk"))
    return list(found.filter(n__gt=1).order_by("-n", "identity__value")[:10])


def counts(*, user: User, at: datetime) -> dict[str, Count]:
    """How many tickets each view lists, by the view’s own queryset. One query, seldom two."""
    return count_views(
        tuple(VIEWS),
        user=user,
        statement=lambda asked, limit: _counting(user.role, asked, limit, who=user.pk, at=at),
    )


@written_once
def _counting(
    role: str, asked: tuple[str, ...], limit: int, *, who: int, at: datetime
) -> Statement:
    user = User(pk=who, role=role)
    lists = {slug: _read_by_key(VIEWS[slug], user=user, at=at) for slug in asked}
    return beside(lists, user=user, limit=limit)


def _read_by_key(view: View, *, user: User, at: datetime) -> TicketQuerySet:
    """The tickets of a view along the index of what is due, if that is how its page is read.

    Left to itself Postgres takes open tickets for spread evenly over the table,
    and reads all the solved ones before it meets the first.
    """
    rows = rows_of(view, user=user, at=at)
    return rows if view.is_descending else rows.order_by(view.key, "pk")


def arrived_since(rows: TicketQuerySet, *, since: datetime) -> int:
    """How many of these tickets came after the list was drawn. One query, capped."""
    # What came since has changed since, too, and that has an index.
    return count_each([rows.filter(created_at__gt=since, changed_at__gt=since)])[0].n
