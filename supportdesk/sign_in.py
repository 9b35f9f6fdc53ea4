"""How staff sign in: allauth’s ways, our limits, words and mail."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from supportdesk.account import mails
from supportdesk.lib import limits
from supportdesk.lib.network import client_address, network_of
from supportdesk.models import User

TOO_MANY_TRIES = _("Too many tries. Wait a quarter of an hour, then try again.")


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: people are invited."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off. Ask an admin of your desk."),
        "email_password_mismatch": _(
            "No account with this e-mail and password. Look for a typing error, "
            "or set a new password."
        ),
        "enter_current_password": _("This is not your password now."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code doesn’t fit. Wait for the next one and type that."),
        "invalid_password_reset": _("This link no longer works."),
        "rate_limited": TOO_MANY_TRIES,
        "too_many_login_attempts": TOO_MANY_TRIES,
    }
    #: What allauth may say when something is done. What isn’t here is said by the page.
    sentences = {
        "account/messages/password_changed.txt": _("Your new password holds from now on."),
        "mfa/messages/totp_activated.txt": _("The app is your second factor now."),
        "mfa/messages/totp_deactivated.txt": _("The app is no longer asked for."),
        "mfa/messages/webauthn_added.txt": _("The passkey is added."),
        "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def is_safe_url(self, url: str | None) -> bool:
        """A path of this desk, and nothing that a browser could read as another host."""
        return bool(url and url.startswith("/")) and url_has_allowed_host_and_scheme(
            url, allowed_hosts=None
        )

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Type your password instead"),
            "mfa_reauthenticate": _("Type a code instead"),
            "mfa_reauthenticate:webauthn": _("Use a passkey instead"),
        }
        ways = super().get_reauthentication_methods(user)
        return [way | {"description": words[way["id"]]} for way in ways]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; known and unknown accounts alike."""
        refuse_too_many(request, email=str(credentials.get("email", "")), at=_now())

    def set_password(self, user: User, password: str) -> None:
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        said = message or self.sentences.get(message_template or "")
        if said:
            super().add_message(request, level, message=str(said), extra_tags=extra_tags)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell the owner of an account what happened to it, in case it wasn’t them."""
        mails.tell_of_change(template_prefix, user=user, at=_now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError(f"{template_prefix}: mail goes through supportdesk.account.mails")


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, sealed in the database with keys that are made from ``SECRET_KEY``."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Adapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _seal().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # noqa: A002 -- allauth’s
        return str(_("Passkey"))


def refuse_too_many(request: HttpRequest, *, email: str, at: datetime) -> None:
    """Count one try to sign in. Raises ValidationError once there were too many."""
    tries = {
        network_of(client_address(request)): settings.SIGN_IN_LIMIT_PER_NETWORK,
        email.strip().lower(): settings.SIGN_IN_LIMIT_PER_ACCOUNT,
    }
    for who, (times, seconds) in tries.items():
        if not limits.allowed("sign-in", who, times=times, seconds=seconds, at=at):
            raise ValidationError(TOO_MANY_TRIES, code="too_many_login_attempts")


def refuse_too_many_codes(user: User, *, at: datetime) -> None:
    """Count one code of a second factor. Raises ValidationError once there were too many."""
    times, seconds = settings.SECOND_FACTOR_LIMIT
    if not limits.allowed("code", str(user.pk), times=times, seconds=seconds, at=at):
        raise ValidationError(TOO_MANY_TRIES, code="too_many_login_attempts")


def sign_in(request: HttpRequest, user: User) -> None:
    """Sign somebody in who proved who they are by a one-time link."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 -- allauth calls its adapter without a moment


def _seal() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(str(secret))) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"second factor:" + secret.encode()).digest())
