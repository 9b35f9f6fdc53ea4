"""Mail about people’s own accounts. A secret in one is made when it is sent, and kept nowhere."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.http import int_to_base36
from django.utils.translation import gettext as _

from supportdesk import outbox
from supportdesk.lib import letters, tokens
from supportdesk.models import Desk, OneTimeLink, User

INVITATION_LASTS = timedelta(days=7)


def invite(user: User, *, by: User, at: datetime) -> None:
    """Mail somebody the link with which they choose a password."""
    names = {"who": by.name, "desk": Desk.current().name}
    with translation.override(user.language):
        _queue(
            user,
            at=at,
            subject=_("%(who)s invites you to %(desk)s") % names,
            said=_("%(who)s would like you to work at %(desk)s.") % names,
            link_words=_("Choose your password here; the link works once, within seven days:"),
            asks_for={"kind": "invitation", "user": user.pk},
        )


def offer_new_password(email: str, *, at: datetime) -> None:
    """Mail the account of this address a link. Without one, do the same work and keep none of it."""
    user = _with_password(email)
    addressee = user or User(email=email, name="", pk=0)
    with transaction.atomic(), translation.override(addressee.language):
        _queue(
            addressee,
            at=at,
            subject=_("A new password for %(desk)s") % {"desk": Desk.current().name},
            said=_("Somebody asked for a new password for this address."),
            link_words=_("Choose it here; the link works once, within an hour:"),
            after=_("If it wasn’t you, nothing needs to be done: your password stays as it is."),
            asks_for={"kind": "new-password", "user": addressee.pk},
        )
        if user is None:
            transaction.set_rollback(True)


def tell_of_change(what: str, *, user: User, at: datetime) -> None:
    """Tell somebody that their way in has changed. ``what`` is allauth’s name for it."""
    with translation.override(user.language):
        if said := _changes().get(what):
            _queue(
                user,
                at=at,
                subject=said,
                said=said,
                link_words=_("If it wasn’t you, set a new password at once and tell an admin:"),
                link=settings.PUBLIC_BASE_URL + reverse("account_reset_password"),
            )


def _changes() -> dict[str, str]:
    return {
        "account/email/password_changed": _("Your password was changed."),
        "account/email/password_reset": _("Your password was changed."),
        "mfa/email/totp_activated": _("An app was added as your second factor."),
        "mfa/email/totp_deactivated": _("The app is no longer your second factor."),
        "mfa/email/webauthn_added": _("A passkey was added to your account."),
        "mfa/email/webauthn_removed": _("A passkey was removed from your account."),
        "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
    }


def _with_password(email: str) -> User | None:
    """Whoever was invited and never came has nothing to forget: they ask for a new invitation."""
    user = User.objects.filter(email=email, is_active=True).first()
    return user if user and user.has_usable_password() else None


def _queue(
    user: User,
    *,
    at: datetime,
    subject: str,
    asks_for: dict[str, Any] | None = None,
    **words: str,
) -> None:
    greeting = _("Hello %(name)s,") % {"name": user.first_name} if user.name else _("Hello,")
    payload = letters.letter(
        "account/mail/letter",
        {"greeting": greeting, "link": outbox.SECRET_LINK} | words,
        desk=Desk.current(),
        language=user.language,
        subject=subject,
        zone=user.zone,
    )
    if asks_for:
        payload["link"] = asks_for
    outbox.queue_mail(
        kind="account",
        recipient=user.email,
        payload=payload,
        subject="supportdesk.user",
        subject_id=user.pk,
        group_key=f"user:{user.pk}",
        at=at,
        is_automatic=True,
    )


# --- The secrets, made by the outbox when it sends ------------------------------------------------


def _invitation_url(wanted: dict[str, Any], secret: str) -> str:
    return settings.PUBLIC_BASE_URL + reverse("invitation", args=[secret])


def _keep_invitation(wanted: dict[str, Any], secret: str, at: datetime) -> None:
    """Let the mailed link in, and no older one."""
    revoke_invitations(wanted["user"], at=at)
    OneTimeLink.objects.create(
        purpose=OneTimeLink.Purpose.INVITATION,
        token_hash=tokens.hashed(secret),
        user_id=wanted["user"],
        created_at=at,
        expires_at=at + INVITATION_LASTS,
    )


def revoke_invitations(user_id: int, *, at: datetime) -> None:
    OneTimeLink.objects.filter(
        user_id=user_id, purpose=OneTimeLink.Purpose.INVITATION, used_at=None
    ).update(used_at=at)


def _new_password_url(wanted: dict[str, Any], secret: str) -> str:
    """Django’s own token: a seal over password and last sign-in, so that one use breaks it."""
    user = User.objects.get(pk=wanted["user"])
    path = reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": int_to_base36(user.pk),
            "key": default_token_generator.make_token(user),
        },
    )
    return settings.PUBLIC_BASE_URL + path


def _keep_nothing(wanted: dict[str, Any], secret: str, at: datetime) -> None:
    """A seal needs no row."""


outbox.register_link("invitation", outbox.Link(url=_invitation_url, keep=_keep_invitation))
outbox.register_link("new-password", outbox.Link(url=_new_password_url, keep=_keep_nothing))
