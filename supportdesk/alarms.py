"""What supervisors and admins are told on every page: that something stands still, and where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supportdesk import outbox, watch
from supportdesk.lib import moments
from supportdesk.lib.remembered import remembered
from supportdesk.mail_state import waiting
from supportdesk.models import Desk, Role, User
from tickets.mail import intake

#: A mail that is late is looked at; from here on somebody is called.
MAIL_GRAVE = timedelta(minutes=10)
#: The journal is asked for ten minutes; what is still in doubt then is a person’s to decide.
DOUBT = (timedelta(minutes=12), timedelta(minutes=30))
#: Seconds. What stands still has stood for longer when it is said.
FACTS_ARE_GOOD_FOR = 5


@dataclass(frozen=True)
class Alarm:
    words: str
    link: str
    url: str
    #: Somebody should look at it, but nobody waits.
    is_quiet: bool = False
    #: Somebody should be called.
    is_grave: bool = False


def alarms(request: HttpRequest) -> dict[str, Callable[[], list[Alarm]]]:
    """Give ``_desk.html`` its alarms. Asked only where it is drawn: no fragment pays for them."""

    def asked() -> list[Alarm]:
        user = getattr(request, "user", None)
        if not isinstance(user, User):
            return []
        at = timezone.now()  # noqa: TID251 -- drawn with the page, like the view’s own
        desk: Desk = getattr(request, "desk", None) or Desk.current()
        if user.is_supervisor:
            return what_stands_still(desk, user, at=at)
        return _hold(user, at) if desk.is_on_hold else []

    return {"alarms": asked}


def what_stands_still(desk: Desk, user: User, *, at: datetime) -> list[Alarm]:
    """Return a sentence for each thing, as it was some seconds ago at the most."""
    # On hold nothing goes out, comes in or fires: that is one thing to say, not three.
    told = [*(_hold(user, at) if desk.is_on_hold else ()), *of_the_desk(desk, at=at)]
    return sorted(told, key=lambda alarm: (not alarm.is_grave, alarm.is_quiet))


def of_the_desk(desk: Desk, *, at: datetime) -> list[Alarm]:
    """The same for nobody in particular, without the hold."""
    sending, coming_in, pulse = _facts(at)
    found = watch.find(set_up_at=desk.set_up_at, is_on_hold=desk.is_on_hold, at=at, known=pulse)
    return [
        *([] if desk.is_on_hold else _standstill(sending, coming_in, at)),
        *(_found(each) for each in found),
        *_trouble(sending, at),
        *_put_by(coming_in),
    ]


@remembered(FACTS_ARE_GOOD_FOR)
def _facts(at: datetime) -> tuple[outbox.Alarms, intake.Alarms, watch.Pulse]:
    """Three queries, by the indexes of the rows in question."""
    return outbox.alarms(at=at), intake.alarms(at=at), watch.pulse()


def _hold(user: User, at: datetime) -> list[Alarm]:
    """Said to everybody: their replies do not go out."""
    some = waiting.waiting(None, at=at)
    words = _(
        "The desk is on hold: no mail goes out or is read, and nothing happens by itself."
        " Waiting: mails to send %(mails)s, reminders and promises %(timers)s, mails to read"
        " %(received)s."
    ) % {"mails": some.mails, "timers": some.timers, "received": some.received}
    if user.role == Role.ADMIN:
        return [Alarm(words, _("Look and lift it"), reverse("setup:lift_hold"))]
    if user.role == Role.SUPERVISOR:
        return [Alarm(words, _("See what waits"), _place("late"))]
    return [Alarm(words, "", "")]


def _standstill(sending: outbox.Alarms, coming_in: intake.Alarms, at: datetime) -> list[Alarm]:
    told = []
    if sending.late and sending.late_since:
        words = ngettext(
            "%(n)s mail has not gone out. It was due %(since)s.",
            "%(n)s mails have not gone out. The oldest was due %(since)s.",
            sending.late,
        ) % {"n": sending.late, "since": moments.day_and_time(sending.late_since, now=at)}
        is_grave = at - sending.late_since > MAIL_GRAVE
        told.append(Alarm(words, _("See what waits"), _place("late"), is_grave=is_grave))
    if coming_in.late:
        words = ngettext(
            "%(n)s mail has come in and is in no ticket yet.",
            "%(n)s mails have come in and are in no ticket yet.",
            coming_in.late,
        ) % {"n": coming_in.late}
        since = coming_in.late_since or at
        is_grave = at - since > MAIL_GRAVE
        told.append(Alarm(words, _("See what is not read"), _place("not-read"), is_grave=is_grave))
    return told


def _found(found: watch.Finding) -> Alarm:
    link = (_("See which"), _place(found.part)) if found.part else ("", "")
    return Alarm(found.words, *link, is_grave=found.is_grave)


def _trouble(sending: outbox.Alarms, at: datetime) -> list[Alarm]:
    told = []
    doubted_for = at - (sending.in_doubt_since or at)
    if doubted_for > DOUBT[0]:
        words = ngettext(
            "Nobody knows whether %(n)s mail arrived.",
            "Nobody knows whether %(n)s mails arrived.",
            sending.in_doubt,
        ) % {"n": sending.in_doubt}
        is_grave = doubted_for > DOUBT[1]
        told.append(Alarm(words, _("Look and decide"), _place("in-doubt"), is_grave=is_grave))
    if sending.failed:
        words = ngettext(
            "%(n)s mail could not be sent in the last 24 hours.",
            "%(n)s mails could not be sent in the last 24 hours.",
            sending.failed,
        ) % {"n": sending.failed}
        told.append(Alarm(words, _("See why"), _place("failed")))
    return told


def _put_by(coming_in: intake.Alarms) -> list[Alarm]:
    told = []
    if coming_in.quarantined:
        words = ngettext(
            "%(n)s mail that came in could not be read.",
            "%(n)s mails that came in could not be read.",
            coming_in.quarantined,
        ) % {"n": coming_in.quarantined}
        told.append(Alarm(words, _("See the mail"), _place("put-by")))
    if coming_in.held:
        words = ngettext(
            "%(n)s mail that came in is held and in no ticket.",
            "%(n)s mails that came in are held and in no ticket.",
            coming_in.held,
        ) % {"n": coming_in.held}
        told.append(Alarm(words, _("See why it is held"), _place("put-by"), is_quiet=True))
    return told


def _place(part: str) -> str:
    return f"{reverse('mail_state')}#{part}"
