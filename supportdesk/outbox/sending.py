"""Claim, hand over, write down; and find out about what was interrupted."""

import random
from datetime import datetime, timedelta
from time import monotonic

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Min

from supportdesk.lib import journal, mime, smtp, tokens
from supportdesk.models import Delivery
from supportdesk.outbox import registry
from supportdesk.outbox.names import seal

State = Delivery.State
LEASE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=48)
#: How long the journal may take to know. Then what it does not know was not taken.
DOUBT_LASTS = timedelta(minutes=10)
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))

# A mail waits for an older one to the same person about the same thing, so
# that nobody reads the answer before the question. One in doubt is waited for
# only as long as doubt lasts; else a desk without a journal would fall silent.
_CLAIM = """
    UPDATE supportdesk_delivery SET
        state = 'sending', lease_until = %(lease)s, attempts = attempts + 1, data_began_at = NULL
    WHERE id = (
        SELECT mail.id FROM supportdesk_delivery mail
        WHERE mail.state = 'queued' AND mail.release_at <= %(at)s
          AND NOT (SELECT desk_is_held())
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
        url = registry.links[wanted["kind"]].url(wanted, secret)
        text, html = (
            text.replace(registry.SECRET_LINK, url),
            html.replace(registry.SECRET_LINK, url),
        )
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
            registry.links[wanted["kind"]].keep(wanted, secret, at)
    return True


def _refused(delivery: Delivery, no: smtp.Refused, at: datetime) -> None:
    if no.is_final:
        _fail(delivery, no.response, at)
    else:
        _try_later(delivery, no.response, at)


def _try_later(delivery: Delivery, response: str, at: datetime) -> None:
    # Counted from the first try: a desk that was on hold for a week has not tried at all.
    first = delivery.tries.aggregate(first=Min("at"))["first"] or at
    if at - first > GIVE_UP_AFTER:
        _fail(delivery, response, at)
        return
    wait = BACK_OFF[min(delivery.attempts, len(BACK_OFF)) - 1]
    # A little apart, so that a server that comes back does not meet all of them at once.
    wait *= random.uniform(1, 1.1)  # noqa: S311 -- no secret
    _settle(delivery, State.QUEUED, response, at, release_at=at + wait)


def _fail(delivery: Delivery, response: str, at: datetime) -> None:
    with transaction.atomic():
        if _settle(delivery, State.FAILED, response, at):
            for tell in registry.told_of_failure:
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


# --- What became of it --------------------------------------------------------------------------


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
        elif (
            word is journal.Word.NOT_TAKEN
            # One that was kept back was handed over at a moment that we don’t know, if at all.
            and delivery.data_began_at
            and at - (delivery.doubted_at or at) >= DOUBT_LASTS
        ):
            _settle(delivery, State.QUEUED, "not found in the journal", at, release_at=at)
