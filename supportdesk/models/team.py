"""People who work together."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from supportdesk.models.user import User


class Team(models.Model):
    """Staff who work together. Until a ticket has an owner, its team’s lead is accountable."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    lead = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="leads"
    )
    members = models.ManyToManyField(User, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
