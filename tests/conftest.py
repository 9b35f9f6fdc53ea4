"""What every test can ask for."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadScopeScheduling

from supportdesk import watch
from supportdesk.models import Desk, Role, Team, User
from tests.factories import make_agent, make_team


def put_the_desk_back(**kwargs: object) -> None:
    """Tests with real transactions empty the tables, and with them the row a migration made."""
    Desk.objects.get_or_create(pk=1)


post_migrate.connect(put_the_desk_back, dispatch_uid="tests")


@pytest.fixture(autouse=True)
def files_go_to_a_place_of_their_own(tmp_path: object, settings: object) -> None:
    storages = {**settings.STORAGES}  # type: ignore[attr-defined]
    storages["default"] = {
        **storages["default"],
        "OPTIONS": {**storages["default"]["OPTIONS"], "location": f"{tmp_path}/files"},
    }
    settings.STORAGES = storages  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def pages_that_broke_in_another_test_are_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "FAILED_AT_LEAST", 10**9)


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let what a module’s fixtures write stand for all of its tests, which take back their own.

    For a world that costs seconds to make. Give tests a copy of its objects, and not in a module
    with ``transaction=True``.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def agent(team: Team) -> User:
    return make_agent("Tomás Oliveira", team=team)


@pytest.fixture
def colleague(team: Team) -> User:
    return make_agent("Priya Subramaniam", team=team)


@pytest.fixture
def supervisor(team: Team) -> User:
    return make_agent("Ruth Abernathy", team=team, role=Role.SUPERVISOR)


@pytest.fixture
def admin(db: None) -> User:
    return make_agent("Ada Min", role=Role.ADMIN)


class BrowserTestsTogether(LoadScopeScheduling):
    """One worker gets all tests that use the running desk, and first: there is one such desk.

    The ``xdist_group`` mark would say the same, but this pytest ignores it.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return BrowserTestsTogether(config, log)
