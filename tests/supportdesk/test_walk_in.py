"""Walking into the trial desk: printed links, one button, once."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from supportdesk.models import OneTimeLink, Role, User
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
BASE = "http://localhost:8000"


@pytest.fixture
def demo_desk() -> dict[str, User]:
    return {
        role: make_agent(f"Demo {role}", role=role, is_demo=True)
        for role in (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
    }


def printed() -> list[tuple[str, str]]:
    out = io.StringIO()
    call_command("walk_in", base_url=BASE, stdout=out)
    lines = [re.split(r"\s{2,}", line.strip()) for line in out.getvalue().splitlines()]
    return [(words, address.removeprefix(BASE)) for words, address in lines]


def test_it_prints_the_form_three_links_and_the_mailbox(demo_desk: dict[str, User]) -> None:
    ways = printed()
    assert [words for words, _path in ways] == [
        "Customer form", "As an agent", "As a supervisor", "As an admin", "Its mail",
    ]  # fmt: skip
    assert ways[0][1] == "/submit/"
    assert ways[4][1] == "/demo/mailbox/"


def test_a_link_shows_one_button_and_signs_in_once(
    client: Client, demo_desk: dict[str, User]
) -> None:
    path = dict(printed())["As a supervisor"]
    page = client.get(path, secure=True)
    assert "Walk in as Demo" in page.content.decode()
    assert OneTimeLink.objects.filter(used_at=None).count() == 3

    assert client.post(path, secure=True)["Location"] == "/desk/"

    assert client.session["_auth_user_id"] == str(demo_desk[Role.SUPERVISOR].pk)
    assert Client().get(path, secure=True).status_code == 404
    assert Client().post(path, secure=True).status_code == 404


def test_links_of_an_earlier_start_no_longer_work(
    client: Client, demo_desk: dict[str, User]
) -> None:
    path = dict(printed())["As an admin"]
    assert client.get(path, secure=True).status_code == 200
    printed()
    assert client.get(path, secure=True).status_code == 404


def test_a_link_lasts_a_quarter_of_an_hour(client: Client, demo_desk: dict[str, User]) -> None:
    path = dict(printed())["As an agent"]
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = client.get(path, secure=True)
    assert page.status_code == 404
    assert "./desk manage walk_in" in page.content.decode()


@pytest.mark.parametrize("token", ["0", "None", "x" * 5000, "é", "[]"])
def test_no_made_up_token_opens(client: Client, demo_desk: dict[str, User], token: str) -> None:
    printed()
    assert client.get(f"/demo/walk-in/{token}/", secure=True).status_code == 404


def test_a_real_person_is_never_walked_in_as(client: Client, demo_desk: dict[str, User]) -> None:
    path = dict(printed())["As an admin"]
    User.objects.update(is_demo=False)
    assert client.post(path, secure=True).status_code == 404


def test_production_knows_no_such_page(
    client: Client, demo_desk: dict[str, User], settings: object
) -> None:
    path = dict(printed())["As an admin"]
    settings.TRIAL = False  # type: ignore[attr-defined]
    assert client.get(path, secure=True).status_code == 404
    with pytest.raises(CommandError, match="Walk-in links are for the trial desk"):
        call_command("walk_in", base_url=BASE)


def test_an_empty_desk_gets_its_set_up_link(client: Client, db: None) -> None:
    ways = dict(printed())
    assert list(ways) == ["Customer form", "Set it up (once)", "Its mail"]
    assert client.get(ways["Set it up (once)"], secure=True).status_code == 200


def test_a_desk_of_ones_own_prints_where_to_sign_in(admin: User) -> None:
    assert dict(printed())["Sign in"] == "/account/sign-in/"
