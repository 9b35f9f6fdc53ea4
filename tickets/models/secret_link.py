"""The links by which customers reach their ticket without a password."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from customers.models import Identity
from supportdesk.lib import tokens

LASTS = timedelta(days=30)


class SecretLinkQuerySet(models.QuerySet["SecretLink"]):
    def usable(self, *, at: datetime) -> "SecretLinkQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=at)

    def opened_by(self, token: str) -> "SecretLinkQuerySet":
        """The link with this token, usable or not."""
        return self.filter(token_hash=tokens.hashed(token))


class SecretLink(models.Model):
    """A way into one ticket. Only the hash of its token is stored.

    Minted when a mail is sent, and thirty days from its last use it ends.
    """

    ticket = models.ForeignKey(
        "tickets.Ticket", on_delete=models.CASCADE, related_name="secret_links"
    )
    #: Whose address it was mailed to; opening it by POST proves that it is theirs.
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, null=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = SecretLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="secret_link_lasts"
            ),
        ]

    def __str__(self) -> str:
        return f"link to #{self.ticket_id} of {self.issued_at:%Y-%m-%d}"

    @classmethod
    def mint(cls, *, ticket_id: int, identity: Identity | None, at: datetime) -> str:
        """Make a link and return its token, which is stored nowhere."""
        token = tokens.mint()
        cls.objects.create(
            ticket_id=ticket_id,
            identity=identity,
            token_hash=tokens.hashed(token),
            issued_at=at,
            expires_at=at + LASTS,
        )
        return token

    def extend(self, *, at: datetime) -> None:
        """It was used: thirty more days. Does nothing to a link that has ended."""
        type(self).objects.usable(at=at).filter(pk=self.pk).update(expires_at=at + LASTS)
