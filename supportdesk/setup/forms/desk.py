"""The desk itself: its name and rules, hours, look and mail."""

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from supportdesk.lib import brand
from supportdesk.models import Desk
from supportdesk.setup.forms import language_field, says_when_empty, zone_field

_SHIFT = re.compile(r"(\d{1,2})[:.]?(\d{2})?\s*(?:-|–|—|to|bis)\s*(\d{1,2})[:.]?(\d{2})?")


class Rules(forms.ModelForm):  # type: ignore[type-arg]
    language = language_field(_("Language of your mail"))
    time_zone = zone_field()

    class Meta:
        model = Desk
        fields = [
            "name", "language", "time_zone", "undo_seconds", "remind_before_minutes",
            "waiting_reminder_days", "waiting_quiet_days", "confirm_quiet_days",
        ]  # fmt: skip
        labels = {
            "undo_seconds": _("A reply can be taken back for, seconds"),
            "remind_before_minutes": _("Owners are reminded before a promise, minutes"),
            "waiting_reminder_days": _("Customers are reminded after, days"),
            "waiting_quiet_days": _("A waiting ticket goes quiet after, days"),
            "confirm_quiet_days": _("A solved ticket counts as solved without a word after, days"),
        }
        help_texts = {
            "name": _("Customers read it above the form and in every mail."),
            "undo_seconds": _("Nothing is mailed before that. At most 60."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, lowest, highest in (
            ("undo_seconds", 0, 60),
            ("remind_before_minutes", 5, 1440),
            ("waiting_reminder_days", 1, 90),
            ("waiting_quiet_days", 2, 365),
            ("confirm_quiet_days", 1, 90),
        ):
            number = self.fields[name]
            number.widget.attrs |= {"min": lowest, "max": highest}
            number.validators.append(_between(lowest, highest))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        reminder, quiet = said.get("waiting_reminder_days"), said.get("waiting_quiet_days")
        if reminder and quiet and quiet <= reminder:
            self.add_error("waiting_quiet_days", _("Make it later than the reminder."))
        return said


def _between(lowest: int, highest: int) -> Any:
    def check(value: int) -> None:
        if not lowest <= value <= highest:
            raise ValidationError(
                _("Choose a number from %(lowest)s to %(highest)s."),
                params={"lowest": lowest, "highest": highest},
            )

    return check


class Hours(forms.Form):
    """One line for each weekday: “9–12, 13–17”. Empty means not open."""

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in WEEKDAYS.items():
            shifts = desk.hours.get(str(day), [])
            self.fields[f"day_{day}"] = says_when_empty(
                forms.CharField(
                    label=name,
                    required=False,
                    max_length=100,
                    initial=", ".join(f"{opens}–{closes}" for opens, closes in shifts),
                    widget=forms.TextInput(attrs={"placeholder": _("not open")}),
                )
            )
        self.fields["holidays"] = forms.CharField(
            label=_("Days off"),
            help_text=_("One on each line, like 2026-12-25. Nobody is expected to answer then."),
            required=False,
            max_length=4000,
            initial="\n".join(desk.holidays),
            widget=forms.Textarea(attrs={"rows": 5}),
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        week = {}
        for day in WEEKDAYS:
            try:
                week[str(day)] = shifts_in(said.get(f"day_{day}", ""))
            except ValidationError as wrong:
                self.add_error(f"day_{day}", wrong)
        if not self.errors and not any(week.values()):
            raise ValidationError(
                _("Open on at least one day; promises are made in opening hours.")
            )
        try:
            said["holidays"] = days_in(said.get("holidays", ""))
        except ValidationError as wrong:
            self.add_error("holidays", wrong)
        return said | {"hours": week}


def shifts_in(text: str) -> list[list[str]]:
    """Read “9–12, 13:00–17:30”. Raises ValidationError with what to do."""
    shifts: list[list[str]] = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", text))):
        match = _SHIFT.fullmatch(part)
        if match is None:
            raise ValidationError(_("Write it like 9:00–12:00, 13:00–17:00, or leave it empty."))
        try:
            opens, closes = time(int(match[1]), int(match[2] or 0)), time(
                int(match[3]), int(match[4] or 0)
            )  # fmt: skip
        except ValueError:
            raise ValidationError(
                _("There is no such time of day. The last one is 23:59.")
            ) from None
        after = time.fromisoformat(shifts[-1][1]) if shifts else time.min
        if closes <= opens or opens < after:
            raise ValidationError(_("Begin before you end, and in the order of the day."))
        shifts.append([f"{opens:%H:%M}", f"{closes:%H:%M}"])
    return shifts


def days_in(text: str) -> list[str]:
    """Read dates, one a line, as 2026-12-25 or 25.12.2026. Raises ValidationError."""
    days = set()
    for line in filter(None, (line.strip() for line in text.splitlines())):
        days.add(_day(line).isoformat())
    return sorted(days)


def _day(line: str) -> date:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(line, pattern).date()  # noqa: DTZ007 -- a date has no zone
        except ValueError:
            continue
    raise ValidationError(
        _("“%(line)s” is no day. Write it like 2026-12-25."), params={"line": line[:40]}
    )


class Look(forms.Form):
    colour = forms.CharField(
        label=_("Colour"),
        max_length=7,
        help_text=_("For links and buttons on your customers’ pages, and above your mail."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP, up to 2 MB. Shown 32 pixels high beside your name."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def clean_colour(self) -> str:
        try:
            red, green, blue = brand.parse(self.cleaned_data["colour"])
        except brand.NotAColour:
            raise ValidationError(_("Write a colour like #2f4bb5.")) from None
        return f"#{red:02x}{green:02x}{blue:02x}"


class Sender(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Desk
        fields = ["sender_name", "sender_address"]
        help_texts = {
            "sender_name": _("Empty: the name of the desk."),
            "sender_address": _(
                "Answers go here. Your mail server must be allowed to send for it."
            ),
        }

    def clean_sender_name(self) -> str:
        return " ".join(str(self.cleaned_data["sender_name"]).split())
