"""What people are told while Postgres is away. It is cut off for real where a request meets it."""

import html
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, connection, connections
from django.http import HttpResponse
from django.test import Client

from supportdesk.lib import not_now
from supportdesk.models import User
from tests.factories import make_queue, make_ticket
from tests.faults.points import lose_the_backend
from tickets.models import Message, Ticket

GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT,de;q=0.8"}
KEY = str(uuid.UUID(int=7))


@pytest.fixture
def away(django_db_blocker: Any) -> Iterator[None]:
    """Nobody listens where Postgres should be, and no connection is left."""
    there = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": "9"}
        yield
        connection.close()
        connection.settings_dict |= there


@pytest.fixture
def browser() -> Client:
    client = Client()
    client.raise_request_exception = False
    return client


def said(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def fields_of(page: str) -> dict[str, str]:
    """What the form of this page would send."""
    hidden = re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page)
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    fields = {name: html.unescape(value) for name, value in hidden}
    return fields | ({"text": html.unescape(text[1])} if text else {})


# --- Nobody is there --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/submit/", "/desk/", "/account/sign-in/", "/t/10001/"])
def test_a_page_says_when_to_come_back(away: None, browser: Client, page: str) -> None:
    answer = browser.get(page, secure=True, headers={"cookie": "__Host-sessionid=abc"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "This usually passes within a minute." in said(answer)
    assert "127.0.0.1" not in said(answer)
    assert f'href="{page}"' in said(answer)


def test_it_speaks_the_language_of_the_browser(away: None, browser: Client) -> None:
    answer = browser.get("/submit/", secure=True, **GERMAN)
    assert "Gleich wieder da" in said(answer)
    assert answer["Content-Language"] == "de"


def test_what_was_typed_is_in_the_page_and_can_be_sent_again(away: None, browser: Client) -> None:
    typed = {
        "key": KEY, "text": "\nIt blew <b>away</b>\r\n\"really\"", "email": "noor@mail.example",
        "csrfmiddlewaretoken": "t" * 32,
    }  # fmt: skip
    page = browser.post("/submit/?topic=3", typed, secure=True).content.decode()
    assert fields_of(page) == {**typed, "text": typed["text"]}
    assert 'action="/submit/?topic=3"' in page
    assert "<b>away</b>" not in page


def test_files_are_named_and_have_to_be_chosen_again(away: None, browser: Client) -> None:
    file = SimpleUploadedFile("<tent>.png", b"x")
    page = browser.post("/submit/", {"key": KEY, "text": "x", "files": file}, secure=True)
    assert "Your files have to be chosen again" in said(page)
    assert b"&lt;tent&gt;.png" in page.content
    assert 'enctype="multipart/form-data"' in said(page)


def test_what_may_count_twice_is_not_offered_again(away: None, browser: Client) -> None:
    form = {"login": "a@mail.example", "password": "very secret"}
    page = said(browser.post("/account/sign-in/", form, secure=True))
    assert "go back with your browser’s arrow" in page
    assert "<form" not in page
    assert "secret" not in page


def test_a_part_of_a_page_gets_a_sentence_and_a_script_an_object(
    away: None, browser: Client
) -> None:
    part = browser.get("/desk/", secure=True, headers={"HX-Request": "true"})
    assert (part.status_code, part["Content-Type"]) == (503, "text/plain; charset=utf-8")
    assert said(part) == "We can’t get at our records right now. Try again in a moment."
    for headers in ({"Sec-Fetch-Dest": "empty"}, {"Accept": "application/json"}):
        script = browser.post("/desk/tickets/1/draft/", {"key": KEY}, secure=True, headers=headers)
        assert (script.status_code, script["Content-Type"]) == (503, "application/problem+json")
        assert script.json()["words"].startswith("We can’t get at our records")


def test_the_process_lives_and_is_not_ready(away: None, browser: Client) -> None:
    assert browser.get("/healthz", secure=True).status_code == 200
    ready = browser.get("/readyz", secure=True)
    assert (ready.status_code, ready.json()["down"]) == (503, ["database", "migrations", "hold"])


# --- It goes in the middle --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_in_the_middle_and_the_same_again(
    browser: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the commit itself: whether it was done, nobody can say; sent again, it is there once."""
    ticket = make_ticket(queue=make_queue(team=agent.teams.get()), owner=agent)
    browser.force_login(agent)
    form = {
        "text": "We look for it.", "to": "", "cc": "", "then": "open", "next": "",
        "kind": "update", "seen": ticket.thread_version, "key": KEY, "version": 0,
    }  # fmt: skip
    reply, cut = Ticket.reply, []

    def cut_off(self: Ticket, **how: Any) -> Message:
        message = reply(self, **how)
        if not cut:
            cut.append(lose_the_backend("commit, before"))
        return message

    monkeypatch.setattr(Ticket, "reply", cut_off)
    address = f"/desk/tickets/{ticket.pk}/reply/"
    away = browser.post(address, form, secure=True)
    assert (away.status_code, away["Retry-After"]) == (503, "10")
    connections.close_all()

    again = fields_of(away.content.decode())
    assert again["text"] == "We look for it."
    assert browser.post(address, again, secure=True).status_code == 302
    assert browser.post(address, again, secure=True).status_code == 302
    assert [one.text for one in Message.objects.filter(key=KEY)] == ["We look for it."]


# --- What it is not ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["SET LOCAL statement_timeout = 20; SELECT pg_sleep(1)", "SELECT * FROM nothing_here"],
)
def test_a_statement_that_fails_is_a_fault_of_ours(statement: str) -> None:
    with pytest.raises(DatabaseError) as failed, connection.cursor() as cursor:
        cursor.execute(statement)
    assert not not_now.is_about(failed.value)


def test_what_hides_it_is_looked_behind() -> None:
    hiding = KeyError("x")
    assert not not_now.is_about(hiding)
    hiding.__context__ = OperationalError("server closed the connection unexpectedly")
    assert not_now.is_about(hiding)
