"""Every screen, in light and dark, wide and narrow: no complaint of axe, of the console, of the
content policy, and nothing that scrolls sideways."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.axe import complaints
from tests.browser.conftest import RunningDesk
from tests.browser.steps import open_sheet, signed_in

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

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
    "/desk/?q=tag%3Anothing-has-this-tag",
    "/desk/?q=nonsense%3A",
    "/desk/?q=order",
    "/desk/new/",
    "/account/profile/",
    "/account/second-factor/",
]
ADMIN = [
    "/desk/health/",
    "/setup/",
    "/setup/people/",
    "/setup/teams/",
    "/setup/queues/",
    "/setup/queues/new/",
    "/setup/topics/",
    "/setup/topics/new/",
]
SHEETS = (("Reply", "r"), ("Note", "n"), ("Solve", "e"))


def test_what_everybody_can_open(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = browse(expects={403, 404})
    for address in PUBLIC:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address

    page.goto(running_desk.url + "/submit/")
    page.get_by_role("button", name="Send to").click()
    page.get_by_role("alert").first.wait_for()
    assert complaints(page) == [], "the form with its errors"


def test_what_agents_work_with(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "agent")
    for address in STAFF:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address

    ticket = running_desk.url + _some_ticket(page, running_desk)
    page.goto(ticket)
    assert complaints(page) == [], "a ticket"
    for name, key in SHEETS:
        page.goto(ticket)
        open_sheet(page, name, key)
        assert complaints(page) == [], name


def test_on_a_phone_every_sheet_opens_by_touch(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "agent", width=390, height=844)
    ticket = running_desk.url + _some_ticket(page, running_desk)
    for name, key in SHEETS:
        page.goto(ticket)
        open_sheet(page, name, key)


def _some_ticket(page: Page, desk: RunningDesk) -> str:
    page.goto(f"{desk.url}/desk/?view=open")
    ticket = re.search(r"/desk/tickets/\d+/", page.content())
    assert ticket
    return ticket.group()


def test_what_admins_set_up(running_desk: RunningDesk, browse: OpenPage) -> None:
    page = signed_in(browse, running_desk, "admin")
    for address in ADMIN:
        page.goto(running_desk.url + address)
        assert complaints(page) == [], address
