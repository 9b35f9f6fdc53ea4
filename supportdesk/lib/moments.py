"""Moments and spans in few words, in the reader’s zone and language."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Moments come back again and again, in lists, titles and polls; wording one costs 40 µs.
_KEPT = 16_384

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def short(moment: datetime, *, now: datetime) -> str:
    """Say ``moment`` as one would across a desk.

    Today "16:00", within six days "Fri 12:00", within the year "9 Mar", else
    "9 Mar 2025"; in the active time zone.
    """
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return _worded(local, "H:i")
    if days <= 6:
        return _worded(local, "D H:i")
    if local.year == today.year:
        return _worded(local, _("j M"))
    return _worded(local, _("j M Y"))


def brief(moment: datetime, *, now: datetime) -> str:
    """Say ``moment`` where room is short: "16:00", "Fri", "9 Mar", "Mar 2025"."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return _worded(local, "H:i")
    if days <= 6:
        return _worded(local, "D")
    return _worded(local, _("j M") if local.year == today.year else "M Y")


def one_word(moment: datetime, *, now: datetime) -> str:
    """Say ``moment`` in a list of the past: the time today, the weekday within six days, else "9 Mar"."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = (today.date() - local.date()).days
    return _worded(local, "H:i" if days == 0 else "D" if 0 < days <= 6 else _("j M"))


def full(moment: datetime) -> str:
    """Say ``moment`` so that nobody can mistake it: weekday, date, time and zone."""
    minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return _full_once(minute, timezone.get_current_timezone(), get_language() or "")


@lru_cache(_KEPT)
def _full_once(moment: datetime, zone: tzinfo, language: str) -> str:
    # Language and zone are those in force; named here, they keep their words apart.
    local = moment.astimezone(zone)
    # Of an hour that comes twice Django leaves the zone out, just when it is needed.
    return date_format(local, _("l j F Y, H:i (T)")).replace("()", f"({local.tzname()})")


def day_and_time(moment: datetime, *, now: datetime) -> str:
    """Say a promised moment in a sentence: "today by 16:00" needs "today" before it.

    "yesterday, 16:00", "today, 16:00", "tomorrow, 09:00", "Friday, 12:00", "Friday 20 March, 12:00".
    """
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = (local.date() - today.date()).days
    time = _worded(local, "H:i")
    if days == 0:
        return _("today, %(time)s") % {"time": time}
    if days == -1:
        return _("yesterday, %(time)s") % {"time": time}
    if days == 1:
        return _("tomorrow, %(time)s") % {"time": time}
    if 1 < days <= 6:
        return f"{_worded(local, 'l')}, {time}"
    # Words to translate stand alone: collecting them does not look into f-strings.
    day = _worded(local, _("l j F") if local.year == today.year else _("l j F Y"))
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


def _worded(local: datetime, pattern: str) -> str:
    """Word a moment of the active time zone by Django’s ``pattern``, to the minute."""
    naive = local.replace(second=0, microsecond=0, tzinfo=None)
    return _worded_once(naive, local.fold, str(local.tzinfo), pattern, get_language() or "")


@lru_cache(_KEPT)
def _worded_once(naive: datetime, fold: int, zone: str, pattern: str, language: str) -> str:
    # Zone and language are those in force; named here, they keep their words apart.
    local = naive.replace(fold=fold, tzinfo=timezone.get_current_timezone())
    return date_format(local, pattern)
