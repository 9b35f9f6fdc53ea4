"""A desk in which every word means harm, whoever wrote it and wherever it stands."""

import itertools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from customers.models import Organization
from feedback.models import Feedback
from supportdesk.lib import mail_html, markup, mime
from supportdesk.models import CaughtMail, Delivery
from tests.access.world import World, make_world
from tests.factories import make_queue, make_reply, make_solved, make_ticket
from tests.hostile.payloads import joined, payloads
from tests.tickets.mail.mails import READER
from tickets.mail import intake
from tickets.models import Handoff, InboundMail, Message, Ticket, Topic, TopicField
from tickets.states import State

#: What a program of ours chose, or checks before it keeps it: words of a fixed set, keys, hashes.
OURS = {
    "password", "colour", "logo", "language", "time_zone", "hours", "holidays", "icon", "key",
    "kind", "sha256", "storage_key", "preview_key", "held_session", "held_for", "field_key",
    "content_type", "dedupe_key", "message_id", "group_key", "shown_when_key", "subject_label",
}  # fmt: skip
#: Names of our own rows, not words of anybody.
OURS_OF_FLOOR = {"Delivery.subject", "Timer.subject", "Timer.kind"}
_STATES = {*State.values, *Message.Kind.values}
_WORDS_OF_EVENTS = {"quote", "reason", "what", "from", "to"}


def make_hostile_world(start: int = 0) -> World:
    """The world of the access matrix with all that can happen to a ticket, then poisoned."""
    world = make_world()
    _live(world, start)
    poison(start)
    return world


def _live(world: World, start: int) -> None:
    """Do all that can be done with a ticket, in hostile words, so that the mails of it exist."""
    at = timezone.now()
    ticket = Ticket.objects.get(pk=world.ticket.pk)
    agent = ticket.owner
    assert agent
    words = said(4000, start)
    short = said(190, start)
    for moment, do in enumerate(
        (
            lambda when: ticket.note(text=words, by=agent, at=when, key=uuid.uuid4()),
            lambda when: ticket.mark_complaint(quote=words, by=agent, at=when),
            lambda when: ticket.change_tags([said(40, start)[:40]], by=agent, at=when),
            lambda when: ticket.change_subject(short, by=agent, at=when),
            lambda when: ticket.change_priority(1, by=agent, at=when),
            lambda when: ticket.follow_up(
                due_at=when + timedelta(days=1), by=agent, at=when, what=short
            ),
            lambda when: ticket.hold(reason=short, by=agent, at=when),
            lambda when: ticket.resume(by=agent, at=when),
            lambda when: ticket.change_queue(make_queue(team=ticket.queue.team), by=agent, at=when),
            lambda when: ticket.hand_off(handoff=_handoff(ticket, words), by=agent, at=when),
            lambda when: make_reply(ticket, agent, text=words[:3500], at=when),
            lambda when: _customer_writes(ticket, words, at=when),
        )
    ):
        with transaction.atomic():
            do(at - timedelta(minutes=50 - moment))
        ticket.refresh_from_db()
    ticket.customer.organization = Organization.objects.create(name=said(100, start))
    ticket.customer.save(update_fields=["organization"])
    solved = make_ticket(queue=ticket.queue, identity=ticket.identity, owner=agent, at=at)
    make_solved(solved, agent, text=words[:3500], reason=short, outcome="partial", at=at)
    solved.refresh_from_db()
    Feedback.give(solved, is_solved="no", ease=1, words=words, may_contact=True, at=at)
    for n in range(6):
        make_ticket(queue=ticket.queue, text=said(2000, start + 9 * n), at=at)
    for moment in range(3):
        raw = hostile_mail(start + 20 * moment)
        intake.receive(raw, "desk@desk.example", at=at)
    while intake.process_next(at=at, reader=READER):
        pass


def _handoff(ticket: Ticket, words: str) -> Handoff:
    return Handoff(
        to_queue=make_queue(team=ticket.queue.team), wants=words[:900],
        known=words[:900], tried=words[:900], promised=words[:900], dont_ask=words[:900],
    )  # fmt: skip


def _customer_writes(ticket: Ticket, words: str, at: Any) -> None:
    ticket.customer_wrote(
        text=words,
        by=ticket.customer,
        via=Message.Via.MAIL,
        key=uuid.uuid4(),
        at=at,
        framed_html=mail_html.clean(words),
    )


def hostile_mail(start: int) -> bytes:
    """A mail whose every part means harm, as a program without scruples writes it."""
    mail = EmailMessage()
    mail["To"] = "desk@desk.example"
    mail["Message-ID"] = f"<{uuid.uuid4()}@evil.example>"
    mail.set_content(joined(20_000, start))
    mail.add_alternative("".join(each.text for each in payloads()), subtype="html")
    for n in range(5):
        name = payloads()[(start + n) % len(payloads())].text
        mail.add_attachment(
            b"<script>pwn(1)</script>", maintype="text", subtype="html",
            filename=" ".join(name.replace("\x00", "").split()) or "x",
        )  # fmt: skip
    name = " ".join(joined(100, start).split()).replace('"', r"\"")
    subject = " ".join(joined(180, start).split())
    head = f'From: "{name}" <pwn{start}@mail.example>\r\nSubject: {subject}\r\n'
    return head.encode("utf-8", "replace") + mail.as_bytes()


def _our_mail(start: int) -> bytes:
    """A mail that we sent, full of what a customer wrote; the catcher shows no others."""
    reply = Delivery.objects.filter(kind="reply").latest("created_at")
    mail = EmailMessage(policy=mime.POLICY)
    mail["From"] = "desk@desk.localhost"
    mail["Subject"] = mime.line(joined(180, start))
    mail["Message-ID"] = "<1@desk.localhost>"
    mail.set_content(said(10_000, start))
    mail.add_alternative(reply.payload["html"], subtype="html")
    mail.add_attachment(b"x", maintype="a", subtype="b", filename=mime.line(joined(80, start)))
    return mail.as_bytes()


# --- Every text column --------------------------------------------------------------------------


def poison(start: int) -> set[str]:
    """Put harm into every text of every row of the desk; return the columns that took it.

    Past the verbs, forms and triggers: whatever may be in a row one day, a page
    must not obey it.
    """
    where = itertools.count(start)
    took: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        for model in _models():
            for row in model._default_manager.all():
                for field in _texts(model):
                    if _put(row, field, next(where)):
                        took.add(f"{model.__name__}.{field.name}")
        _put_html(start)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = DEFAULT")
    CaughtMail.objects.update(raw=_our_mail(start))
    InboundMail.objects.exclude(state="done").update(raw=hostile_mail(start + 3))
    return took


def _models() -> Iterator[type[models.Model]]:
    from django.apps import apps

    for model in apps.get_models():
        if model._meta.app_label in {"supportdesk", "customers", "tickets", "feedback"}:
            yield model


def _texts(model: type[models.Model]) -> Iterator[Any]:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    for field in model._meta.fields:
        is_ours = field.name in OURS or f"{model.__name__}.{field.name}" in OURS_OF_FLOOR
        if isinstance(field, kinds) and not field.choices and not is_ours:
            yield field


def _put(row: models.Model, field: Any, n: int) -> bool:
    old = getattr(row, field.name)
    if field.name in {"html", "framed_html"}:
        return True
    if isinstance(field, models.JSONField):
        new = _poisoned_json(row, old, n)
    elif isinstance(field, ArrayField):
        new = [said(getattr(field.base_field, "max_length", None) or 100, n)]
    else:
        limit = field.max_length or 8000
        unique = f"{row.pk} " if field.unique else ""
        new = unique + said(limit - len(unique), n)
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{field.name: new})
    except DatabaseError:
        return False
    return new != old


def _poisoned_json(row: models.Model, old: Any, n: int) -> Any:
    words = said(200, n)
    if isinstance(row, Delivery):
        new = {**old, "subject": words}
        if "from" in new:
            new["from"] = [words, new["from"][1]]
        return new
    if isinstance(row, TopicField) and not isinstance(old, dict):
        return [words, said(60, n + 1)]
    if isinstance(row, Topic | TopicField):
        return {"de": words, "en": words}
    if isinstance(old, dict) and type(row).__name__ == "Event":
        return {key: _word(key, value, words) for key, value in old.items()}
    if isinstance(row, Ticket):
        return {**dict.fromkeys(old or {}, words), "order": words}
    return {key: words if isinstance(value, str) else value for key, value in (old or {}).items()}


def _word(key: str, value: Any, words: str) -> Any:
    if key not in _WORDS_OF_EVENTS:
        return value
    if isinstance(value, list):
        return [words]
    return words if isinstance(value, str) and value not in _STATES else value


def _put_html(start: int) -> None:
    """HTML columns hold what our own cleaners make of harm."""
    whole = clean("\n\n".join(each.text for each in payloads()))
    framed = mail_html.clean(whole)
    for n, message in enumerate(Message.objects.all()):
        by_staff = message.by_user_id is not None
        html = markup.render(said(30_000, start + n)) if by_staff else ""
        each = "".join(mail_html.clean(one.text) for one in payloads())
        Message.objects.filter(pk=message.pk).update(html=html, framed_html=framed + each)


def said(limit: int, start: int) -> str:
    return clean(joined(limit, start))


def clean(text: str) -> str:
    """What every way in does: Postgres takes no NUL, and no half characters."""
    return markup.clean_text(text)


def mails_of(world: World) -> list[str]:
    """The HTML of every mail that waits to go out."""
    return [mail.payload.get("html", "") for mail in Delivery.objects.all()]
