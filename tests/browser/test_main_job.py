"""The main job, from the form to the survey, on a desk that ``./desk up`` started."""

import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RunningDesk
from tests.browser.steps import (
    OpenPage,
    newest_mail,
    open_link,
    open_sheet,
    signed_in,
    submit,
    wait_for,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_form_to_the_survey(
    running_desk: RunningDesk, browse: OpenPage, javascript: bool
) -> None:
    address = f"amrita-{uuid.uuid4().hex[:8]}@mail.example"
    customer = browse(javascript=javascript)
    mail = browse(javascript=javascript)
    agent = signed_in(browse, running_desk, "agent", javascript=javascript)

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
