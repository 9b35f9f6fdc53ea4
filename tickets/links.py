"""How a customer comes to their ticket: the mailed link, exchanged for a cookie of that ticket."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from supportdesk.lib.prepared import rows_written_once
from tickets.models import SecretLink, Ticket

COOKIE_LASTS = timedelta(days=30)
#: With a link that was mailed longer ago one can read; to change anything, a newer one has to
#: show that the mailbox is still theirs.
CHANGES_FOR = timedelta(days=14)
#: No link is older. One that is used lasts, so how old it is says nothing to those who read.
BEFORE_ANY = datetime(2000, 1, 1, tzinfo=UTC)
_SALT = "tickets.links"


def usable_link(token: str, *, at: datetime) -> SecretLink | None:
    """Return the link that ``token`` opens, if it still does."""
    links = SecretLink.objects.opened_by(token).usable(at=at)
    return _of_its_customer(links.select_related("ticket", "identity").first())


def link_once_of(token: str) -> SecretLink | None:
    """Return the link of ``token``, also one that has ended: to offer a new one."""
    links = SecretLink.objects.opened_by(token).select_related("ticket__identity", "identity")
    return links.first()


def let_in(response: HttpResponse, link: SecretLink, *, at: datetime) -> None:
    """The person holds a working link and pressed the button: give them the ticket’s cookie.

    That also proves that the address it was mailed to is theirs.
    """
    with transaction.atomic():
        if link.identity:
            link.identity.verify(at=at)
        link.extend(at=at)
    response.set_cookie(
        _cookie_name(link.ticket_id),
        signing.dumps([link.ticket_id, link.pk, int(at.timestamp())], salt=_SALT),
        max_age=COOKIE_LASTS,
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def ticket_for(request: HttpRequest, number: int, *, at: datetime) -> Ticket | None:
    """Return the ticket, if this browser was let in to it. One query.

    The link behind the cookie must still work: revoking it, or giving the
    ticket to another customer, ends every cookie that came from it. A POST
    needs a link that was mailed within ``CHANGES_FOR``.
    """
    link_id = _read_cookie(request, number, at=at)
    if link_id is None:
        return None
    mailed_after = at - CHANGES_FOR if request.method == "POST" else BEFORE_ANY
    links = _to_ticket(link=link_id, ticket=number, now=at, mailed_after=mailed_after)
    link = _of_its_customer(next(iter(links), None))
    return link.ticket if link else None


@rows_written_once
def _to_ticket(
    *, link: int, ticket: int, now: datetime, mailed_after: datetime
) -> QuerySet[SecretLink]:
    usable = SecretLink.objects.usable(at=now).filter(pk=link, ticket=ticket)
    return usable.filter(issued_at__gt=mailed_after).select_related(
        "identity",
        "ticket__customer",
        "ticket__identity",
        "ticket__owner",
        "ticket__queue__team",
    )


def _of_its_customer(link: SecretLink | None) -> SecretLink | None:
    """A link mailed to somebody whose ticket it no longer is opens nothing."""
    if link and link.identity and link.identity.customer_id != link.ticket.customer_id:
        return None
    return link


def _cookie_name(number: int) -> str:
    return f"__Host-ticket-{number}"


def _read_cookie(request: HttpRequest, number: int, *, at: datetime) -> int | None:
    try:
        content: Any = signing.loads(request.COOKIES.get(_cookie_name(number), ""), salt=_SALT)
        ticket_id, link_id, given = (int(part) for part in content)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    is_fresh = at.timestamp() - given < COOKIE_LASTS.total_seconds()
    return link_id if ticket_id == number and is_fresh else None
