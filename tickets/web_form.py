"""From a form that is right to a ticket, once."""

import re
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from customers import identities
from customers.models import Customer
from tickets.forms.submit import SubmitForm
from tickets.models import Attachment, Message, Queue, Ticket

#: Where a subject made of the first sentence is cut, at a word.
SUBJECT_LENGTH = 90
_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|\n")


def send(
    form: SubmitForm, *, queue: Queue, files: Iterable[Attachment], language: str, at: datetime
) -> Ticket:
    """Make the ticket. ``form`` is valid.

    The same form sent twice, also in the same instant, is one ticket.
    """
    said = form.cleaned_data
    try:
        with transaction.atomic():
            identity = Customer.known_by(said["email"], name=said["name"], language=language, at=at)
            return Ticket.submit(
                queue=queue,
                topic=form.topic,
                identity=identity,
                subject=subject_of(said["text"]),
                text=said["text"],
                key=said["key"],
                at=at,
                desired_outcome=said["desired_outcome"].strip(),
                impact=said["impact"],
                impact_reason=said["impact_reason"].strip(),
                answers=form.answers(),
                is_complaint=said["is_complaint"],
                files=files,
            )
    except IntegrityError:
        first = sent_with(said["key"])
        if first is None:
            raise
        return first.ticket


def sent_with(key: uuid.UUID) -> Message | None:
    """Return the first message of the ticket that the form with ``key`` made."""
    said = Message.objects.filter(key=key, kind=Message.Kind.CUSTOMER, via=Message.Via.WEB)
    return said.select_related("ticket__identity", "ticket__queue__team", "ticket__topic").first()


def said_with(key: uuid.UUID) -> Message | None:
    """Return what was said with this key, by a form or else.

    A browser that goes back can bring a key again with other words. Those are kept.
    """
    return Message.objects.filter(key=key).first()


def is_sent(said: Message, text: str, address: str) -> bool:
    """Whether the form made its ticket already: the same words from the same address."""
    known = identities.normalised(address)
    return (
        (said.kind, said.via) == (Message.Kind.CUSTOMER, Message.Via.WEB)
        and text.split() == said.text.split()
        and known == (said.ticket.identity.kind, said.ticket.identity.value)
    )


def subject_of(text: str) -> str:
    """Return a subject for what happened: its first sentence, cut at a word.

    We don’t ask for one: people then write “Help” or the same thing twice, and
    the form stays one question shorter. Staff can change it.
    """
    text = text.strip()
    # A very short first sentence (“Hello!”) says nothing: take the next one with it.
    ends = (found for found in _SENTENCE_END.finditer(text[:1000]) if found.start() >= 12)
    if end := next(ends, None):
        text = text[: end.end() if end.group() == "?" else end.start()]
    first = " ".join(text[:1000].split())
    if len(first) <= SUBJECT_LENGTH:
        return first
    return first[:SUBJECT_LENGTH].rpartition(" ")[0].rstrip(",;:–-") + "…"
