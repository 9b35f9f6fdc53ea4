"""A desk as ``./desk up`` starts it, and a browser to use it with."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
#: The one without windows first: it needs half the time.
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))),
    None,
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class RunningDesk:
    """A desk with its demo, and the one-time links that it printed."""

    url: str
    walk_in: dict[str, str]
    #: Of each role, once somebody has walked in: a link works once.
    cookies: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="package")
def running_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """``./desk up``, the real one: its own Postgres, Redis, workers and mail catcher."""
    if running := os.environ.get("RUNNING_DESK"):
        # A desk that stands already: its log, so that a test can be written against it.
        yield _read(Path(running).read_text())
        return
    data = tmp_path_factory.mktemp("desk") / "var"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SUPPORTDESK_MODE", "DATA_DIR", "SECRET_KEY"}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "desk"), "up", "--port", str(port), "--data", str(data)],
        # The stories that these tests read, and few others: loading takes most of the start.
        env={name: value for name, value in os.environ.items() if name not in own}
        | {"DEMO_TICKETS": "40"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if "/demo/mailbox/" in line:
                break
        else:
            pytest.fail("./desk up ended early:\n" + "".join(said))
        # A shorter undo window, as an admin may set it: each mail of each story waits for its end.
        shorter = "from supportdesk.models import Desk; Desk.objects.update(undo_seconds=3)"
        manage = ["manage", "--data", str(data), "shell", "-c", shorter]
        subprocess.run([sys.executable, str(ROOT / "desk"), *manage], check=True, cwd=ROOT)
        # Its log must not fill the pipe.
        with subprocess.Popen(["cat"], stdin=process.stdout, stdout=subprocess.DEVNULL) as drain:
            yield _read("".join(said))
            drain.terminate()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stdout.close()


def _read(said: str) -> RunningDesk:
    """Read the addresses that ``./desk up`` printed."""
    form = re.search(r"(http://localhost:\d+)/submit/", said)
    assert form, said
    links = re.findall(r"(agent|supervisor|admin)\s+(http\S+/demo/walk-in/\S+)", said)
    return RunningDesk(form.group(1), dict(links))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with the browser tests: Django refuses the database beside Playwright’s event loop."""
    if CHROMIUM is None:
        reason = "Chromium is not installed: apt-get install chromium-headless-shell"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a new person’s own browser. No page may log an error or break the policy."""
    complaints: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        javascript: bool = True,
        width: int = 1440,
        height: int = 900,
        expects: Collection[int] = (),
    ) -> Page:
        context = chromium.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/London",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{page.url}: {message.text}")
                if message.type == "error"
                # As the browser says it, and as htmx does.
                and not any(
                    f"{said} {status}" in message.text
                    for status in expects
                    for said in ("status of", "Status Error Code")
                )
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
