"""The first survey."""

from django import forms
from django.utils.translation import gettext_lazy as _

from feedback.models import Feedback
from tickets.forms.words import WordsField


class FeedbackForm(forms.Form):
    """Is it solved, how easy was it, in your words, may we contact you."""

    is_solved = forms.ChoiceField(
        label=_("Is it solved?"),
        choices=Feedback.Solved.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose yes, partly or no."),
            "invalid_choice": _("Choose yes, partly or no."),
        },
    )
    ease = forms.TypedChoiceField(
        label=_("How easy was it to get help?"),
        choices=[(n, str(n)) for n in range(1, 8)],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose a number from 1 to 7.")},
    )
    words = WordsField(
        label=_("In your words"),
        help_text=_("What went well, what was hard, what should we change?"),
        required=False,
        max_length=4000,
    )
    may_contact = forms.TypedChoiceField(
        label=_("May we contact you about this?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
