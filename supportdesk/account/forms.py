"""What people type to prove who they are. allauth’s forms with our words and limits."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supportdesk import sign_in
from supportdesk.account import mails
from supportdesk.lib import limits
from supportdesk.lib.network import client_address, network_of
from supportdesk.models import User

#: More than any person types, and little enough to hash in an instant.
LONGEST_PASSWORD = 500
PASSWORD_HELP = _(
    "At least 10 characters. Three or four words that don’t belong together are good."
)
EMAIL = forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})


class Password(forms.CharField):
    """A password that somebody has, or (``is_new``) chooses now."""

    def __init__(self, label: Any, *, is_new: bool = False, **kwargs: Any) -> None:
        attrs = {"autocomplete": "new-password" if is_new else "current-password"}
        kwargs.setdefault("help_text", PASSWORD_HELP if is_new else "")
        super().__init__(
            label=label,
            strip=False,
            max_length=LONGEST_PASSWORD,
            widget=forms.PasswordInput(attrs=attrs),
            **kwargs,
        )


class SignIn(account.LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(label=_("E-mail"), widget=EMAIL)
        self.fields["password"] = Password(_("Password"))
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        return str(self.cleaned_data["login"]).strip().lower()


class Reauthenticate(account.ReauthenticateForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = Password(_("Password"))


class ChangePassword(account.ChangePasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"] = Password(_("Password now"))
        self.fields["password1"] = Password(_("New password"), is_new=True)
        del self.fields["password2"]

    def clean_oldpassword(self) -> str:
        # A guess is a guess, whichever form it is typed into.
        sign_in.refuse_too_many(
            context.request,
            email=self.user.email,
            at=timezone.now(),  # noqa: TID251 -- allauth’s view knows no moment
        )
        return str(super().clean_oldpassword())

    def clean_password1(self) -> str:
        return _good(self.cleaned_data["password1"], self.user)


class FirstPassword(account.SetPasswordForm):  # type: ignore[misc]
    """For somebody who has none: they walked in by a link, or sign in by passkey alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"] = Password(_("New password"), is_new=True)
        del self.fields["password2"]

    def clean_password1(self) -> str:
        return _good(self.cleaned_data["password1"], self.user)


class ForgotPassword(account.ResetPasswordForm):  # type: ignore[misc]
    """Always the same answer, after the same work, whether or not there is such an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(label=_("E-mail"), widget=EMAIL)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        at = timezone.now()  # noqa: TID251 -- allauth’s view knows no moment
        email = str(self.cleaned_data["email"])
        within = [
            limits.allowed("reset", who, times=times, seconds=seconds, at=at)
            for who, (times, seconds) in {
                network_of(client_address(request)): settings.PASSWORD_RESET_LIMIT_PER_NETWORK,
                email: settings.PASSWORD_RESET_LIMIT_PER_ACCOUNT,
            }.items()
        ]
        if all(within):
            mails.offer_new_password(email, at=at)
        return email


class NewPassword(account.ResetPasswordKeyForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"] = Password(_("New password"), is_new=True)
        del self.fields["password2"]

    def clean_password1(self) -> str:
        return _good(self.cleaned_data["password1"], self.user)


class _CodeOnce:
    """Counts each code in Postgres, and lets a good one through once, even if it comes twice."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field()  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        at = timezone.now()  # noqa: TID251 -- allauth’s view knows no moment
        sign_in.refuse_too_many_codes(self.user, at=at)
        code = "".join(super().clean_code().split())  # type: ignore[misc]
        if not limits.allowed("code-used", f"{self.user.pk}:{code}", times=1, seconds=180, at=at):
            raise ValidationError(sign_in.Adapter.error_messages["incorrect_code"])
        return code


class Code(_CodeOnce, codes.AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgain(_CodeOnce, codes.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateApp(ActivateTOTPForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = _code_field()


class AddPasskey(AddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know it again: “Laptop”, “Blue key”.")
        self.fields["name"].max_length = 60
        self.fields["passwordless"].label = _("Sign in with this passkey alone, without a password")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True


class Invited(forms.Form):
    """What an invited person adds to what the admin knew."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        help_text=_("Customers read your first name."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = Password(_("Password"), is_new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"name": user.name}})
        self.user = user

    def clean_password(self) -> str:
        return _good(self.cleaned_data["password"], self.user)


class Profile(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(zone, zone) for zone in zones()]
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme", "signature"]
        labels = {"theme": _("Light or dark")}
        help_texts = {
            "name": _("Customers read your first name."),
            "signature": _("Stands under every reply."),
        }
        widgets = {"signature": forms.Textarea(attrs={"rows": 4})}


def zones() -> list[str]:
    """Return the time zones that a person would know by name: “Europe/Berlin”."""
    continents = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")
    known = (*continents, "Pacific/")
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(known))]


def _code_field() -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=_("Code"), max_length=20, widget=forms.TextInput(attrs=attrs))


def _good(password: str, user: User | None) -> str:
    validate_password(password, user)
    return password
