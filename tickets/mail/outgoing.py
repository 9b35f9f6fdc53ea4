"""What the desk mails to customers: each event that is worth a mail, and its words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from customers.models import Identity
from supportdesk import outbox
from supportdesk.lib import limits, moments, tokens
from supportdesk.lib.letters import letter
from supportdesk.models import Delivery, Desk
from tickets.mail import threads
from tickets.models import Event, Message, SecretLink, Ticket
from tickets.models.secret_link import LASTS
from tickets.states import State

ACKNOWLEDGEMENT = "acknowledgement"
#: What a customer is mailed. A failure of one of these is an event of its ticket.
KINDS = (ACKNOWLEDGEMENT, "opened", "reply", "solved", "reminder", "new_link")
#: A stranger’s address is written to by itself once in this time, however often it is typed.
ONE_ACKNOWLEDGEMENT_IN = timedelta(hours=24)
NEW_LINKS = (3, 3600)
#: To an address that is not proved, whatever the number of its tickets: it may be somebody’s victim.
NEW_LINKS_TO_A_STRANGER = (3, 24 * 3600)
#: A known address that writes to us more often in a day is a machine: forms are filled in by people
#: a while longer than mails, which may be answers to ours. What was left out is in the next mail.
ACKNOWLEDGEMENTS_TO_ONE = (20, 24 * 3600)
ACKNOWLEDGED_MAILS_OF_ONE = (2, 24 * 3600)


def tell_customer(event: Event) -> None:
    """Write the mail to the customer that this event is worth. A note is worth none."""
    write = _MAILS.get(Event.Kind(event.kind))
    customer = event.ticket.customer
    # The people of a demo desk do not exist; outside the trial nothing is ever mailed to them.
    if write and not (customer.is_demo and not settings.TRIAL):
        write(event)


def send_new_link(ticket: Ticket, *, at: datetime) -> None:
    """Mail a fresh link to the ticket’s own address, a few times an hour at most.

    Says nothing about whether it did: whoever asks learns nothing.
    """
    if _address(ticket) and _may_have_new_link(ticket, at):
        with translation.override(ticket.customer.language):
            subject = _tagged(ticket, _("A new link to your ticket"))
        _write(ticket, "new_link", subject=subject, at=at, is_automatic=True)


# --- One function for each mail -------------------------------------------------------------------


def _submitted(event: Event) -> None:
    """Acknowledge what came in: fully to those we know, in fixed words to a stranger."""
    ticket = event.ticket
    if not _address(ticket) or ticket.spam_at:
        return
    if ticket.identity.is_verified:
        is_mail = ticket.via == Message.Via.MAIL
        limit = ACKNOWLEDGED_MAILS_OF_ONE if is_mail else ACKNOWLEDGEMENTS_TO_ONE
        if _allowed("acknowledgement to", ticket, limit, event.at):
            _write(ticket, ACKNOWLEDGEMENT, at=event.at, is_automatic=True)
    elif _may_acknowledge(ticket, event.at):
        # Nothing that the sender typed: else anybody could have the desk mail it to anybody.
        with translation.override(ticket.customer.language):
            subject = _tagged(ticket, _("We have received your message"))
        _write(
            ticket,
            ACKNOWLEDGEMENT,
            template="first_contact",
            subject=subject,
            at=event.at,
            is_automatic=True,
        )


def _opened(event: Event) -> None:
    """An agent opened it for the customer, on the phone perhaps."""
    ticket = event.ticket
    if not _address(ticket):
        return
    if ticket.identity.is_verified:
        _write(ticket, "opened", at=event.at, is_automatic=True)
    else:
        _submitted(event)


def _replied(event: Event) -> None:
    _mail_message(event, "reply")


def _solved(event: Event) -> None:
    _mail_message(event, "solved")


def _customer_reminded(event: Event) -> None:
    """Ask again; but not a stranger to whom nobody of us has ever written."""
    is_known = event.ticket.identity.is_verified or event.ticket.first_reply_at
    if is_known and _address(event.ticket):
        _write(
            event.ticket,
            "reminder",
            at=event.at,
            is_automatic=True,
            quiet=_in_full(_moment(event.data.get("quiet_at"))),
        )


_MAILS: dict[Event.Kind, Callable[[Event], None]] = {
    Event.Kind.SUBMITTED: _submitted,
    Event.Kind.OPENED: _opened,
    Event.Kind.REPLIED: _replied,
    Event.Kind.SOLVED: _solved,
    Event.Kind.CUSTOMER_REMINDED: _customer_reminded,
}


def _mail_message(event: Event, kind: str) -> None:
    """Mail a reply to each of its addresses, when its undo window ends."""
    # Asked for as a reply, so that no number in an event can turn a note into a mail.
    message = Message.objects.select_related("by_user").get(
        pk=event.data["message_id"], ticket=event.ticket, kind=Message.Kind.REPLY
    )
    agent = message.by_user
    assert agent is not None  # noqa: S101 -- the database says so
    files, offered = _files(message)
    for recipient in dict.fromkeys([*message.to, *message.cc]):
        _write(
            event.ticket,
            kind,
            recipient=recipient,
            at=event.at,
            release_at=message.release_at,
            message=message,
            agent=agent,
            files=files,
            offered=offered,
            is_waiting=event.ticket.state == State.WAITING,
        )


# --- How a mail is written ------------------------------------------------------------------------


def _write(
    ticket: Ticket,
    kind: str,
    *,
    at: datetime,
    template: str = "",
    recipient: str = "",
    subject: str = "",
    release_at: datetime | None = None,
    is_automatic: bool = False,
    message: Message | None = None,
    files: list[dict[str, str]] | None = None,
    **said: Any,
) -> None:
    desk = Desk.current()
    recipient = recipient or _address(ticket)
    identity = _identity(ticket, recipient)
    also = _kept_back(ticket, at) if identity else []
    agent = said.get("agent")
    context = {
        "ticket": ticket,
        "message": message,
        "is_theirs": identity is not None,
        "link": outbox.SECRET_LINK if identity else _page(ticket),
        "also": also,
        "due": _in_full(ticket.due_at),
    } | said
    payload = letter(
        f"tickets/mail/{template or kind}",
        context,
        desk=desk,
        language=ticket.customer.language,
        subject=subject or _tagged(ticket, ticket.subject),
        sender_name=f"{agent.first_name}, {desk.name}" if agent else "",
        sender_address=ticket.queue.address,
    )
    payload |= {
        "to": list(message.to) if message and message.to else [recipient],
        "cc": list(message.cc) if message else [],
        "references": threads.references(ticket, recipient),
        "files": files or [],
        "also": also,
    }
    if identity:
        payload["link"] = {"kind": "ticket", "ticket": ticket.pk, "identity": identity.pk}
    outbox.queue_mail(
        kind=kind,
        recipient=recipient,
        payload=payload,
        subject="tickets.message" if message else "tickets.ticket",
        subject_id=message.pk if message else ticket.pk,
        group_key=threads.group_key(ticket),
        at=at,
        release_at=release_at,
        is_automatic=is_automatic,
    )


def _tagged(ticket: Ticket, words: str) -> str:
    return f"[#{ticket.pk}] {words}"


def _address(ticket: Ticket) -> str:
    return ticket.identity.value if ticket.identity.kind == Identity.Kind.EMAIL else ""


def _identity(ticket: Ticket, recipient: str) -> Identity | None:
    """Return the customer’s own identity with this address. Only that gets a secret link."""
    if recipient == ticket.identity.value:
        return ticket.identity
    return ticket.customer.identities.filter(kind=Identity.Kind.EMAIL, value=recipient).first()


def _page(ticket: Ticket) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('your_ticket', args=[ticket.pk])}"


def _in_full(moment: datetime | None) -> Any:
    """Return the moment in words of the language and zone that the mail is written in."""
    return lazy(moments.full, str)(moment) if moment else ""


def _moment(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _files(message: Message) -> tuple[list[dict[str, str]], list[str]]:
    """Return what goes into the mail, and the names of what is too big and waits on the page."""
    mailed, offered, size_bytes = [], [], 0
    for file in message.attachments.all():
        size_bytes += file.size_bytes
        if size_bytes > settings.MAILED_FILES_LIMIT_BYTES:
            offered.append(file.name)
        else:
            mailed.append(
                {
                    "name": file.name,
                    "content_type": file.content_type,
                    "storage_key": file.storage_key,
                }
            )
    return mailed, offered


# --- Strangers ------------------------------------------------------------------------------------


def _may_acknowledge(ticket: Ticket, at: datetime) -> bool:
    """Once a day for each address, and not more in an hour than the whole desk may."""
    # Locked, so that of two forms sent at once only one is acknowledged.
    Identity.objects.select_for_update().get(pk=ticket.identity_id)
    recent = Ticket.objects.filter(
        identity=ticket.identity_id, created_at__gt=at - ONE_ACKNOWLEDGEMENT_IN
    ).exclude(pk=ticket.pk)
    groups = [f"ticket:{pk}" for pk in recent.order_by("-pk").values_list("pk", flat=True)[:500]]
    if Delivery.objects.filter(group_key__in=groups, kind=ACKNOWLEDGEMENT).exists():
        return False
    return _may_write_to_a_stranger(at)


def _may_have_new_link(ticket: Ticket, at: datetime) -> bool:
    """Counted by address: who typed it into many forms must not fill its mailbox by their numbers."""
    if ticket.identity.is_verified:
        return _allowed("new link", ticket, NEW_LINKS, at)
    to_one = _allowed("new link", ticket, NEW_LINKS_TO_A_STRANGER, at)
    return to_one and _may_write_to_a_stranger(at)


def _may_write_to_a_stranger(at: datetime) -> bool:
    return limits.allowed(
        "acknowledgement", "desk", times=settings.ACKNOWLEDGEMENTS_PER_HOUR, seconds=3600, at=at
    )


def _allowed(what: str, ticket: Ticket, limit: tuple[int, int], at: datetime) -> bool:
    times, seconds = limit
    return limits.allowed(what, str(ticket.identity_id), times=times, seconds=seconds, at=at)


def _kept_back(ticket: Ticket, at: datetime) -> list[int]:
    """Return the numbers of this address’s other tickets that no mail has named yet."""
    others = Ticket.objects.filter(
        identity=ticket.identity_id,
        created_at__gt=at - LASTS,
        via__in=[Message.Via.WEB, Message.Via.MAIL],
        spam_at=None,
    ).exclude(pk=ticket.pk)
    numbers = list(others.order_by("-pk").values_list("pk", flat=True)[:50])
    if not numbers:
        return []
    groups = [f"ticket:{number}" for number in (*numbers, ticket.pk)]
    mails = Delivery.objects.filter(group_key__in=groups, kind__in=KINDS).exclude(
        state__in=[Delivery.State.CANCELLED, Delivery.State.FAILED]
    )
    named = {
        number
        for group, also in mails.values_list("group_key", "payload__also")
        for number in (int(group.partition(":")[2]), *(also or ()))
    }
    return sorted(set(numbers) - named)


# --- What the outbox asks us for ------------------------------------------------------------------


def _url(wanted: dict[str, Any], token: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('ticket_link', args=[token])}"


def _keep(wanted: dict[str, Any], token: str, at: datetime) -> None:
    SecretLink.objects.create(
        ticket_id=wanted["ticket"],
        identity_id=wanted["identity"],
        token_hash=tokens.hashed(token),
        issued_at=at,
        expires_at=at + LASTS,
    )


#: The way into one ticket, minted when its mail is handed over.
SECRET_LINK = outbox.Link(url=_url, keep=_keep)


def record_failure(delivery: Delivery, at: datetime) -> None:
    """Tell the ticket that a mail to its customer could not be sent."""
    kind, _colon, number = delivery.group_key.partition(":")
    ticket = Ticket.objects.filter(pk=number).first() if kind == "ticket" else None
    if ticket is None or delivery.kind not in KINDS:
        return
    about = {"message_id": delivery.subject_id} if delivery.subject == "tickets.message" else {}
    ticket.record(
        Event.Kind.MAIL_FAILED,
        by=None,
        at=at,
        to=delivery.recipient,
        mail=delivery.kind,
        reason=delivery.response,
        **about,
    )
