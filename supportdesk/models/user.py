"""Staff: who they are, what they may, and how they like to read."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Admin")


class Theme(models.TextChoices):
    SYSTEM = "system", _("As on this device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("Choose a time zone from the list."))


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person; without a password they can only sign in by a link."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who works at the desk. They sign in with their e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.AGENT)
    language = models.CharField(_("language"), max_length=5, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="UTC", validators=[check_time_zone]
    )
    signature = models.TextField(_("signature"), max_length=500, blank=True)
    theme = models.CharField(_("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(null=True)
    #: Raised to end every session of this person: each carries it in its seal.
    session_round = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def introduce(
        self, *, name: str, language: str, time_zone: str, theme: str, signature: str
    ) -> None:
        """Say what one is called and how one likes to read."""
        self._write(
            name=name, language=language, time_zone=time_zone, theme=theme, signature=signature
        )

    def join(self, *, name: str, password: str, at: datetime) -> None:
        """Take up an invitation: from here on this is somebody who signs in."""
        self.set_password(password)
        self._write(name=name, password=self.password, joined_at=self.joined_at or at)

    def end_sessions(self) -> None:
        """Sign this person out everywhere, at their next click."""
        self._write(session_round=self.session_round + 1)

    @property
    def first_name(self) -> str:
        """What a customer reads: “Tomás”."""
        return self.name.split()[0] if self.name.split() else self.email

    @property
    def is_supervisor(self) -> bool:
        return self.role in {Role.SUPERVISOR, Role.ADMIN}

    @property
    def is_admin(self) -> bool:
        return bool(self.role == Role.ADMIN)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def _write(self, **columns: Any) -> None:
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=list(columns))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """The seal of a session: broken by a new password, or by a new round."""
        said = f"{self.password}:{self.session_round}"
        return salted_hmac(
            "supportdesk.session", said, secret=secret, algorithm="sha256"
        ).hexdigest()
