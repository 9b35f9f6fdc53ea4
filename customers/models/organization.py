"""The companies that customers belong to."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A company. A customer who writes from one of its mail domains belongs to it."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    #: Its people may see each other’s tickets once they sign in.
    shares_tickets = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(models.Model):
    """A mail domain that belongs to one organization, lower case."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.domain
