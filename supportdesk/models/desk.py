"""The desk itself: its name, its hours and how it treats time. One row."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from supportdesk.lib.worktime import OFFICE_WEEK, Calendar
from supportdesk.models.user import check_time_zone


def office_hours() -> dict[str, list[list[str]]]:
    return {
        str(day): [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in shifts]
        for day, shifts in OFFICE_WEEK.items()
    }


class Desk(models.Model):
    """What one company’s desk is called and how it keeps time. There is one row, ``pk=1``."""

    name = models.CharField(_("name"), max_length=80, default="Supportdesk")
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#2f4bb5",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour like #2f4bb5."))],
    )
    logo = models.CharField(max_length=100, blank=True)
    sender_name = models.CharField(_("sender’s name"), max_length=80, blank=True)
    sender_address = models.EmailField(_("sender’s address"), default="desk@desk.localhost")
    language = models.CharField(_("language"), max_length=5, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[check_time_zone]
    )
    #: Weekday ("0" is Monday) to shifts in local time: {"0": [["09:00", "17:00"]], …}.
    hours = models.JSONField(default=office_hours)
    #: Local dates without any shift, as ISO strings.
    holidays = models.JSONField(default=list)

    undo_seconds = models.PositiveSmallIntegerField(_("undo window"), default=10)
    remind_before_minutes = models.PositiveSmallIntegerField(default=60)
    waiting_reminder_days = models.PositiveSmallIntegerField(default=3)
    waiting_quiet_days = models.PositiveSmallIntegerField(default=10)
    confirm_quiet_days = models.PositiveSmallIntegerField(default=5)

    #: Nothing is sent, fetched or fired until an admin lifts it. Written by ``supportdesk.hold``.
    is_on_hold = models.BooleanField(default=False)
    #: Which Postgres this data lives in. On any other it is a copy, and the desk holds by itself.
    system_id = models.BigIntegerField(null=True)
    is_demo = models.BooleanField(default=False)
    set_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="desk_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(undo_seconds__lte=60), name="desk_undo_seconds"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Desk":
        """Return the desk; one query. A migration made the row."""
        return _kept.get() or cls.objects.get(pk=1)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Ask the database no more in here: for loading thousands of things at once."""
        token = _kept.set(self)
        try:
            yield
        finally:
            _kept.reset(token)

    @property
    def undo_window(self) -> timedelta:
        return timedelta(seconds=self.undo_seconds)

    @property
    def calendar(self) -> Calendar:
        return _calendar(self.time_zone, json.dumps(self.hours), json.dumps(self.holidays))


_kept: ContextVar[Desk | None] = ContextVar("_kept", default=None)


@lru_cache(8)
def _calendar(time_zone: str, hours: str, holidays: str) -> Calendar:
    """The same hours are the same calendar, which remembers the days that it worked out."""
    week = {
        int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in shifts)
        for day, shifts in json.loads(hours).items()
    }
    days = frozenset(date.fromisoformat(day) for day in json.loads(holidays))
    return Calendar(ZoneInfo(time_zone), week, days)
