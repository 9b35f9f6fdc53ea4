"""Links that work once: set-up, invitation, walking into the trial desk."""

from datetime import datetime, timedelta

from django.db import models

from supportdesk.lib import tokens
from supportdesk.models.user import User


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    def usable(self, *, purpose: str, token: str, at: datetime) -> "models.QuerySet[OneTimeLink]":
        """The link that ``token`` opens, if it still does."""
        return self.filter(
            purpose=purpose,
            token_hash=tokens.hashed(token),
            used_at=None,
            expires_at__gt=at,
        )


class OneTimeLink(models.Model):
    """A secret that was given away once. The plain token is stored nowhere."""

    class Purpose(models.TextChoices):
        SET_UP = "set-up"
        INVITATION = "invitation"
        WALK_IN = "walk-in"

    purpose = models.CharField(max_length=12, choices=Purpose)
    token_hash = models.BinaryField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OneTimeLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.purpose} link of {self.created_at:%Y-%m-%d}"

    @classmethod
    def issue(
        cls, *, purpose: Purpose, user: User | None, lasts: timedelta, at: datetime
    ) -> tuple["OneTimeLink", str]:
        """Make a link and return it with its token, which is never seen again."""
        token = tokens.mint()
        link = cls.objects.create(
            purpose=purpose,
            token_hash=tokens.hashed(token),
            user=user,
            created_at=at,
            expires_at=at + lasts,
        )
        return link, token

    def use(self, *, at: datetime) -> bool:
        """Use it up. False if somebody else just did."""
        return bool(type(self).objects.filter(pk=self.pk, used_at=None).update(used_at=at))
