"""The same pages in a real browser: nothing runs, nothing is asked for, the policy has nothing to stop."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.access.world import World
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.hostile.look import faults
from tests.hostile.payloads import VECTORS
from tests.hostile.rounds import IS_WHOLE, rounds
from tests.hostile.test_pages import pages
from tests.hostile.world import make_hostile_world

#: In a short run: the pages that show most words. In a whole one every page.
MOST_WORDS = {
    "desk:inbox", "desk:ticket", "desk:message_body", "desk:look", "your_ticket", "submit",
    "demo:mailbox", "demo:mail", "setup:people", "setup:topic", "setup:look", "mail_state",
    "desk:search", "search", "desk:dashboard", "dashboard",
}  # fmt: skip
#: Reports what runs and what the policy stopped, from every document before its own words.
WATCH = """
window.pwn = (...said) => console.error("EXECUTED", ...said)
document.addEventListener("securitypolicyviolation", event =>
  console.error("STOPPED", event.violatedDirective, event.blockedURI, event.sample))
"""
#: Opens what a person could open, and hovers over, focuses and clicks whatever carries harm.
PROVOKE = """() => {
  for (const more of document.querySelectorAll("details")) more.open = true
  for (const part of document.querySelectorAll("main *")) {
    for (const name of ["mouseover", "mouseenter", "pointerover", "focus", "focusin", "animationstart"])
      part.dispatchEvent(new Event(name, { bubbles: true }))
  }
}"""
CAN_BE_OPENED = "a[data-open]:visible, [data-opens]:visible, [data-menu] button:visible"


@pytest.mark.parametrize("start", rounds())
@pytest.mark.django_db(transaction=True)
def test_nothing_that_people_wrote_runs_or_asks(start: int) -> None:
    if CHROMIUM is None:
        reason = "Chromium is not installed: apt-get install chromium-headless-shell"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    world = make_hostile_world(start)
    # Before the browser: Django refuses the database beside Playwright’s event loop.
    worth = list(_worth_a_visit(world))
    found: list[str] = []

    with serving() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        people: dict[str, Page] = {}
        visited = set()
        for name, role, address in worth:
            if role not in people:
                people[role] = _page(browser, world.clients[role], url, found)
            visited.add(name)
            _visit(people[role], url + address, name, found)
        unsafe = _seen_on_an_unsafe_page(browser, url)
        browser.close()

    assert {word.split()[0] for word in unsafe} >= {"STOPPED", "ASKED", "<img>"}
    assert visited >= {"desk:inbox", "desk:ticket", "your_ticket", "desk:message_body"}
    assert found == [], "\n".join(found)


class _Quiet(WSGIRequestHandler):
    def log_message(self, text: str, *words: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """The desk on a port of its own. (Django’s live server takes /desk/ for a file to send.)"""
    server = ThreadedWSGIServer(("localhost", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _worth_a_visit(world: World) -> Iterator[tuple[str, str, str]]:
    for endpoint, role, address in pages(world):
        if not IS_WHOLE and (endpoint.name not in MOST_WORDS or role == "agent"):
            continue
        answer = world.clients[role].get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            yield endpoint.name, role, address


def _page(browser: Browser, client: Client, url: str, found: list[str]) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 2000}, locale="en-GB")
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    host = urlsplit(url).netloc

    def pass_only_to_the_desk(route: Any) -> None:
        asked = urlsplit(route.request.url)
        if (asked.netloc == host and "pwn" not in asked.path) or asked.scheme in {"data", "blob"}:
            route.continue_()
        else:
            found.append(f"ASKED FOR {route.request.url} on {route.request.frame.url}")
            route.abort()

    context.route("**/*", pass_only_to_the_desk)
    # By the secure address: a browser takes __Host- cookies for localhost, the protocol does not.
    own = {"url": url.replace("http:", "https:"), "secure": True, "sameSite": "Lax"}
    cookies: Any = [{"name": n, "value": one.value, **own} for n, one in client.cookies.items()]
    context.add_cookies(cookies)
    page = context.new_page()
    page.on("dialog", lambda dialog: (found.append(f"DIALOG on {page.url}"), dialog.dismiss()))
    page.on(
        "console",
        lambda said: (
            found.append(f"{said.text[:200]} on {page.url}")
            if said.type == "error"
            and ("EXECUTED" in said.text or "STOPPED" in said.text or "Policy" in said.text)
            else None
        ),
    )
    page.on("pageerror", lambda error: found.append(f"{error} on {page.url}"))
    page.on("popup", lambda popup: found.append(f"POPUP {popup.url} on {page.url}"))
    return page


def _seen_on_an_unsafe_page(browser: Browser, url: str) -> list[str]:
    """What would be found if a page did not escape: the test that this test can fail."""
    found: list[str] = []
    page = _page(browser, Client(), url, found)
    page.goto(f"{url}/account/sign-in/")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", VECTORS[1])
    page.evaluate("() => { document.querySelector('main').innerHTML += '<img src=/pwn>' }")
    page.wait_for_timeout(300)
    return [*found, *faults(page.content())]


def _visit(page: Page, address: str, name: str, found: list[str]) -> None:
    page.goto(address, wait_until="load")
    before = page.url
    page.evaluate(PROVOKE)
    if name in {"desk:ticket", "desk:inbox"}:
        for key in ("r", "Escape", "n", "Escape", "s", "Escape", "j", "j", "?"):
            page.keyboard.press(key)
        page.wait_for_timeout(300)
    if name == "desk:ticket":
        for frame in page.locator("iframe").all():
            frame.scroll_into_view_if_needed()
    if page.url.partition("?")[0] != before.partition("?")[0]:
        found.append(f"LED from {before} to {page.url}")
    for frame in page.frames:
        is_framed = frame != page.main_frame or name in {"desk:message_body", "demo:mail_html"}
        wrong = faults(frame.content(), is_framed=is_framed)
        found.extend(f"{fault} on {frame.url}" for fault in wrong)
