"""The first form of all."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from supportdesk.account.forms import Password
from supportdesk.models import User
from supportdesk.setup.forms import language_field, zone_field


class First(forms.Form):
    desk_name = forms.CharField(
        label=_("What is your desk called?"),
        max_length=80,
        help_text=_("Customers read it above the form and in every mail."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "organization"}),
    )
    desk_language = language_field()
    desk_time_zone = zone_field()
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = Password(_("Password"), is_new=True)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"desk_language": language}})

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Somebody here has this address already. Choose another."))
        return email

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if password := said.get("password"):
            person = User(email=said.get("email", ""), name=said.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as weak:
                self.add_error("password", weak)
        return said
