"""From an invitation to somebody who signs in."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk import outbox
from supportdesk.lib import tokens
from supportdesk.models import Delivery, OneTimeLink, Role, User
from supportdesk.outbox import registry
from tests.factories import make_team

pytestmark = pytest.mark.django_db
SAID = {"name": "Noor Haddad", "password": "three odd words"}


@pytest.fixture
def setup(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def invite(setup: Client, **said: Any) -> User:
    about = {"email": "Noor@Desk.example", "name": "Noor", "role": "agent", "language": "de"}
    answer = setup.post(reverse("setup:invite"), about | said, secure=True)
    assert answer["Location"] == "/setup/people/"
    return User.objects.get(email="noor@desk.example")


def mailed(mail: Delivery | None = None) -> str:
    """What the outbox does when it sends: mint, write into the mail, keep the hash."""
    mail = mail or Delivery.objects.latest("created_at")
    wanted, secret = mail.payload["link"], tokens.mint()
    link = registry.links[wanted["kind"]]
    url = link.url(wanted, secret)
    link.keep(wanted, secret, timezone.now())
    return url.removeprefix(settings.PUBLIC_BASE_URL)


def test_an_invited_person_chooses_a_password_and_is_in(setup: Client) -> None:
    team = make_team()
    user = invite(setup, role="supervisor", teams=[team.pk])
    mail = Delivery.objects.get()
    assert (mail.recipient, user.role, list(user.teams.all())) == (
        "noor@desk.example", Role.SUPERVISOR, [team],
    )  # fmt: skip
    assert outbox.SECRET_LINK in mail.payload["text"]
    theirs = Client()
    link = mailed()
    assert "noor@desk.example" in theirs.get(link, secure=True).content.decode()

    answer = theirs.post(link, SAID, secure=True)

    assert answer["Location"] == "/desk/"
    user.refresh_from_db()
    assert (user.name, user.check_password("three odd words")) == ("Noor Haddad", True)
    assert user.joined_at is not None
    assert theirs.get("/account/profile/", secure=True).status_code == 200


def test_the_link_works_once(setup: Client) -> None:
    user = invite(setup)
    link = mailed()
    Client().post(link, SAID, secure=True)
    for answer in (
        Client().get(link, secure=True),
        Client().post(link, SAID | {"password": "somebody elses"}, secure=True),
    ):
        assert answer.status_code == 404
        assert "This invitation is over" in answer.content.decode()
    user.refresh_from_db()
    assert user.check_password("three odd words")


def test_looking_at_it_changes_nothing(setup: Client) -> None:
    invite(setup)
    link = mailed()
    before = list(OneTimeLink.objects.values()), list(User.objects.order_by("pk").values())
    Client().get(link, secure=True)
    assert (
        list(OneTimeLink.objects.values()),
        list(User.objects.order_by("pk").values()),
    ) == before


def test_it_is_over_after_seven_days(setup: Client) -> None:
    invite(setup)
    link = mailed()
    kept = OneTimeLink.objects.get()
    assert kept.expires_at - kept.created_at == timedelta(days=7)
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(link, SAID, secure=True).status_code == 404


@pytest.mark.parametrize("token", ["0", "None", "[]", "é", "x" * 3000, "%00"])
def test_no_made_up_invitation_opens(setup: Client, token: str) -> None:
    invite(setup)
    mailed()
    assert Client().post(f"/account/invitation/{token}/", SAID, secure=True).status_code == 404


def test_a_tampered_link_does_not_open(setup: Client) -> None:
    invite(setup)
    link = mailed()
    other = link[:-2] + ("A" if link[-2] != "A" else "B") + "/"
    assert Client().post(other, SAID, secure=True).status_code == 404
    assert Client().get(link, secure=True).status_code == 200


def test_a_weak_password_is_said_beside_the_field_and_nothing_is_used_up(setup: Client) -> None:
    invite(setup)
    link = mailed()
    page = Client().post(link, SAID | {"password": "short"}, secure=True).content.decode()
    assert "Noor Haddad" in page
    assert "field__error" in page
    assert Client().post(link, SAID, secure=True).status_code == 302


def test_a_new_invitation_ends_the_old_one_when_it_is_sent(setup: Client) -> None:
    user = invite(setup)
    old = mailed()
    setup.post(reverse("setup:invite_again", args=[user.pk]), secure=True)
    assert Client().get(old, secure=True).status_code == 200

    new = mailed()

    assert Client().get(old, secure=True).status_code == 404
    assert Client().get(new, secure=True).status_code == 200


def test_whoever_is_here_is_not_invited_again(setup: Client, agent: User) -> None:
    setup.post(reverse("setup:invite_again", args=[agent.pk]), secure=True)
    assert not Delivery.objects.exists()
    page = setup.post(
        reverse("setup:invite"),
        {"email": agent.email.upper(), "name": "X", "role": "agent", "language": "en"},
        secure=True,
    ).content.decode()
    assert "Tomás Oliveira has this address and is here already." in page


def test_switched_off_before_coming_the_invitation_is_over(setup: Client) -> None:
    user = invite(setup)
    link = mailed()
    setup.post(reverse("setup:deactivate", args=[user.pk]), secure=True)
    assert Client().get(link, secure=True).status_code == 404


def test_an_invited_person_cannot_sign_in_or_forget_a_password(setup: Client) -> None:
    invite(setup)
    stranger = Client()
    stranger.post("/account/password/forgotten/", {"email": "noor@desk.example"}, secure=True)
    assert Delivery.objects.count() == 1
    answer = stranger.post(
        "/account/sign-in/", {"login": "noor@desk.example", "password": "!"}, secure=True
    )
    assert answer.status_code == 200


def test_the_mail_speaks_the_invited_persons_language(setup: Client) -> None:
    user = invite(setup)
    assert user.language == "de"
    assert Delivery.objects.get().payload["from"][1] == "desk@desk.localhost"
