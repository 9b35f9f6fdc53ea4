"""What admins type. Forms validate; ``rows`` and ``staff`` write."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from supportdesk.account.forms import zones


def language_field(label: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label or _("Language"), choices=settings.LANGUAGES)


def zone_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(zone, zone) for zone in zones()], initial="UTC"
    )
