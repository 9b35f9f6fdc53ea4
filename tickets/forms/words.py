"""The field for what people write in their own words."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from supportdesk.lib import markup

#: Longer than anybody writes, shorter than what would cost us: about twenty pages.
LONGEST = 50_000
_TOO_LONG = _("That is %(show_value)s characters; there is room for %(limit_value)s.")


class WordsField(forms.CharField):
    """Free text with its line breaks as ``\\n`` and nothing that a database refuses."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(**kwargs)
        too_long = MaxLengthValidator(int(kwargs["max_length"]), message=_TOO_LONG)
        self.validators = [
            too_long if isinstance(one, MaxLengthValidator) else one for one in self.validators
        ]

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return markup.clean_text(text.replace("\r\n", "\n").replace("\r", "\n"))
