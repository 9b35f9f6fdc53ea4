"""What admins type. Forms validate; ``rows`` and ``staff`` write."""

from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from supportdesk.account.forms import zones

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


def language_field(label: "StrOrPromise" = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label or _("Language"), choices=settings.LANGUAGES)


def says_when_empty(field: forms.Field) -> forms.Field:
    """Mark a field whose empty answer is a sentence of its own: it need not say “(optional)”."""
    field.says_when_empty = True  # type: ignore[attr-defined]
    return field


def zone_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(zone, zone) for zone in zones()], initial="UTC"
    )
