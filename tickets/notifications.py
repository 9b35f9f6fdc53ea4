"""What staff are told by mail: who, and in which words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from supportdesk import outbox
from supportdesk.lib import moments
from supportdesk.lib.letters import letter
from supportdesk.models import Desk, User
from tickets.mail import threads
from tickets.models import Event
from tickets.service import people

#: The same news about a ticket comes once in this time, however often it happens.
WINDOW_SECONDS = 120
#: New tickets come as one mail for each lead in this time: a flood of forms is no flood of mails.
NEW_WINDOW_SECONDS = 15 * 60


@dataclass(frozen=True)
class News:
    """What one person is told: a sentence, and perhaps what somebody wrote."""

    headline: str
    quote: str = ""


def tell_staff(event: Event) -> None:
    """Write the mails to staff that this event is worth. Nobody is told what they did themselves."""
    mail = _MAILS.get(Event.Kind(event.kind))
    if mail is None or event.ticket.spam_at:
        return
    desk = Desk.current()
    told = {user.pk: user for user in mail.to(event) if user and _is_told(user, event, desk)}
    for user in told.values():
        _write(event, user, mail.words, desk)


def _is_told(user: User, event: Event, desk: Desk) -> bool:
    """Made-up people have no mailbox: they are mailed on a trial desk that is a demo, only."""
    exists = not user.is_demo or (desk.is_demo and settings.TRIAL)
    return user.is_active and exists and user.pk != event.by_user_id


def _write(event: Event, user: User, words: Callable[[Event], News], desk: Desk) -> None:
    ticket, dedupe_key = event.ticket, _dedupe_key(event, user)
    if outbox.is_written(dedupe_key):
        return
    with translation.override(user.language), timezone.override(user.zone):
        news = words(event)
    payload = letter(
        "tickets/mail/staff",
        {
            "ticket": ticket,
            "news": news,
            "link": f"{settings.PUBLIC_BASE_URL}{reverse('desk:ticket', args=[ticket.pk])}",
        },
        desk=desk,
        language=user.language,
        zone=user.zone,
        subject=f"[#{ticket.pk}] {ticket.subject}",
    )
    payload["references"] = threads.references(ticket, user.email)
    try:
        # Two new tickets for one lead in one instant: the second is the same news.
        with transaction.atomic():
            outbox.queue_mail(
                kind="staff",
                recipient=user.email,
                payload=payload,
                subject="tickets.event",
                subject_id=event.pk,
                group_key=threads.group_key(ticket),
                at=event.at,
                is_automatic=True,
                dedupe_key=dedupe_key,
            )
    except IntegrityError:
        return


def _dedupe_key(event: Event, user: User) -> str:
    second = int(event.at.timestamp())
    if event.kind == Event.Kind.SUBMITTED:
        return f"staff:new:{user.pk}:{second // NEW_WINDOW_SECONDS}"
    return f"staff:{event.kind}:{event.ticket_id}:{user.pk}:{second // WINDOW_SECONDS}"


# --- Who is told ---------------------------------------------------------------------------------


def _accountable(event: Event) -> Iterable[User | None]:
    return [people.accountable(event.ticket)]


def _named(event: Event) -> Iterable[User | None]:
    """Whoever the event says it went to; in a queue, whoever leads its team."""
    named = User.objects.filter(pk=event.data.get("to_id")).first()
    return [named or people.lead(event.ticket)]


def _named_in_the_note(event: Event) -> Iterable[User | None]:
    return User.objects.filter(pk__in=event.data.get("to_ids", []))


def _whom_it_escalates_to(event: Event) -> Iterable[User | None]:
    if event.data["level"] > 1:
        return people.supervisors(event.ticket)
    return [*_named(event), event.ticket.owner]


# --- What they are told --------------------------------------------------------------------------


def _new(event: Event) -> News:
    said = _("%(customer)s wrote to %(queue)s. There may be more in the inbox.")
    return News(said % _names(event), event.ticket.last_text)


def _wrote(event: Event) -> News:
    return News(_("%(customer)s wrote.") % _names(event), event.ticket.last_text)


def _still_a_problem(event: Event) -> News:
    said = _("%(customer)s says that it is not solved.") % _names(event)
    return News(said, event.ticket.last_text if event.data.get("message_id") else "")


def _assigned(event: Event) -> News:
    if event.data["to_id"]:
        said = _("%(by)s gave you this ticket of %(customer)s.")
    else:
        said = _("%(by)s put this ticket of %(customer)s back into %(queue)s. It has no owner.")
    return News(said % _names(event))


def _handed_off(event: Event) -> News:
    handoff = event.ticket.handoffs.get(pk=event.data["handoff_id"])
    if handoff.to_user_id:
        said = _("%(by)s handed this ticket of %(customer)s to you.")
    else:
        said = _("%(by)s handed this ticket of %(customer)s to your team.")
    return News(said % _names(event), handoff.wants)


def _noted(event: Event) -> News:
    note = event.ticket.messages.get(pk=event.data["message_id"])
    said = _("%(by)s named you in a note about %(customer)s.")
    return News(said % _names(event), note.text)


def _reminded(event: Event) -> News:
    if event.data["why"] == "promise":
        said = _("%(customer)s was told that they hear from us by %(moment)s.")
        moment = moments.full(datetime.fromisoformat(event.data["due_at"]))
        return News(said % (_names(event) | {"moment": moment}))
    if event.ticket.complaint_at:
        said = _("%(customer)s complained and has not answered. Please call them.")
    else:
        said = _("%(customer)s has not answered and has no e-mail address. Please call them.")
    return News(said % _names(event))


def _escalated(event: Event) -> News:
    names = _names(event) | {"moment": moments.full(event.ticket.broken_at or event.at)}
    if event.data["level"] > 1:
        said = _("%(customer)s should have heard from us by %(moment)s. There is still no word.")
    else:
        said = _("We broke a promise: %(customer)s should have heard from us by %(moment)s.")
    return News(said % names)


def _follow_up(event: Event) -> News:
    said = _("It is time to come back to this ticket of %(customer)s.")
    return News(said % _names(event), event.data["what"])


def _mail_failed(event: Event) -> News:
    said = _("A mail to %(to)s could not be sent: %(reason)s")
    return News(said % {"to": event.data.get("to", ""), "reason": event.data.get("reason", "")})


def _names(event: Event) -> dict[str, str]:
    ticket = event.ticket
    return {
        "customer": str(ticket.customer),
        "queue": str(ticket.queue),
        "by": str(event.by_user or ""),
    }


@dataclass(frozen=True)
class _Mail:
    to: Callable[[Event], Iterable[User | None]]
    words: Callable[[Event], News]


_MAILS = {
    Event.Kind.SUBMITTED: _Mail(_accountable, _new),
    Event.Kind.CUSTOMER_WROTE: _Mail(_accountable, _wrote),
    Event.Kind.STILL_A_PROBLEM: _Mail(_accountable, _still_a_problem),
    Event.Kind.ASSIGNED: _Mail(_named, _assigned),
    Event.Kind.HANDED_OFF: _Mail(_named, _handed_off),
    Event.Kind.NOTED: _Mail(_named_in_the_note, _noted),
    Event.Kind.OWNER_REMINDED: _Mail(_named, _reminded),
    Event.Kind.ESCALATED: _Mail(_whom_it_escalates_to, _escalated),
    Event.Kind.FOLLOW_UP_DUE: _Mail(_named, _follow_up),
    Event.Kind.MAIL_FAILED: _Mail(_accountable, _mail_failed),
}
