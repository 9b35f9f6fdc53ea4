"""What a customer can send from the page of their ticket."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers import identities
from customers.identities import Known
from tickets.forms.words import WordsField


class WriteForm(forms.Form):
    """One more message. Words, files, or both."""

    text = WordsField(label=_("Write to us"), required=False)
    uploads = forms.FileField(label=_("Photos or documents"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    has_files = False

    def clean(self) -> None:
        if not self.cleaned_data.get("text", "").strip() and not self.has_files:
            self.add_error("text", _("Write something, or add a file."))


class NotYetForm(forms.Form):
    """It is not solved: what is still wrong."""

    reason = WordsField(
        label=_("What is still wrong?"),
        error_messages={"required": _("Tell us what is still wrong, so that we don’t guess.")},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class NewLinkForm(forms.Form):
    """The address to which a new link goes, if the ticket is theirs."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Write the address with which you wrote to us.")},
    )

    def clean_email(self) -> Known:
        try:
            return identities.email(self.cleaned_data["email"])
        except ValidationError as reason:
            raise ValidationError(
                _("That is not an e-mail address. One looks like name@example.org.")
            ) from reason
