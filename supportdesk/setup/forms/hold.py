"""What an admin decides before the desk works by itself again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from supportdesk.models import Hold


class LiftHold(forms.Form):
    """Asks only where there is something to decide: after a hold by hand nothing is in doubt."""

    mails = forms.ChoiceField(
        label=_("Mails that waited when the backup was made"),
        help_text=_("They may have gone out since. The desk cannot know."),
        widget=forms.RadioSelect,
        initial=Hold.Mails.KEEP,
        choices=[
            (
                Hold.Mails.KEEP,
                _("Keep them back. They stand under “Perhaps arrived”, and you send each or not."),
            ),
            (Hold.Mails.SEND, _("Send them now. Some people may get the same mail twice.")),
        ],
    )

    def __init__(self, standing: Hold | None, data: Any = None) -> None:
        super().__init__(data)
        if standing and not standing.data_of:
            del self.fields["mails"]

    @property
    def mails_chosen(self) -> Hold.Mails:
        return Hold.Mails(self.cleaned_data.get("mails", Hold.Mails.SEND))
