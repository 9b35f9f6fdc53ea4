"""Everything that goes out passes here: rows first, the wire later.

A mail is queued in the transaction of its cause. A worker claims it, notes
that it begins to hand it over, hands it over, and writes down the answer. If
it dies between the last two, the mail is in doubt until the journal says
whether it was taken.
"""

import hashlib
import hmac
import logging
import random
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from supportdesk.lib import journal, mime, smtp, tokens
from supportdesk.models import Delivery

log = logging.getLogger(__name__)

State = Delivery.State
LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=48)
#: How long the journal may take to know. Then what it does not know was not taken.
DOUBT_LASTS = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
#: Stands for the secret link in ``text`` and ``html``, until the link is minted.
SECRET_LINK = "https://link.invalid/secret/"  # noqa: S105 -- a place, not a secret


class NothingSendsPastTheOutbox(BaseEmailBackend):
    """Django’s mail functions meet this: mail is a row, written with its change."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise RuntimeError("Mail is queued with supportdesk.outbox.queue_mail.")


# --- What those above us add ----------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """How a secret link is made: its address, and the row that lets it in."""

    url: Callable[[dict[str, Any], str], str]
    keep: Callable[[dict[str, Any], str, datetime], None]


_links: dict[str, Link] = {}
_told_of_failure: list[Callable[[Delivery, datetime], None]] = []


def register_link(kind: str, link: Link) -> None:
    """Let payloads ask for ``{"link": {"kind": kind, …}}``. Called when the app is ready."""
    _links[kind] = link


def on_failed(tell: Callable[[Delivery, datetime], None]) -> None:
    """Have ``tell(delivery, at)`` called in the transaction in which a mail fails for good."""
    if tell not in _told_of_failure:
        _told_of_failure.append(tell)


# --- Queueing -------------------------------------------------------------------------------------


def queue_mail(
    *,
    kind: str,
    recipient: str,
    payload: dict[str, Any],
    subject: str,
    subject_id: int,
    group_key: str,
    at: datetime,
    release_at: datetime | None = None,
    is_automatic: bool = False,
    dedupe_key: str | None = None,
) -> Delivery | None:
    """Write a mail in the transaction of its cause; ``None`` if ``dedupe_key`` stands already.

    ``payload``: ``from`` [name, address], ``subject``, ``text``, and as needed
    ``html``, ``to`` and ``cc`` (what the headers show; else the recipient),
    ``references``, ``files`` [{name, content_type, storage_key}] and ``link``
    (a registered kind and what it needs), whose address replaces SECRET_LINK.
    ``supportdesk.lib.letters`` makes one from templates.
    """
    if dedupe_key and Delivery.objects.filter(dedupe_key=dedupe_key).exists():
        return None
    pk = uuid.uuid4()
    return Delivery.objects.create(
        pk=pk,
        kind=kind,
        recipient=recipient,
        payload=payload,
        subject=subject,
        subject_id=subject_id,
        group_key=group_key,
        message_id=signed_message_id(pk),
        created_at=at,
        release_at=release_at or at,
        is_automatic=is_automatic,
        dedupe_key=dedupe_key,
    )


def take_back(*, subject: str, subject_id: int) -> bool:
    """Cancel what is still queued about a subject. False if any of it is already claimed."""
    mails = Delivery.objects.filter(subject=subject, subject_id=subject_id)
    mails.filter(state=State.QUEUED).update(state=State.CANCELLED)
    return not mails.exclude(state=State.CANCELLED).exists()


def send_again(pk: uuid.UUID, *, at: datetime) -> bool:
    """Try a failed mail, or one in doubt, once more: a person decided so. False if it is neither."""
    stuck = Delivery.objects.filter(pk=pk, state__in=[State.FAILED, State.IN_DOUBT])
    return bool(
        stuck.update(state=State.QUEUED, release_at=at, data_began_at=None, doubted_at=None)
    )


# --- Names that only we can have made -------------------------------------------------------------

_OURS = re.compile(r"<?([0-9a-f]{32})\.([0-9a-f]{32})(?:@[^<>\s]*)?>?")


def seal(what: bytes) -> str:
    """Return 128 bits that prove that this desk named ``what``."""
    return hmac.new(settings.SECRET_KEY.encode(), what, hashlib.sha256).hexdigest()[:32]


def is_sealed(what: bytes, by: str) -> bool:
    return hmac.compare_digest(by, seal(what))


def signed_message_id(pk: uuid.UUID) -> str:
    """Return the Message-ID of a delivery: only we can have made it."""
    return f"<{pk.hex}.{seal(pk.bytes)}@{settings.MAIL_DOMAIN}>"


def recognised(message_id: str) -> Delivery | None:
    """Return the mail of ours that carries this Message-ID (or loop mark), if the seal is ours."""
    match = _OURS.fullmatch(message_id.strip())
    if match is None:
        return None
    pk = uuid.UUID(hex=match[1])
    if not is_sealed(pk.bytes, match[2]):
        return None
    return Delivery.objects.filter(pk=pk).first()


# --- Sending --------------------------------------------------------------------------------------

# A mail waits for an older one to the same person about the same thing, so
# that nobody reads the answer before the question. One in doubt is waited for
# only as long as doubt lasts; else a desk without a journal would fall silent.
_CLAIM = """
    UPDATE supportdesk_delivery SET
        state = 'sending', lease_until = %(lease)s, attempts = attempts + 1, data_began_at = NULL
    WHERE id = (
        SELECT mail.id FROM supportdesk_delivery mail
        WHERE mail.state = 'queued' AND mail.release_at <= %(at)s
          AND NOT EXISTS (SELECT 1 FROM supportdesk_desk WHERE is_on_hold)
          AND NOT EXISTS (
              SELECT 1 FROM supportdesk_delivery older
              WHERE older.group_key = mail.group_key AND older.recipient = mail.recipient
                AND (older.created_at, older.id) < (mail.created_at, mail.id)
                AND (older.state IN ('queued', 'sending')
                     OR older.state = 'in_doubt' AND older.doubted_at > %(doubt)s))
        ORDER BY mail.release_at, mail.created_at, mail.id
        FOR UPDATE OF mail SKIP LOCKED LIMIT 1)
    RETURNING *
"""

# One statement, so that nothing can go wrong between its two halves.
_SETTLE = """
    WITH settled AS (
        UPDATE supportdesk_delivery SET
            state = %(state)s, response = %(response)s, lease_until = NULL,
            release_at = coalesce(%(release_at)s, release_at),
            sent_at = CASE WHEN %(state)s = 'sent' THEN %(at)s ELSE sent_at END,
            doubted_at = CASE WHEN %(state)s = 'in_doubt' THEN %(at)s END
        WHERE id = %(id)s AND attempts = %(attempts)s AND state IN %(from)s
        RETURNING id)
    INSERT INTO supportdesk_attempt (delivery_id, at, outcome, response)
    SELECT id, %(at)s, %(state)s, %(response)s FROM settled
"""


def send_next(*, at: datetime) -> bool:
    """Claim the next mail that is due and send it. False when there is none.

    Costs three statements and a connection to the mail server.
    """
    delivery = _claim(at)
    if delivery is None:
        return False
    began = monotonic()

    def now() -> datetime:
        return at + timedelta(seconds=monotonic() - began)

    secret = tokens.mint()
    try:
        mail = _build(delivery, secret, at)
    except (mime.UnsafeMail, OSError) as reason:
        _fail(delivery, str(reason) or "a file is missing", now())
        return True
    wire = smtp.Wire(
        settings.MAIL_SERVER,
        name=settings.MAIL_DOMAIN,
        deadline_seconds=settings.MAIL_DEADLINE_SECONDS,
    )
    has_begun = False
    with wire:
        try:
            wire.address(_envelope_sender(delivery), delivery.recipient)
            has_begun = _begin(delivery, secret, now())
            if not has_begun:
                return True
            response = wire.data(mail)
        except smtp.Refused as no:
            _refused(delivery, no, now())
        except smtp.Lost as reason:
            if has_begun:
                _settle(delivery, State.IN_DOUBT, str(reason), now())
            else:
                _try_later(delivery, str(reason), now())
        else:
            # The server has it. This is the only thing that may still happen to it.
            _settle(delivery, State.SENT, response, now())
    return True


def _claim(at: datetime) -> Delivery | None:
    values = {"at": at, "lease": at + LEASE, "doubt": at - DOUBT_LASTS - LEASE}
    for delivery in Delivery.objects.raw(_CLAIM, values):
        return delivery
    return None


def _build(delivery: Delivery, secret: str, at: datetime) -> bytes:
    payload = delivery.payload
    text, html = payload["text"], payload.get("html", "")
    if wanted := payload.get("link"):
        url = _links[wanted["kind"]].url(wanted, secret)
        text, html = text.replace(SECRET_LINK, url), html.replace(SECRET_LINK, url)
    name, address = payload["from"]
    return mime.Mail(
        message_id=delivery.message_id,
        sender=(name, address),
        to=payload.get("to") or [delivery.recipient],
        cc=payload.get("cc", ()),
        subject=payload["subject"],
        text=text,
        html=html,
        date=delivery.created_at,
        references=payload.get("references", ()),
        headers=_headers(delivery),
        files=[_file(file) for file in payload.get("files", ())],
    ).as_bytes()


def _headers(delivery: Delivery) -> dict[str, str]:
    # Some servers rewrite the Message-ID; this mark tells us our own mail even then.
    headers = {"X-Supportdesk-Mail": f"{delivery.pk.hex}.{seal(delivery.pk.bytes)}"}
    if delivery.is_automatic:
        headers |= {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    return headers


def _file(file: dict[str, str]) -> mime.File:
    with default_storage.open(file["storage_key"]) as content:
        return mime.File(file["name"], file["content_type"], content.read())


def _envelope_sender(delivery: Delivery) -> str:
    """Nobody, if the desk wrote it by itself: then no robot can answer it."""
    return "" if delivery.is_automatic else str(delivery.payload["from"][1])


def _begin(delivery: Delivery, secret: str, at: datetime) -> bool:
    """Note that from here on its fate can be unknown. False if it is no longer ours to send."""
    with transaction.atomic():
        ours = Delivery.objects.filter(
            pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts, lease_until__gt=at
        )
        if not ours.update(data_began_at=at):
            return False
        if wanted := delivery.payload.get("link"):
            _links[wanted["kind"]].keep(wanted, secret, at)
    return True


def _refused(delivery: Delivery, no: smtp.Refused, at: datetime) -> None:
    if no.is_final:
        _fail(delivery, no.response, at)
    else:
        _try_later(delivery, no.response, at)


def _try_later(delivery: Delivery, response: str, at: datetime) -> None:
    if at - delivery.created_at > GIVE_UP_AFTER:
        _fail(delivery, response, at)
        return
    wait = BACK_OFF[min(delivery.attempts, len(BACK_OFF)) - 1]
    # A little apart, so that a server that comes back does not meet all of them at once.
    wait *= random.uniform(1, 1.1)  # noqa: S311 -- no secret
    _settle(delivery, State.QUEUED, response, at, release_at=at + wait)


def _fail(delivery: Delivery, response: str, at: datetime) -> None:
    with transaction.atomic():
        if _settle(delivery, State.FAILED, response, at):
            for tell in _told_of_failure:
                tell(delivery, at)


def _settle(
    delivery: Delivery,
    state: str,
    response: str,
    at: datetime,
    *,
    release_at: datetime | None = None,
) -> bool:
    # “The server took it” outweighs whatever a sweep has made of a worker that was slow to say so.
    unsure = (State.SENDING, State.IN_DOUBT, State.QUEUED)
    before = unsure if state == State.SENT else (State.SENDING, State.IN_DOUBT)
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {
                "id": delivery.pk,
                "attempts": delivery.attempts,
                "state": state,
                "response": response[:300],
                "at": at,
                "release_at": release_at,
                "from": tuple(map(str, before)),
            },
        )
        is_settled = bool(cursor.rowcount)
    if is_settled:
        delivery.state, delivery.response = state, response[:300]
    return is_settled


# --- What became of it ----------------------------------------------------------------------------


def reap(*, at: datetime) -> None:
    """Take up the mail of workers that died, and settle what is in doubt."""
    for delivery in Delivery.objects.filter(state=State.SENDING, lease_until__lte=at):
        if delivery.data_began_at:
            _settle(delivery, State.IN_DOUBT, "the worker was interrupted", at)
        else:
            _try_later(delivery, "the worker was interrupted", at)
    desk_journal = journal.current()
    for delivery in Delivery.objects.filter(state=State.IN_DOUBT):
        since = delivery.data_began_at or delivery.created_at
        word = desk_journal.ask(delivery.message_id, since=since)
        if word is journal.Word.TAKEN:
            _settle(delivery, State.SENT, "found in the journal", at)
        elif word is journal.Word.NOT_TAKEN and at - (delivery.doubted_at or at) >= DOUBT_LASTS:
            _try_later(delivery, "not found in the journal", at)


@dataclass(frozen=True)
class Alarms:
    """What stands still. ``late_since`` is when the oldest of the late mails was due."""

    late: int
    late_since: datetime | None
    in_doubt: int
    failed: int

    def __bool__(self) -> bool:
        return bool(self.late or self.in_doubt or self.failed)


_ALARMS = """
    SELECT count(*) FILTER (WHERE late), min(least(release_at, created_at + interval '10 min'))
               FILTER (WHERE late),
           count(*) FILTER (WHERE state = 'in_doubt'), count(*) FILTER (WHERE state = 'failed')
    FROM (
        SELECT state, release_at, created_at, state = 'queued' AND (
            release_at < %(at)s - interval '2 min'
            OR attempts > 0 AND created_at < %(at)s - interval '10 min') AS late
        FROM supportdesk_delivery WHERE state IN ('queued', 'in_doubt')
        UNION ALL
        SELECT delivery.state, delivery.release_at, delivery.created_at, false
        FROM supportdesk_delivery delivery
        WHERE delivery.state = 'failed' AND delivery.created_at > %(at)s - interval '72 h'
          AND EXISTS (SELECT 1 FROM supportdesk_attempt attempt
                      WHERE attempt.delivery_id = delivery.id AND attempt.outcome = 'failed'
                        AND attempt.at > %(at)s - interval '24 h')
    ) mail
"""


def alarms(*, at: datetime) -> Alarms:
    """Say what is late (over two minutes, or over ten and still retried), in doubt, or failed today."""
    with connection.cursor() as cursor:
        cursor.execute(_ALARMS, {"at": at})
        late, late_since, in_doubt, failed = cursor.fetchone()
    return Alarms(late, late_since, in_doubt, failed)


@dataclass(frozen=True)
class Fate:
    """What became of the mails about one subject: ``state`` is the worst of theirs."""

    state: str
    #: Whom it could not reach, or may not have reached.
    recipients: tuple[str, ...]
    #: The server’s words, from outside.
    reason: str
    label: str


_WORST_FIRST = (
    State.FAILED, State.IN_DOUBT, State.QUEUED, State.SENDING, State.SENT, State.CANCELLED,
)  # fmt: skip


def state_of(subject: str, ids: Sequence[int]) -> dict[int, Fate]:
    """Return the fate of each subject that has mails. One query."""
    rows: dict[int, list[Delivery]] = {}
    for row in Delivery.objects.filter(subject=subject, subject_id__in=ids).defer("payload"):
        rows.setdefault(row.subject_id, []).append(row)
    fates = {}
    for subject_id, mails in rows.items():
        worst = min((State(mail.state) for mail in mails), key=_WORST_FIRST.index)
        those = [mail for mail in mails if mail.state == worst]
        fates[subject_id] = Fate(
            state=worst.value,
            recipients=tuple(mail.recipient for mail in those),
            reason=next((mail.response for mail in those if mail.response), ""),
            label=str(worst.label),
        )
    return fates
