"""Finding a ticket: by keyboard with suggestions, and without JavaScript at all."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningDesk
from tests.browser.steps import signed_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def _a_subject(page: Page, desk: RunningDesk) -> tuple[str, str, str]:
    """Number, subject and longest word of a ticket that is there."""
    page.goto(f"{desk.url}/desk/?view=all")
    row = page.locator("[data-row]").nth(2)
    subject = row.locator(".row__about").inner_text()
    number = (row.get_attribute("id") or "").removeprefix("t")
    return number, subject, max(re.findall(r"[A-Za-z]+", subject), key=len)


def test_a_ticket_is_found_by_keyboard_alone(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "agent")
    number, subject, word = _a_subject(page, running_desk)
    page.goto(f"{running_desk.url}/desk/tickets/{number}/")
    page.wait_for_load_state()

    # From any page into the box, and what is typed suggests.
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("view=all"))
    box = page.locator("[data-find]")
    expect(box).to_be_focused()
    page.keyboard.type(word[:-1])
    option = page.get_by_role("option").filter(has_text=subject)
    expect(option).to_be_visible()
    assert option.locator("mark").first.inner_text().lower().startswith(word[:-1].lower())
    page.keyboard.press("Escape")
    expect(option).to_be_hidden()
    expect(box).to_have_value(word[:-1])
    page.keyboard.type(word[-1])
    expect(option).to_be_visible()
    while option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/tickets/{number}/"))

    # Enter alone lists everything, marked; j and Enter open one.
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type(word)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"q={word}"))
    expect(page.locator(f"#t{number} mark").first).to_be_visible()
    page.wait_for_load_state()
    page.locator("[data-find]").blur()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/desk/tickets/\d+/\?from="))


def test_a_ticket_is_found_without_javascript(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "agent", javascript=False)
    number, _subject, word = _a_subject(page, running_desk)

    page.locator(".rail").get_by_role("link", name="Search").click()
    page.locator("[data-find]").fill(f"{word} zzzzzz")
    page.locator("[data-find]").press("Enter")
    expect(page.locator(".empty, .pane")).to_contain_text(["No ticket here matches this."])
    page.locator("[data-find]").fill(f"{word} #{number}")
    page.locator("[data-find]").press("Enter")
    page.locator(f"#t{number} .row__about").click()

    expect(page).to_have_url(re.compile(f"/desk/tickets/{number}/"))
