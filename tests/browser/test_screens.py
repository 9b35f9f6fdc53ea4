"""Every screen, in light and dark, wide and narrow: no complaint of axe, of the console, of the
content policy, and nothing that scrolls sideways."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import RunningDesk
from tests.browser.steps import open_sheet, signed_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
SIZES = [(1440, 900), (390, 844)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

PUBLIC = [
    "/submit/",
    "/known-issues/",
    "/portal/",
    "/account/sign-in/",
    "/account/password/forgotten/",
    "/t/10001/",
    "/t/not-a-link/",
    "/demo/mailbox/",
    "/nowhere/",
]
STAFF = [
    "/desk/?view=open",
    "/desk/?view=all",
    "/desk/?q=tag%3Anothing-has-this-tag",
    "/desk/?q=nonsense%3A",
    "/desk/new/",
    "/account/profile/",
    "/account/second-factor/",
]
ADMIN = [
    "/setup/",
    "/setup/people/",
    "/setup/teams/",
    "/setup/queues/",
    "/setup/queues/new/",
    "/setup/topics/",
    "/setup/topics/new/",
]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_everybody_can_open(
    running_desk: RunningDesk, browse: OpenPage, width: int, height: int
) -> None:
    page = browse(width=width, height=height, expects={403, 404})
    for address in PUBLIC:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address

    page.goto(running_desk.url + "/submit/")
    page.get_by_role("button", name="Send to").click()
    page.get_by_role("alert").first.wait_for()
    assert complaints(page) == [], "the form with its errors"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_agents_work_with(
    running_desk: RunningDesk, browse: OpenPage, width: int, height: int
) -> None:
    page = signed_in(browse, running_desk, "agent", width=width, height=height)
    for address in STAFF:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address

    page.goto(running_desk.url + "/desk/?view=open")
    ticket = re.search(r"/desk/tickets/\d+/", page.content())
    assert ticket
    page.goto(running_desk.url + ticket.group())
    assert complaints(page) == [], "a ticket"
    for name, key in (("Reply", "r"), ("Note", "n"), ("Solve", "e")):
        page.goto(running_desk.url + ticket.group())
        open_sheet(page, name, key)
        assert complaints(page) == [], name


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_admins_set_up(
    running_desk: RunningDesk, browse: OpenPage, width: int, height: int
) -> None:
    page = signed_in(browse, running_desk, "admin", width=width, height=height)
    for address in ADMIN:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address


def complaints(page: Page) -> list[str]:
    """What axe finds in light and in dark, and whether the page is wider than its window."""
    said = []
    schemes: tuple[Literal["light", "dark"], ...] = ("dark", "light")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page, options=RULES).response["violations"]
        said += [
            f"{scheme}: {one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]
        ]
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return said + ([f"{too_wide} px too wide"] if too_wide > 0 else [])
