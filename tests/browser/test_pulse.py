"""The supervisor’s page: read with the keyboard, in both lights, while it counts itself again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import complaints
from tests.browser.conftest import RunningDesk
from tests.browser.steps import signed_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
PULSE = "/desk/pulse/"


def test_every_part_can_be_read(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "supervisor")
    ways = ("", "?days=90", "tables/flow/?days=7")
    for address in (*(PULSE + way for way in ways), "/desk/load/", "/desk/health/"):
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address
    page.goto(running_desk.url + PULSE)
    page.locator("#no-waiting").click()
    expect(page.locator("#list-title")).to_have_text("Waiting for us now")
    assert complaints(page) == [], "the tickets behind a number"


def test_meanings_numbers_and_days_without_the_mouse_and_with_it(
    running_desk: RunningDesk, browse: OpenPage
) -> None:
    page = signed_in(browse, running_desk, "supervisor")
    page.goto(running_desk.url + "/desk/load/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url(running_desk.url + PULSE)
    words = page.locator("#means-waiting")
    expect(words).to_be_hidden()

    page.locator("#meaning-waiting").focus()
    expect(words).to_be_visible()
    expect(words).to_contain_text("whose customer has written")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    page.keyboard.press("Tab")
    expect(page.locator("#no-waiting")).to_be_focused()
    said = page.locator("#no-waiting").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("[data-count]")).to_have_text(said)

    page.go_back()
    # One Tab stop for no day of the line: the same links are in its table.
    assert page.locator(".chart a:not([tabindex='-1'])").count() == 0
    day = page.locator(".chart__day:not(.chart__day--past)").nth(20)
    said = day.get_attribute("data-n") or ""
    day.click()
    expect(page.locator("#list-title")).to_have_text("Unsolved at the end of the day")
    expect(page.locator("[data-count]")).to_have_text(said)


def test_it_counts_again_without_a_jump(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "supervisor", height=500)
    page.goto(running_desk.url + PULSE)
    counted = page.locator("#counted").first.inner_text()
    row = page.locator(".horizon__row").last
    row.scroll_into_view_if_needed()
    row.focus()
    scrolled = page.evaluate("document.querySelector('#main').scrollTop")
    focused = page.evaluate("document.activeElement.id")
    assert focused.startswith("line-")

    page.wait_for_timeout(1100)
    with page.expect_response(re.compile("/desk/pulse/now/")):
        page.evaluate("htmx.trigger(document.querySelector('[data-poll]'), 'poll')")

    expect(page.locator("#counted").first).not_to_have_text(counted)
    assert page.evaluate("document.activeElement.id") == focused
    assert page.evaluate("document.querySelector('#main').scrollTop") == scrolled
    assert page.locator("#pulse-now").count() == 1


def test_on_paper_and_for_whom(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "supervisor")
    page.goto(running_desk.url + PULSE)
    expect(page.locator(".rail [aria-current=page]")).to_have_text("Pulse")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.get_by_text("As a CSV file").first).to_be_hidden()
    expect(page.locator(".chart")).to_be_visible()

    agent = signed_in(browse, running_desk, "agent")
    agent.goto(running_desk.url + "/desk/load/")
    expect(agent.locator(".rail").get_by_text("Pulse")).to_have_count(0)
    expect(agent.locator(".load__row")).to_have_count(1)
