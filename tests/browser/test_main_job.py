"""The main job, from the form to the survey, on a desk that ``./desk up`` started."""

import re
import time
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningDesk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: The undo window, the sweep that follows it, and some air.
MAIL_COMES_MS = 40_000
OpenPage = Callable[..., Page]


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_form_to_the_survey(
    running_desk: RunningDesk, browse: OpenPage, javascript: bool
) -> None:
    address = f"amrita-{uuid.uuid4().hex[:8]}@mail.example"
    customer = browse(javascript=javascript)
    mail = browse(javascript=javascript)
    agent = signed_in(browse, running_desk, javascript=javascript)

    # The customer tells us what happened.
    subject = "My pump has no valve"
    number = submit(customer, running_desk, address, f"{subject}. It left the factory without one.")
    expect(customer.locator("main")).to_contain_text(number)
    customer.reload()
    expect(customer.locator("main")).to_contain_text(number)

    # The acknowledgement has a link, and nothing that a stranger typed.
    letter = newest_mail(mail, running_desk, to=address, count=1)
    assert subject not in letter
    open_link(customer, letter)
    expect(customer.locator("main")).to_contain_text(subject)
    ticket_page = customer.url

    # An agent finds it, answers it and says when the next word comes.
    agent.goto(f"{running_desk.url}/desk/tickets/{number.lstrip('#')}/")
    expect(agent.locator("#main")).to_contain_text("A new pump with two valves")
    composer = open_sheet(agent, "Reply", "r", javascript=javascript)
    composer.locator("textarea[name=text]").fill("Amrita, a valve is on its way to you.")
    composer.locator("button[data-send]").click()
    expect(agent.locator("#main")).to_contain_text("a valve is on its way")

    # Nobody may read it before the undo window ends; then it is mailed.
    customer.goto(ticket_page)
    expect(customer.locator("main")).not_to_contain_text("a valve is on its way")
    letter = newest_mail(mail, running_desk, to=address, count=2)
    assert "a valve is on its way" in letter
    customer.goto(ticket_page)
    expect(customer.locator("main")).to_contain_text("a valve is on its way")

    # The customer answers by mail; the agent sees it in the same ticket.
    mail.locator("form textarea").fill("It came, and it fits. Thank you!")
    mail.get_by_role("button", name="Send this mail to the desk").click()
    wait_for(agent, "It came, and it fits")

    # The agent proposes the solution, and the customer is asked.
    composer = open_sheet(agent, "Solve", "e", javascript=javascript)
    composer.locator("input[name=outcome][value=full]").check()
    composer.locator("button[data-send]").click()
    letter = newest_mail(mail, running_desk, to=address, count=3)
    open_link(customer, letter)
    customer.get_by_role("button", name="It is solved").click()

    # And says how it went.
    customer.locator("input[name=is_solved][value=yes]").check(force=True)
    customer.locator("input[name=ease][value='6']").check(force=True)
    customer.locator("textarea[name=words]").fill("Two days, one person, no forms.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.locator("main")).to_contain_text("Thank")
    agent.reload()
    expect(agent.locator("#main")).to_contain_text("solved")
    wait_for(agent, "how it went")


# --- Steps ----------------------------------------------------------------------------------------


def signed_in(browse: OpenPage, desk: RunningDesk, *, javascript: bool) -> Page:
    """Sign in once by the printed link; later by the same person’s cookies."""
    page = browse(javascript=javascript)
    if desk.cookies:
        page.context.add_cookies(desk.cookies)
        return page
    page.goto(desk.walk_in["agent"])
    page.get_by_role("button", name="Walk in").click()
    expect(page).to_have_url(re.compile(r"/desk/$"))
    desk.cookies.extend(page.context.cookies())
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
        page.wait_for_timeout(1000)
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


def open_sheet(page: Page, name: str, key: str, *, javascript: bool):  # type: ignore[no-untyped-def]
    """Nothing is open by default: choose what to write, by key where there are keys."""
    if javascript:
        page.locator("body").press(key)
    else:
        page.get_by_role("link", name=name).first.click()
    sheet = page.locator("form[data-sheet]:visible")
    expect(sheet).to_have_count(1)
    return sheet


def wait_for(page: Page, words: str) -> None:
    give_up = time.monotonic() + MAIL_COMES_MS / 1000
    while words not in page.locator("#main").inner_text() and time.monotonic() < give_up:
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("#main")).to_contain_text(words)
