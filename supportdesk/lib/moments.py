"""Moments and spans in few words, in the reader’s zone and language."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

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
        return date_format(local, "H:i")
    if days <= 6:
        return date_format(local, "D H:i")
    if local.year == today.year:
        return date_format(local, _("j M"))
    return date_format(local, _("j M Y"))


def brief(moment: datetime, *, now: datetime) -> str:
    """Say ``moment`` where room is short: "16:00", "Fri", "9 Mar", "Mar 2025"."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return date_format(local, "H:i")
    if days <= 6:
        return date_format(local, "D")
    return date_format(local, _("j M") if local.year == today.year else "M Y")


def full(moment: datetime) -> str:
    """Say ``moment`` so that nobody can mistake it: weekday, date, time and zone."""
    return date_format(timezone.localtime(moment), _("l j F Y, H:i (T)"))


def day_and_time(moment: datetime, *, now: datetime) -> str:
    """Say a promised moment in a sentence: "today by 16:00" needs "today" before it.

    "yesterday, 16:00", "today, 16:00", "tomorrow, 09:00", "Friday, 12:00", "Friday 20 March, 12:00".
    """
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = (local.date() - today.date()).days
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
