"""A time in which the desk does nothing by itself, and who ended it."""

from datetime import datetime

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from supportdesk.models.user import User


class Hold(models.Model):
    """One hold, from its first moment until somebody lifted it: the record of who decided what.

    Begun and lifted by ``supportdesk.hold`` alone. While it lasts, the row of
    the desk says so, and whatever sends, reads or fires asks ``desk_is_held()``.
    """

    class Reason(models.TextChoices):
        RESTORED = "restored", _("The desk was restored from a backup.")
        MOVED = "moved", _("The database runs on another server than before.")
        BY_HAND = "by hand", _("Somebody put it on hold.")

    class Mails(models.TextChoices):
        """What becomes of mail that may have gone out before, outside of what this desk knows."""

        KEEP = "keep", _("Keep them back")
        SEND = "send", _("Send them")

    reason = models.CharField(max_length=8, choices=Reason)
    began_at = models.DateTimeField()
    #: The moment of the data. What happened from then until ``began_at``, this desk does not know.
    data_of = models.DateTimeField(null=True)

    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    mails = models.CharField(max_length=4, choices=Mails, blank=True)
    #: How many mails were kept back.
    kept = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(lifted_at=None), output_field=models.BooleanField()),
                condition=Q(lifted_at=None),
                name="hold_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.began_at:%Y-%m-%d %H:%M}"

    def leaves_doubt(self, written_at: datetime) -> bool:
        """Whether a mail written then may have gone out without this desk knowing."""
        return self.data_of is not None and written_at <= self.data_of
