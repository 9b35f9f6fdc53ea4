"""Mail that came in and is in no ticket: who wrote it, and who may look at it."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from supportdesk import outbox
from supportdesk.mail_state.outgoing import LIMIT, Some
from supportdesk.models import Role, User
from tickets.mail import intake, parse, threads
from tickets.models import InboundMail, Queue, Ticket

State = InboundMail.State
#: Read for the list: a mail’s head is in here, its files are not.
HEAD_BYTES = 64 * 1024
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n|\r\r")


@dataclass(frozen=True)
class Received:
    """A mail of the list. What it says is from outside, in text that can be shown."""

    pk: int
    said: parse.Incoming
    mailbox: str
    received_at: datetime
    state: str
    reason: str
    #: The ticket that it proves to be about.
    number: int | None
    can_be_tried_again: bool


def late(user: User, *, at: datetime) -> Some:
    """Mail that should be in a ticket by now."""
    return _some(user, Q(state=State.NEW, received_at__lt=at - intake.LATE_AFTER))


def put_by(user: User) -> Some:
    """Held or unreadable, and nobody has let it be."""
    return _some(user, Q(state__in=[State.HELD, State.QUARANTINED]))


def visible_to(user: User, pks: Collection[int]) -> list[int]:
    """Return which of these mails are in no ticket and may be looked at by this person."""
    asked = InboundMail.objects.exclude(state=State.DONE).filter(pk__in=pks)
    return [mail.pk for mail in _those_visible(user, _read(asked[:LIMIT]))]


def _some(user: User, which: Q) -> Some:
    waiting = intake.unseen().filter(which).order_by("received_at", "pk")
    found = _read(waiting[: LIMIT + 1])
    visible = _those_visible(user, found[:LIMIT])
    return Some(visible, len(found) > LIMIT, len(found[:LIMIT]) - len(visible))


def _read(mails: QuerySet[InboundMail]) -> list[Received]:
    """Read the heads alone: the whole mails may have hundreds of megabytes."""
    heads = mails.values_list(
        "pk", Substr("raw", 1, HEAD_BYTES), "mailbox", "received_at", "state", "reason"
    )
    return [_received(pk, bytes(raw), *facts) for pk, raw, *facts in heads]


def _received(
    pk: int, raw: bytes, mailbox: str, received_at: datetime, state: str, reason: str
) -> Received:
    said = parse.read(_HEAD_ENDS.split(raw, maxsplit=1)[0] + b"\r\n\r\n")
    words, colon, more = reason.partition(": ")
    return Received(
        pk=pk,
        said=said,
        mailbox=mailbox,
        received_at=received_at,
        state=state,
        reason=f"{_(words)}{colon}{more}" if words else "",
        number=threads.ticket_of(said.references),
        can_be_tried_again=state == State.QUARANTINED or reason == intake.NO_QUEUE,
    )


# --- Who may look at it --------------------------------------------------------------------------


def _those_visible(user: User, mails: list[Received]) -> list[Received]:
    """An admin sees all. A supervisor sees what their tickets and queues are written to.

    Not what answers a mail to staff: it may quote the link of an invitation,
    and whoever has that is somebody else.
    """
    if user.role == Role.ADMIN:
        return mails
    numbers = {mail.number for mail in mails if mail.number}
    tickets = set(
        Ticket.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True)
    )
    queues = list(Queue.objects.active())
    own = set(Queue.objects.visible_to(user).values_list("pk", flat=True))
    staff = _staff(mail.said.sender for mail in mails)
    return [
        mail
        for mail in mails
        if (
            mail.number in tickets
            if mail.number
            else _queue_of(mail, queues) in own
            and mail.said.sender.lower() not in staff
            and not _answers_us(mail.said)
        )
    ]


def _queue_of(mail: Received, queues: list[Queue]) -> int | None:
    """Return the queue that the mail would have come into."""
    named = [queue for queue in queues if queue.address.lower() == mail.mailbox]
    return next((queue.pk for queue in (*named, *queues)), None)


def _staff(addresses: Iterable[str]) -> set[str]:
    wanted = {address.lower() for address in addresses}
    return {mail.lower() for mail in User.objects.values_list("email", flat=True)} & wanted


def _answers_us(said: parse.Incoming) -> bool:
    """It is a mail of ours, or answers one, that is about no ticket."""
    names = (said.message_id, said.loop_mark, *said.references)
    return any(outbox.recognised(name) for name in names if name)
