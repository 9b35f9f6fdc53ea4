"""An agent’s hands: keys, drafts, news while writing, and a second thought."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningDesk
from tests.browser.steps import open_sheet, signed_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
TEXT = "form[data-sheet={}] .composer__text"


def _a_ticket(page: Page, desk: RunningDesk, place: int) -> str:
    """The address of a ticket that nobody has taken yet."""
    page.goto(f"{desk.url}/desk/?view=unassigned")
    number = page.locator("[data-row]").nth(place).get_attribute("id")
    assert number
    return f"{desk.url}/desk/tickets/{number.removeprefix('t')}/"


def test_from_the_list_and_back_without_the_mouse(
    running_desk: RunningDesk, browse: OpenPage
) -> None:
    page = signed_in(browse, running_desk, "agent")
    page.goto(f"{running_desk.url}/desk/?view=all")

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-row]").nth(1)
    expect(second).to_have_class(re.compile("row--open"))
    expect(page.locator("#preview")).to_contain_text(second.locator(".row__about").inner_text())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/tickets/\d+/"))
    page.wait_for_load_state()

    # What is typed is never a shortcut.
    page.keyboard.press("n")
    page.keyboard.type("e r u n")
    expect(page.locator(TEXT.format("note"))).to_have_value("e r u n")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/desk/\?view=all"))


def test_a_draft_outlives_its_window(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "agent")
    ticket = _a_ticket(page, running_desk, 0)
    page.goto(ticket)
    open_sheet(page, "Note", "n").locator(".composer__text").fill("Half a thought")
    expect(page.locator("form[data-sheet=note] [data-saved]")).to_contain_text("Saved")

    # At once, without the pause in which it is saved: leaving saves it.
    page.locator(TEXT.format("note")).fill("Half a thought more")
    page.goto(f"{running_desk.url}/desk/")
    again = signed_in(browse, running_desk, "agent")
    again.goto(f"{ticket}?open=note")

    expect(again.locator(TEXT.format("note"))).to_have_value("Half a thought more")


def test_news_come_while_one_writes_and_stop_what_was_not_read(
    running_desk: RunningDesk, browse: OpenPage
) -> None:
    page = signed_in(browse, running_desk, "agent", expects={409})
    other = signed_in(browse, running_desk, "supervisor")
    ticket = _a_ticket(page, running_desk, 1)
    page.goto(ticket)
    page.locator("summary", has_text="This is a complaint").click()
    quote = page.locator("#context-body textarea")
    quote.fill("You failed me.")
    quote.blur()
    open_sheet(page, "Reply", "r").locator(".composer__text").fill("Dear customer,")

    other.goto(ticket)
    note = open_sheet(other, "Note", "n")
    note.locator(".composer__text").fill("Wait: the courier rang.")
    note.locator("[data-send]").click()

    # It appears above; the text, and the place in it, stay.
    expect(page.locator("#entries")).to_contain_text("the courier rang", timeout=15_000)
    expect(page.locator(TEXT.format("reply"))).to_have_value("Dear customer,")
    expect(page.locator(TEXT.format("reply"))).to_be_focused()
    expect(quote).to_have_value("You failed me.")
    expect(quote).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("form[data-sheet=reply]")).to_contain_text("Have a look first.")
    expect(page.locator(TEXT.format("reply"))).to_have_value("Dear customer,")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#entries")).to_contain_text("Dear customer,")

    # A second thought: the words come back.
    page.locator("#flashes").get_by_role("button", name="Undo").click()
    expect(page.locator(TEXT.format("reply"))).to_have_value("Dear customer,")
    expect(page.locator("#entries")).not_to_contain_text("Dear customer,")


def test_taking_a_ticket_leaves_what_is_written_alone(
    running_desk: RunningDesk, browse: OpenPage
) -> None:
    page = signed_in(browse, running_desk, "agent", expects={503})
    page.goto(_a_ticket(page, running_desk, 2))

    # As the desk answers while Postgres is away: it is said, and nothing typed is lost.
    sentence = "We can’t get at our records right now. Try again in a moment."
    away = {"status": 503, "body": sentence, "content_type": "text/plain; charset=utf-8"}
    page.route(re.compile("/(take|draft)/"), lambda route: route.fulfill(**away))
    open_sheet(page, "Reply", "r").locator(".composer__text").fill("A sentence")
    said = page.locator("form[data-sheet=reply] [data-saved]")
    expect(said).to_have_text(said.get_attribute("data-failed") or "")
    page.get_by_role("button", name="Take it").click()
    expect(page.locator("#flashes")).to_have_text(sentence)
    expect(page.locator(TEXT.format("reply"))).to_have_value("A sentence")
    page.unroute_all()

    page.get_by_role("button", name="Take it").click()

    expect(page.locator("#flashes")).to_contain_text("is yours.")
    expect(page.locator(TEXT.format("reply"))).to_have_value("A sentence")
    expect(page.get_by_role("button", name="Take it")).to_have_count(0)


def test_who_is_signed_out_while_writing_finds_the_words_again(
    running_desk: RunningDesk, browse: OpenPage
) -> None:
    page = signed_in(browse, running_desk, "agent")
    ticket = _a_ticket(page, running_desk, 3)
    page.goto(ticket)
    text = open_sheet(page, "Reply", "r").locator(".composer__text")
    page.context.clear_cookies(name="__Host-sessionid")
    text.fill("A long letter")
    expect(page.locator("form[data-sheet=reply] [data-saved]")).to_contain_text("signed out")
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/account/sign-in/"))

    page.context.add_cookies(running_desk.cookies["agent"])
    page.goto(f"{ticket}?open=reply")

    expect(text).to_have_value("A long letter")
    expect(page.locator("form[data-sheet=reply] [data-saved]")).to_contain_text("Saved")
