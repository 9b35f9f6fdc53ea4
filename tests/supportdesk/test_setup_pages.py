"""Pages that say what went wrong, what isn’t there yet, and what an invited person’s row tells."""

import pytest
from django.test import Client
from django.urls import reverse

from supportdesk import views
from supportdesk.models import Delivery, Desk, User
from supportdesk.setup import staff
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["known-issues", "portal"])
def test_what_is_not_built_says_so_and_leads_to_the_form(client: Client, page: str) -> None:
    said = client.get(f"/{page}/", secure=True)
    assert said.status_code == 200
    assert 'href="/submit/"' in said.content.decode()
    assert '<meta name="robots" content="noindex">' in said.content.decode()


def test_the_reserved_api_answers_honestly(client: Client) -> None:
    answer = client.get("/api/v1/", secure=True)
    assert (answer.status_code, answer["Content-Type"]) == (501, "application/problem+json")


def test_nothing_there_leads_on(client: Client, agent: User) -> None:
    stranger = client.get("/nothing/", secure=True)
    assert stranger.status_code == 404
    assert 'href="/submit/"' in stranger.content.decode()
    client.force_login(agent)
    assert 'href="/desk/"' in client.get("/nothing/", secure=True).content.decode()


def test_a_form_that_is_too_old_says_what_to_do(agent: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/sign-in/", {"login": agent.email}, secure=True)
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()


def test_a_page_that_broke_says_something_human(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Desk:
        raise RuntimeError("secret-host refused secret-user")

    client.raise_request_exception = False
    monkeypatch.setattr(Desk, "current", gone)
    answer = client.get("/submit/", secure=True)
    assert answer.status_code == 500
    assert "Something of ours broke" in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert answer["X-Request-Id"] in answer.content.decode()


def test_every_error_page_carries_the_policy(client: Client) -> None:
    for path in ("/nothing/", "/account/invitation/x/"):
        assert "script-src 'nonce-" in client.get(path, secure=True)["Content-Security-Policy"]
    assert callable(views.broken)


def test_an_invited_persons_page_tells_how_their_mail_stands(client: Client, admin: User) -> None:
    user = staff.invite(
        email="noor@desk.example",
        name="Noor",
        role="agent",
        language="en",
        teams=[],
        by=admin,
        at=NOW,
    )
    client.force_login(admin)
    page = reverse("setup:person", args=[user.pk])
    assert "on its way" in client.get(page, secure=True).content.decode()
    Delivery.objects.update(state="failed", response="550 no such <user>")
    said = client.get(page, secure=True).content.decode()
    assert "could not be sent: 550 no such &lt;user&gt;" in said


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_stranger_chooses_the_language(client: Client, language: str) -> None:
    client.post("/language/", {"language": language, "next": "/account/sign-in/"}, secure=True)
    assert f'lang="{language}"' in client.get("/account/sign-in/", secure=True).content.decode()
