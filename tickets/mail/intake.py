"""Mail that comes in: stored before anything else happens to it, processed then."""

import hashlib
import logging
import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext_noop

from customers import identities
from customers.identities import Known
from customers.models import Customer, Identity
from supportdesk import hold, outbox
from supportdesk.models import Desk, User
from tickets import files
from tickets.mail import parse, reply_text, threads
from tickets.mail.reader import Reader, Unread
from tickets.models import Attachment, InboundMail, Message, Queue, Ticket

log = logging.getLogger(__name__)

State = InboundMail.State
#: A mail that has ended its worker so often is left alone.
TRIES = 3
RETRY_AFTER = timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=2)
_SECRET_LINK = re.compile(r"(/t/)[A-Za-z0-9_-]{40,64}")

LOOP = gettext_noop("our own mail came back")
AUTOMATIC = gettext_noop("written by a machine")
NO_SENDER = gettext_noop("it has no sender that can be answered")
SOMEONE_ELSE = gettext_noop("someone else answered")
STAFF = gettext_noop("staff answer on the ticket’s page, not by mail")
NO_QUEUE = gettext_noop("there is no queue to put it into")
TOO_OFTEN = gettext_noop("it could not be processed")


class Held(Exception):
    """The mail is kept and shown, and nothing follows from it until a person decides."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def receive(raw: bytes, mailbox: str, *, at: datetime) -> InboundMail:
    """Store a mail for ``mailbox``; the same bytes again are the same row.

    When this returns in no other transaction, the mail can no longer be lost.
    """
    digest = hashlib.sha256(raw).hexdigest()
    mail, _is_new = InboundMail.objects.get_or_create(
        mailbox=mailbox.strip().lower()[:254],
        sha256=digest,
        defaults={"raw": raw, "size_bytes": len(raw), "received_at": at},
    )
    return mail


def process_next(*, at: datetime, reader: Reader) -> bool:
    """Process the oldest mail that waits. False when there is none.

    The try is counted and committed before the mail is touched, so that one
    that ends its worker or its reader is put aside in the end. Nothing is ever dropped.
    """
    mail = _claim(at)
    if mail is None:
        return False
    if mail.attempts > TRIES:
        _end(mail, State.QUARANTINED, mail.reason or TOO_OFTEN)
        return True
    try:
        said = reader.read(bytes(mail.raw))
        with Desk.current().kept():
            _process(mail, said, at)
    except Held as held:
        _end(mail, State.HELD, held.reason)
    except Unread as unread:
        log.warning("Inbound mail %s ended its reader: %s", mail.pk, unread.reason)
        InboundMail.objects.filter(pk=mail.pk).update(reason=unread.reason)
        if mail.attempts >= TRIES:
            _end(mail, State.QUARANTINED, unread.reason)
    except Exception as reason:
        # Whatever it was, it is this mail’s: the ones behind it must go on.
        log.exception("Inbound mail %s cannot be processed", mail.pk)
        InboundMail.objects.filter(pk=mail.pk).update(reason=type(reason).__name__[:200])
        if mail.attempts >= TRIES and not isinstance(reason, DatabaseError):
            _end(mail, State.QUARANTINED, f"{TOO_OFTEN}: {type(reason).__name__}")
    return True


def _claim(at: datetime) -> InboundMail | None:
    with transaction.atomic():
        waiting = InboundMail.objects.filter(state=State.NEW).exclude(retry_at__gt=at)
        waiting = waiting.alias(is_held=hold.IsHeld()).filter(is_held=False)
        mail = waiting.order_by("received_at", "pk").select_for_update(skip_locked=True).first()
        if mail is not None:
            InboundMail.objects.filter(pk=mail.pk).update(
                attempts=F("attempts") + 1, retry_at=at + RETRY_AFTER
            )
            mail.attempts += 1
        return mail


def _end(mail: InboundMail, state: str, reason: str = "", message: Message | None = None) -> None:
    InboundMail.objects.filter(pk=mail.pk, state=State.NEW).update(
        state=state, reason=reason[:200], message=message, retry_at=None
    )


@dataclass(frozen=True)
class Alarms:
    """Mail that nobody has seen: waiting for over two minutes, held with a reason, unreadable."""

    late: int
    late_since: datetime | None
    held: int
    quarantined: int

    def __bool__(self) -> bool:
        return bool(self.late or self.held or self.quarantined)


def alarms(*, at: datetime) -> Alarms:
    """Say what stands still on its way in. One query."""
    is_late = Q(state=State.NEW, received_at__lt=at - LATE_AFTER)
    counts = unseen().aggregate(
        late=Count("pk", filter=is_late),
        late_since=Min("received_at", filter=is_late),
        held=Count("pk", filter=Q(state=State.HELD)),
        quarantined=Count("pk", filter=Q(state=State.QUARANTINED)),
    )
    return Alarms(**counts)


def unseen() -> QuerySet[InboundMail]:
    """What is in no ticket, and what nobody has looked at and let be."""
    return InboundMail.objects.exclude(state=State.DONE).filter(seen_at=None)


def put_aside(mails: Collection[int], *, at: datetime) -> int:
    """Let held and unreadable mail be: a person has looked at it. It is kept. Return how many."""
    stuck = unseen().filter(pk__in=mails, state__in=[State.HELD, State.QUARANTINED])
    return stuck.update(seen_at=at)


def try_again(pk: int) -> bool:
    """Process a mail anew that is held or could not be read. False if it is neither (any more)."""
    stuck = InboundMail.objects.filter(pk=pk, state__in=[State.HELD, State.QUARANTINED])
    return bool(stuck.update(state=State.NEW, attempts=0, retry_at=None, reason="", seen_at=None))


# --- What becomes of it ---------------------------------------------------------------------------


def _process(mail: InboundMail, said: parse.Incoming, at: datetime) -> None:
    if outbox.recognised(said.message_id) or outbox.recognised(said.loop_mark):
        raise Held(LOOP)
    if said.automatic:
        raise Held(AUTOMATIC)
    known = _known(said.sender)
    if _is_ours(known.value):
        # Something on the way took our marks off; nobody but us writes from our addresses.
        raise Held(LOOP)
    number = threads.ticket_of(said.references)
    ticket = Ticket.objects.select_related("customer").filter(pk=number).first() if number else None
    if ticket is not None and not _is_their_own(ticket, known):
        # Neither the customer’s words nor a stranger’s ticket: a person looks at it.
        is_staff = User.objects.filter(email=known.value).exists()
        raise Held(STAFF if is_staff else SOMEONE_ELSE)
    said = replace(said, text=_without_secrets(said.text), html=_without_secrets(said.html))
    kept, refused = _files(said, mail, at)
    with transaction.atomic():
        if ticket is None:
            message = _new_ticket(said, mail, known, kept, at)
        else:
            message = ticket.customer_wrote(
                text=reply_text.cut(said.text),
                by=ticket.customer,
                via=Message.Via.MAIL,
                key=_key(mail),
                at=at,
                files=kept,
                framed_html=said.html,
                from_address=known.value,
            )
        _end(mail, State.DONE, refused, message)


def _without_secrets(text: str) -> str:
    """Take out the links that our mails carried: whoever reads an answer must not get in by them."""
    return _SECRET_LINK.sub(r"\1…", text)


def _known(sender: str) -> Known:
    try:
        return identities.email(sender)
    except ValidationError:
        raise Held(NO_SENDER) from None


def _is_ours(address: str) -> bool:
    of_desk = Desk.current().sender_address.lower()
    return address == of_desk or Queue.objects.filter(address__iexact=address).exists()


def _is_their_own(ticket: Ticket, known: Known) -> bool:
    own = Identity.objects.filter(known.as_filter(), customer=ticket.customer_id)
    return own.exists()


def _new_ticket(
    said: parse.Incoming,
    mail: InboundMail,
    known: Known,
    kept: list[Attachment],
    at: datetime,
) -> Message:
    queues = list(Queue.objects.active())
    if not queues:
        raise Held(NO_QUEUE)
    named = (queue for queue in queues if queue.address.lower() == mail.mailbox)
    queue = next(named, queues[0])
    identity = Customer.known_by(
        known, name=said.sender_name, language=Desk.current().language, at=at
    )
    text = said.text.strip()
    ticket = Ticket.submit(
        queue=queue,
        topic=None,
        identity=identity,
        subject=said.subject or " ".join(text[:400].split())[:80] or known.value,
        text=text,
        key=_key(mail),
        at=at,
        via=Message.Via.MAIL,
        files=kept,
        framed_html=said.html,
        from_address=known.value,
    )
    return ticket.messages.get(key=_key(mail))


def _key(mail: InboundMail) -> uuid.UUID:
    """The same mail is the same message, however often it is processed."""
    named = hashlib.sha256(f"{mail.mailbox}\n{mail.sha256}".encode()).digest()
    return uuid.UUID(bytes=named[:16])


def _files(said: parse.Incoming, mail: InboundMail, at: datetime) -> tuple[list[Attachment], str]:
    """Keep the files, and the mail itself if only a part of it was read. Say what was refused."""
    kept, refused = [], []
    found = [*said.files]
    if said.is_cut:
        found.append(parse.File("original.eml", bytes(mail.raw)))
    for file in found:
        try:
            kept.append(files.store_bytes(file.content, file.name, at=at))
        except files.FileRefused as reason:
            refused.append(str(reason))
    return kept, " ".join(refused)
