import re
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from supportdesk.models import User
from tests.tickets.desk.pages import address, make_fresh, reply_data
from tickets.models import Draft, Ticket


def _keep(browser: Client, ticket: Ticket, text: str, version: object, **fields: str) -> Any:
    data = {"kind": "reply", "text": text, "version": version, "key": str(uuid.uuid4())}
    return browser.post(address("draft", ticket), data | fields)


def test_what_is_written_is_kept_with_its_choices_and_comes_back(browser: Client) -> None:
    ticket = make_fresh()

    answer = _keep(browser, ticket, "Dear Noor, ", 0, then="waiting", cc="boss@mail.example")

    assert answer.json()["version"] == 1
    assert answer.json()["words"].startswith("Saved ")
    page = browser.get(address("ticket", ticket), {"open": "reply"}).content.decode()
    assert "Dear Noor," in page
    assert "boss@mail.example" in page
    assert re.search(r'value="waiting"\s+checked', page)


def test_an_old_window_cannot_write_over_a_newer_draft(browser: Client) -> None:
    ticket = make_fresh()
    _keep(browser, ticket, "one", 0)
    _keep(browser, ticket, "one two", 1)

    late = _keep(browser, ticket, "old", 1)

    assert late.status_code == 409
    assert "newer draft" in late.json()["words"]
    assert Draft.objects.get().text == "one two"


def test_of_one_window_the_later_save_stands_whichever_arrives_first(browser: Client) -> None:
    ticket, window = make_fresh(), str(uuid.uuid4())
    _keep(browser, ticket, "one", 0, key=window, save="1")

    # Leaving the page: the third save, sent before the answer to the second was there.
    third = _keep(browser, ticket, "one two three", 0, key=window, save="3")
    second = _keep(browser, ticket, "one two", 0, key=window, save="2")

    assert (third.status_code, second.status_code) == (200, 200)
    assert Draft.objects.get().text == "one two three"


def test_reply_and_note_have_a_draft_each_and_everybody_their_own(
    browser: Client, agent: User, colleague: User
) -> None:
    ticket = make_fresh()
    _keep(browser, ticket, "of Tomás", 0)
    _keep(browser, ticket, "for us", 0, kind="note")
    browser.force_login(colleague)
    _keep(browser, ticket, "of Priya", 0)

    page = browser.get(address("ticket", ticket)).content.decode()

    assert Draft.objects.count() == 3
    assert "of Priya" in page
    assert "of Tomás" not in page


def test_a_save_that_comes_after_its_message_brings_no_draft_back(browser: Client) -> None:
    ticket = make_fresh()
    written = reply_data(ticket)
    browser.post(address("reply", ticket), written)

    late = _keep(browser, ticket, written["text"], 0, key=written["key"])

    assert late.status_code == 409
    assert not Draft.objects.exists()


def test_nonsense_is_no_error(browser: Client) -> None:
    ticket = make_fresh()

    assert _keep(browser, ticket, "x", 0, kind="secret").status_code == 400
    assert _keep(browser, ticket, "x\x00", 0, key="no key").status_code == 200
    assert _keep(browser, ticket, "x", "-1;").status_code == 409
    assert Draft.objects.get().saved_at <= timezone.now()


def test_a_character_that_no_text_can_hold_is_dropped(browser: Client) -> None:
    ticket = make_fresh()

    answer = _keep(browser, ticket, "a\0b", 0, cc="x\0y", key="\0")

    assert answer.status_code == 200
    draft = Draft.objects.get()
    assert (draft.text, draft.choices["cc"]) == ("ab", "xy")
