"""Who gets what answer from every address: a table that is reviewed like code.

``matrix.txt`` holds the answer of each endpoint to GET and POST for seven
people. A new address, or an answer that changed, is a line that changed: look
at it, then write the file anew with ``WRITE_MATRIX=1 ./desk test tests/access``.
"""

import os
from pathlib import Path

import pytest
from django.db import transaction

from supportdesk.lib.access import Policy
from tests.access.endpoints import Endpoint, endpoints
from tests.access.world import ROLES, World, make_world, written

TABLE = Path(__file__).with_name("matrix.txt")
STAFF = {"agent of another team", "agent", "supervisor", "admin"}
MAY = {
    Policy.AGENT: STAFF,
    Policy.SUPERVISOR: {"supervisor", "admin"},
    Policy.ADMIN: {"admin"},
    Policy.SIGNED_IN: STAFF,
    Policy.ANYONE: set(ROLES),
    Policy.TRIAL: set(ROLES),
    Policy.LINK: set(ROLES),
    # Whoever watches brings no session: none of these.
    Policy.WATCHER: set(),
}


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    return make_world()


@pytest.fixture
def world(made: World, db: None) -> World:
    return made.anew()


def test_every_address_declares_a_policy() -> None:
    assert [each.name for each in endpoints() if each.policy is None] == []


def test_the_answers_are_those_that_were_reviewed(world: World) -> None:
    lines = []
    wrong = []
    for endpoint in sorted(endpoints(), key=lambda each: each.name):
        address = world.address_of(endpoint)
        for method in ("GET", "POST"):
            answers = []
            for role in ROLES:
                status, changed = _ask(world, role, method, address)
                answers.append(str(status))
                if method == "GET" and changed:
                    wrong.append(f"GET {endpoint.name} as {role} wrote to {changed}")
                if status in {403, 404, 405} and changed:
                    wrong.append(f"{method} {endpoint.name} refused {role} and wrote to {changed}")
                if role not in MAY[_policy(endpoint)] and status not in {302, 403, 404, 405}:
                    wrong.append(f"{method} {endpoint.name} let {role} in: {status}")
                if status >= 500 and endpoint.name not in {"api_root", "readyz"}:
                    wrong.append(f"{method} {endpoint.name} broke for {role}: {status}")
            lines.append(f"{endpoint.name:32} {method:5} " + " ".join(answers))
    assert wrong == []
    text = "\n".join([f"{'':32} {'':5} " + " | ".join(ROLES), *lines]) + "\n"
    if os.environ.get("WRITE_MATRIX"):
        TABLE.write_text(text)
    assert text == TABLE.read_text()


def test_foreign_tickets_are_not_there(world: World) -> None:
    """The same address that works for the team is a 404 to an agent of another, for every verb."""
    #: Without saying which message or follow-up, there is none for anybody.
    names_another_row = {"desk:undo", "desk:followed_up"}
    for endpoint in endpoints():
        if endpoint.policy is Policy.AGENT and "number" in endpoint.parameters:
            address = world.address_of(endpoint)
            for method in ("GET", "POST"):
                asked = f"{method} {endpoint.name}"
                refused = _ask(world, "agent of another team", method, address)
                assert refused in {(404, ""), (405, "")}, asked
                if endpoint.name not in names_another_row:
                    assert _ask(world, "agent", method, address)[0] != 404, asked


def _policy(endpoint: Endpoint) -> Policy:
    assert endpoint.policy is not None
    return endpoint.policy


def _ask(world: World, role: str, method: str, address: str) -> tuple[int, str]:
    """Return the status and which tables changed; nothing stays changed."""
    client = world.clients[role]
    cookies = client.cookies.copy()
    client.raise_request_exception = False
    with transaction.atomic():
        before = written()
        answer = client.generic(method, address)
        after = written()
        transaction.set_rollback(True)
    client.cookies = cookies
    changed = ", ".join(sorted(name for name in after if after[name] != before.get(name)))
    return answer.status_code, changed
