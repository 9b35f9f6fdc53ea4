"""An admin looks at what waits, and lets the desk work again."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk import hold, outbox
from supportdesk.models import Delivery, Desk, Hold, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def setup(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def page(client: Client, name: str) -> str:
    answer = client.get(reverse(f"setup:{name}"), secure=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def follow(client: Client, name: str, **said: object) -> str:
    answer = client.post(reverse(f"setup:{name}"), said, secure=True, follow=True)
    return str(answer.content.decode())


def test_an_admin_lifts_a_hold_after_a_look_at_what_waits(setup: Client, admin: User) -> None:
    assert "on hold" not in page(setup, "home")
    assert setup.get(reverse("setup:lift_hold"), secure=True).status_code == 302
    standing = hold.begin(reason=Hold.Reason.BY_HAND, at=timezone.now())
    assert "The desk is on hold" in page(setup, "home")
    seen = page(setup, "lift_hold")
    assert "Somebody put it on hold." in seen
    assert 'name="mails"' not in seen
    follow(setup, "lift_hold")
    assert not Desk.current().is_on_hold
    standing.refresh_from_db()
    assert (standing.lifted_by, standing.mails, standing.kept) == (
        admin, "send", 0,
    )  # fmt: skip


def test_after_a_restore_old_mails_are_kept_back_unless_the_admin_says_otherwise(
    setup: Client,
) -> None:
    at = timezone.now()
    for recipient, written in (
        ("old@mail.example", at),
        ("new@mail.example", at + timedelta(minutes=1)),
    ):
        outbox.queue_mail(
            kind="test", recipient=recipient, payload={}, subject="x", subject_id=1,
            group_key="x", at=written,
        )  # fmt: skip
    standing = hold.begin(reason=Hold.Reason.RESTORED, at=at, data_of=at)
    seen = page(setup, "lift_hold")
    assert "The desk was restored from a backup." in seen
    assert re.findall(r'<dd class="number">(\d+)</dd>', seen) == ["2", "1", "0", "0"]
    assert re.findall(r'name="mails" value="(\w+)"[^>]*checked', seen) == ["keep"]

    assert setup.post(reverse("setup:lift_hold"), {"mails": "burn"}, secure=True).status_code == 200
    assert Desk.current().is_on_hold
    said = follow(setup, "lift_hold", mails="keep")
    assert "1 mail is kept back: look whether it arrived." in said
    states = dict(Delivery.objects.values_list("recipient", "state"))
    assert states == {"old@mail.example": "in_doubt", "new@mail.example": "queued"}
    standing.refresh_from_db()
    assert (standing.mails, standing.kept) == ("keep", 1)
    assert "somebody else was faster" not in page(setup, "home")
