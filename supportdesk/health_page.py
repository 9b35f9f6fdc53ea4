"""How the desk is doing, in sentences: the figures of ``/metrics`` for people."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from supportdesk import __version__, metrics, watch
from supportdesk.lib import moments, traffic
from supportdesk.lib.access import AgentRequest, supervisor_required
from tickets.models import ToRead

#: A mail may be so late without anybody having to know.
MAIL_MAY_LAG = timedelta(minutes=2)
#: Further is not counted.
MOST_TO_READ = 5_000


@dataclass(frozen=True)
class Line:
    """One part of the desk. ``is_well`` is ``None`` where nothing is wrong and something missing."""

    part: str
    words: str
    is_well: bool | None = True
    url: str = ""


@supervisor_required
@require_safe
def health_page(request: AgentRequest) -> HttpResponse:
    """Two queries beside those of every page, and a word with Redis."""
    at = timezone.now()  # noqa: TID251 -- a view
    lines = list(_lines(metrics.facts(), at, is_on_hold=request.desk.is_on_hold))
    wrong = sum(each.is_well is False for each in lines)
    context = {"lines": lines, "wrong": wrong, "now": at, "version": __version__}
    return render(request, "supportdesk/health_page.html", context)


def _lines(known: dict[str, Any], at: datetime, *, is_on_hold: bool) -> Iterator[Line]:
    stuck = reverse("mail_state")
    if is_on_hold:
        said = _("The desk is on hold: nothing is sent, read or done by the clock.")
        yield Line(_("Hold"), said, is_well=False)
    yield _mail_out(known, stuck)
    yield _mail_in(known, stuck)
    yield _clock(known, stuck)
    yield from _servers(known)
    yield _pages(at)
    yield _search()
    yield _backups(known)
    yield _disk()
    yield _certificate(at)
    yield _sign_of_life()


def _mail_out(known: dict[str, Any], stuck: str) -> Line:
    late = timedelta(seconds=known["oldest_mail"] or 0)
    if late > MAIL_MAY_LAG:
        words = _("Mail does not go out: the oldest is %(span)s late.")
        return Line(_("Mail out"), words % {"span": moments.span(late)}, False, stuck)
    if known["in_doubt"] or known["failed"]:
        words = _("Mail goes out. Perhaps arrived: %(doubt)s. Given up in three days: %(failed)s.")
        counts = {"doubt": known["in_doubt"], "failed": known["failed"]}
        return Line(_("Mail out"), words % counts, False, stuck)
    words = _("Mail goes out. Waiting for its time: %(n)s.")
    return Line(_("Mail out"), words % {"n": known["queued"] + known["sending"]})


def _mail_in(known: dict[str, Any], stuck: str) -> Line:
    if known["inbound_new"] or known["inbound_put_by"]:
        words = _("To be read: %(new)s. In no ticket, with a reason: %(put_by)s.")
        counts = {"new": known["inbound_new"], "put_by": known["inbound_put_by"]}
        return Line(_("Mail in"), words % counts, False, stuck)
    return Line(_("Mail in"), _("Every mail that came in is in a ticket."))


def _clock(known: dict[str, Any], stuck: str) -> Line:
    late = timedelta(seconds=known["timers_late"] or 0)
    tick = known["tick"]
    if late > watch.TIMERS[0]:
        words = _("Reminders and promises are %(span)s behind.")
        return Line(_("Clock"), words % {"span": moments.span(late)}, False, stuck)
    if tick is None or timedelta(seconds=tick) > watch.TICK[0]:
        return Line(_("Clock"), _("Nothing happens by the clock: nobody ticks."), is_well=False)
    words = ngettext(
        "Reminders and promises are on time. The last tick was %(n)s second ago.",
        "Reminders and promises are on time. The last tick was %(n)s seconds ago.",
        int(tick),
    )
    return Line(_("Clock"), words % {"n": int(tick)})


def _servers(known: dict[str, Any]) -> Iterator[Line]:
    words = _("Postgres answers. Connections to it: %(n)s.")
    yield Line(_("Database"), words % {"n": known["connections"]})
    if bells := metrics.queue_lengths():
        words = _("Redis answers. Bells that nobody has heard yet: %(n)s.")
        yield Line(_("Doorbell"), words % {"n": sum(bells.values())})
    else:
        words = _("Redis does not answer. The desk does its work by itself, a little slower.")
        yield Line(_("Doorbell"), words, is_well=False)


def _pages(at: datetime) -> Line:
    seen = traffic.read(at=at.timestamp())
    words = _("Pages in the last five minutes: %(all)s. Of these failed: %(n)s.")
    is_well = not any(watch.failing_pages(at))
    counts = {"all": seen.recent, "n": seen.recent_failed}
    return Line(_("Pages"), words % counts, is_well)


def _search() -> Line:
    left = ToRead.objects.all()[: MOST_TO_READ + 1].count()
    if not left:
        return Line(_("Search"), _("The search knows every ticket."))
    shown = f"{MOST_TO_READ}+" if left > MOST_TO_READ else str(left)
    words = _("Tickets that the search has still to read: %(n)s. It does so by itself.")
    return Line(_("Search"), words % {"n": shown}, is_well=None)


def _backups(known: dict[str, Any]) -> Line:
    if known["backup"] is None:
        words = _("There is no backup of this desk yet: ./desk backup writes one.")
        return Line(_("Backup"), words, False if settings.MODE == "production" else None)
    age = timedelta(seconds=known["backup"])
    if known["tried"] is None:
        words = _("The last backup is %(span)s old. None was ever restored to see that it can be.")
    else:
        words = _("The last backup is %(span)s old. One was restored to see that it can be.")
    return Line(_("Backup"), words % {"span": moments.span(age)}, age < watch.BACKUP[0])


def _disk() -> Line:
    disk = shutil.disk_usage(settings.DATA_DIR)
    free = disk.free / disk.total
    words = _("%(n)s %% of the disk is free.") % {"n": int(free * 100)}
    return Line(_("Disk"), words, free >= watch.DISK_FREE[0])


def _certificate(at: datetime) -> Line:
    part = _("Certificate")
    found = next(iter(watch.certificate(at)), None)
    if found:
        return Line(part, found.words, is_well=False)
    ends_at = watch.certificate_ends() if settings.CERTIFICATE else None
    if not ends_at:
        words = _("Nobody watches the certificate of this address: the setting CERTIFICATE does.")
        return Line(part, words, is_well=None)
    left = datetime.fromisoformat(ends_at) - at
    words = _("The certificate of this address is good for %(n)s more days.")
    return Line(part, words % {"n": left.days})


def _sign_of_life() -> Line:
    part = _("Sign of life")
    if settings.ALIVE_URL:
        return Line(part, _("While all is well, somebody outside is told so each minute."))
    words = _("Nobody outside would notice if this desk were gone: set ALIVE_URL for that.")
    return Line(part, words, is_well=None)
