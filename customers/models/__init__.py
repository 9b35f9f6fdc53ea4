"""The people who need help."""

from customers.models.customer import Customer, Identity
from customers.models.organization import Organization, OrganizationDomain

__all__ = ["Customer", "Identity", "Organization", "OrganizationDomain"]
