"""Customers, and what they are known by."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import OpClass
from django.db import IntegrityError, models, transaction
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from customers.identities import Known
from customers.models.organization import Organization

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Customer(models.Model):
    """A person who needs help, known by one or more identities."""

    name = models.CharField(_("name"), max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization, on_delete=models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    language = models.CharField(max_length=5, default="en")
    created_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    if TYPE_CHECKING:
        identities: RelatedManager["Identity"]

    class Meta:
        indexes = [models.Index(OpClass(Upper("name"), "text_pattern_ops"), name="customer_name")]

    def __str__(self) -> str:
        return self.name or str(_("Customer"))

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else str(self)

    @classmethod
    def known_by(
        cls, known: Known, *, name: str = "", language: str = "en", at: datetime
    ) -> "Identity":
        """Return the identity for an address or number, with its customer; make both if new.

        A name fills an empty one and never replaces another: nobody is renamed
        by who writes. Safe when two requests bring the same new address.
        """
        identity = Identity.objects.select_related("customer").filter(known.as_filter()).first()
        if identity is None:
            try:
                with transaction.atomic():
                    customer = cls.objects.create(
                        name=name.strip()[:120],
                        language=language,
                        created_at=at,
                        organization=_organization_of(known),
                    )
                    identity = Identity.objects.create(
                        kind=known.kind, value=known.value, customer=customer
                    )
            except IntegrityError:
                identity = Identity.objects.select_related("customer").get(known.as_filter())
        if name.strip() and not identity.customer.name:
            cls.objects.filter(pk=identity.customer_id, name="").update(name=name.strip()[:120])
            identity.customer.name = name.strip()[:120]
        return identity


class Identity(models.Model):
    """An e-mail address or a phone number that a customer is known by."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=5, choices=Kind)
    #: Lower-case address, or E.164 number.
    value = models.CharField(max_length=254)
    #: When the person proved, by a mailed link or code that they confirmed, that it is theirs.
    verified_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="identity_once"),
        ]
        indexes = [models.Index(fields=["value"], name="identity_value")]

    def __str__(self) -> str:
        return self.value

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def verify(self, *, at: datetime) -> None:
        """The person confirmed by POST a link or code that was mailed here."""
        if Identity.objects.filter(pk=self.pk, verified_at=None).update(verified_at=at):
            self.verified_at = at


def _organization_of(known: Known) -> Organization | None:
    if known.kind != "email":
        return None
    domain = known.value.rpartition("@")[2]
    return Organization.objects.filter(domains__domain=domain).first()
