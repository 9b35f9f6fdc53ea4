"""What people do in a browser, as the tests of several screens do it."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import RunningDesk

#: The undo window, the sweep that follows it, and some air.
MAIL_COMES_MS = 40_000
OpenPage = Callable[..., Page]


def signed_in(browse: OpenPage, desk: RunningDesk, role: str, **look: Any) -> Page:
    """Walk in once by the printed link; later by the same person’s cookies."""
    page = browse(**look)
    if role in desk.cookies:
        page.context.add_cookies(desk.cookies[role])
        return page
    page.goto(desk.walk_in[role])
    page.get_by_role("button", name="Walk in").click()
    expect(page).to_have_url(re.compile(r"/desk/$"))
    desk.cookies[role] = page.context.cookies()
    return page


def submit(page: Page, desk: RunningDesk, address: str, text: str) -> str:
    """Send the form and return the ticket’s number, as ``#10401``."""
    page.goto(f"{desk.url}/submit/")
    page.get_by_role("radio", name="Something else", exact=True).check(force=True)
    show = page.get_by_role("button", name="Show what we need for this")
    if show.count():
        show.click()
    page.get_by_role("radio", name="A question before I buy").check(force=True)
    page.locator("textarea[name=text]").fill(text)
    page.locator("textarea[name=desired_outcome]").fill("A new pump with two valves")
    page.locator("input[name=email]").fill(address)
    page.locator("input[name=name]").fill("Amrita Rao")
    page.get_by_role("button", name="Send to").click()
    expect(page).to_have_url(re.compile("/submit/sent/"))
    found = re.search(r"#\d{5}", page.locator("main").inner_text())
    assert found
    return found.group()


def newest_mail(page: Page, desk: RunningDesk, *, to: str, count: int) -> str:
    """Open the newest of ``count`` mails to an address once they are there; return its text."""
    mails = page.locator("#mails li").filter(has_text=to)
    give_up = time.monotonic() + MAIL_COMES_MS / 1000
    while True:
        page.goto(f"{desk.url}/demo/mailbox/")
        if mails.count() >= count or time.monotonic() > give_up:
            break
        page.wait_for_timeout(400)
    expect(mails).to_have_count(count)
    mails.first.locator("a").click()
    return page.locator("pre.letter__text").inner_text()


def open_link(page: Page, letter: str) -> None:
    link = re.search(r"http://localhost:\d+/t/\S+", letter)
    assert link, letter
    page.goto(link.group().rstrip(".,)"))
    if not re.search(r"/t/\d+/", page.url):
        page.locator("main form .button--main").click()
    expect(page).to_have_url(re.compile(r"/t/\d+/"))


def open_sheet(page: Page, name: str, key: str, *, javascript: bool = True) -> Locator:
    """Nothing is open by default: choose what to write, by key where there are keys."""
    size = page.viewport_size
    if javascript and size and size["width"] >= 768:
        page.locator("body").press(key)
    else:
        page.locator("a[data-open]:visible", has_text=name).first.click()
    sheet = page.locator("form[data-sheet]:visible")
    expect(sheet).to_have_count(1)
    return sheet


def wait_for(page: Page, words: str) -> None:
    give_up = time.monotonic() + MAIL_COMES_MS / 1000
    while words not in page.locator("#main").inner_text() and time.monotonic() < give_up:
        page.wait_for_timeout(400)
        page.reload()
    expect(page.locator("#main")).to_contain_text(words)
