"""Who somebody is: known by address or number, named once, proved once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from customers import identities
from customers.models import Customer, Identity, Organization
from tests.factories import NOW, make_identity

NOOR = identities.email("noor@mail.example")
LATER = NOW + timedelta(days=1)


def test_a_new_address_is_a_new_customer(db: None) -> None:
    identity = Customer.known_by(NOOR, name=" Noor El-Amin ", language="de", at=NOW)
    assert (identity.kind, identity.value) == ("email", "noor@mail.example")
    assert identity.verified_at is None
    customer = identity.customer
    assert (customer.name, customer.language, customer.created_at) == ("Noor El-Amin", "de", NOW)
    assert customer.first_name == "Noor"


def test_a_known_address_is_the_same_customer_however_it_is_typed(db: None) -> None:
    first = Customer.known_by(NOOR, name="Noor", at=NOW)
    again = Customer.known_by(identities.email("NOOR@mail.EXAMPLE"), name="Noor", at=LATER)
    assert again == first
    assert (Customer.objects.count(), Identity.objects.count()) == (1, 1)


def test_nobody_is_renamed_by_who_writes(db: None) -> None:
    Customer.known_by(NOOR, at=NOW)
    assert str(Customer.objects.get()) == "Customer"
    assert Customer.known_by(NOOR, name="Noor", at=LATER).customer.name == "Noor"
    assert Customer.known_by(NOOR, name="Mallory", at=LATER).customer.name == "Noor"
    assert Customer.objects.get().name == "Noor"


def test_an_endless_name_is_cut(db: None) -> None:
    assert len(Customer.known_by(NOOR, name="N" * 500, at=NOW).customer.name) == 120


def test_the_domain_says_which_organization(db: None) -> None:
    company = Organization.objects.create(name="Canal Cycles")
    company.domains.create(domain="canal.example")
    at_work = Customer.known_by(identities.email("noor@canal.example"), at=NOW)
    elsewhere = Customer.known_by(identities.email("noor@notcanal.example"), at=NOW)
    assert at_work.customer.organization == company
    assert elsewhere.customer.organization is None


def test_proved_once_it_keeps_the_first_moment(db: None) -> None:
    identity = make_identity(is_verified=False)
    assert not identity.is_verified
    other = Identity.objects.get(pk=identity.pk)
    identity.verify(at=NOW)
    other.verify(at=LATER)
    identity.refresh_from_db()
    assert (identity.is_verified, identity.verified_at) == (True, NOW)


@pytest.mark.django_db(transaction=True)
def test_the_same_new_address_in_two_requests_is_one_customer() -> None:
    found: list[Identity] = []
    start = threading.Barrier(4)

    def come() -> None:
        try:
            start.wait(5)
            found.append(Customer.known_by(NOOR, name="Noor", at=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=come) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(found) == 4
    assert {identity.pk for identity in found} == {Identity.objects.get().pk}
    assert {identity.customer_id for identity in found} == {Customer.objects.get().pk}
