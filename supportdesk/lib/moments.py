"""Moments and spans in few words, in the reader’s zone and language."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache, wraps

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Moments come back again and again, in lists, titles and polls; wording one costs 40 µs.
_KEPT = 16_384

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def _kept(word: Callable[[datetime, date], str]) -> Callable[..., str]:
    """Make of ``word(local, today)`` a function of a moment and now, in the reader’s zone.

    What was worded once today is known for the rest of it, in that zone and language.
    """

    @lru_cache(_KEPT)
    def once(moment: datetime, today: date, zone: tzinfo, language: str) -> str:
        # The language is the one in force; named here, it keeps its words apart.
        return word(moment.astimezone(zone), today)

    @wraps(word)
    def said(moment: datetime, *, now: datetime) -> str:
        zone = timezone.get_current_timezone()
        minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
        return once(minute, now.astimezone(zone).date(), zone, get_language() or "")

    return said


@_kept
def short(local: datetime, today: date) -> str:
    """Say ``moment`` as one would across a desk.

    Today "16:00", within six days "Fri 12:00", within the year "9 Mar", else
    "9 Mar 2025"; in the active time zone.
    """
    days = abs((local.date() - today).days)
    if days == 0:
        return date_format(local, "H:i")
    if days <= 6:
        return date_format(local, "D H:i")
    if local.year == today.year:
        return date_format(local, _("j M"))
    return date_format(local, _("j M Y"))


@_kept
def brief(local: datetime, today: date) -> str:
    """Say ``moment`` where room is short: "16:00", "Fri", "9 Mar", "Mar 2025"."""
    days = abs((local.date() - today).days)
    if days == 0:
        return date_format(local, "H:i")
    if days <= 6:
        return date_format(local, "D")
    return date_format(local, _("j M") if local.year == today.year else "M Y")


@_kept
def one_word(local: datetime, today: date) -> str:
    """Say ``moment`` in a list of the past: the time today, the weekday within six days, else "9 Mar"."""
    days = (today - local.date()).days
    return date_format(local, "H:i" if days == 0 else "D" if 0 < days <= 6 else _("j M"))


def full(moment: datetime) -> str:
    """Say ``moment`` so that nobody can mistake it: weekday, date, time and zone."""
    return _full(moment, now=moment)


@_kept
def _full(local: datetime, today: date) -> str:
    # Of an hour that comes twice Django leaves the zone out, just when it is needed.
    return date_format(local, _("l j F Y, H:i (T)")).replace("()", f"({local.tzname()})")


@_kept
def day_and_time(local: datetime, today: date) -> str:
    """Say a promised moment in a sentence: "today by 16:00" needs "today" before it.

    "yesterday, 16:00", "today, 16:00", "tomorrow, 09:00", "Friday, 12:00", "Friday 20 March, 12:00".
    """
    days = (local.date() - today).days
    time = date_format(local, "H:i")
    if days == 0:
        return _("today, %(time)s") % {"time": time}
    if days == -1:
        return _("yesterday, %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": time}
    if 1 < days <= 6:
        return f"{date_format(local, 'l')}, {time}"
    # Words to translate stand alone: collecting them does not look into f-strings.
    day = date_format(local, _("l j F") if local.year == today.year else _("l j F Y"))
    return f"{day}, {time}"


def span(length: timedelta) -> str:
    """Say how long: "40 min", "1 h 50", "19 h", "2 d". Below a minute "1 min"; never negative."""
    length = max(abs(length), _MINUTE)
    if length < _HOUR:
        return _("%(n)s min") % {"n": length // _MINUTE}
    if length < 10 * _HOUR:
        minutes = length % _HOUR // _MINUTE
        if minutes:
            return _("%(h)s h %(min)02d") % {"h": length // _HOUR, "min": minutes}
    if length < _DAY:
        return _("%(n)s h") % {"n": length // _HOUR}
    return _("%(n)s d") % {"n": length // _DAY}
