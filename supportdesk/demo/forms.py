"""What the trial desk’s own pages ask."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    """An answer as the customer who got the mail."""

    text = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea,
        max_length=20_000,
        error_messages={"required": _("Write what the customer answers.")},
    )
