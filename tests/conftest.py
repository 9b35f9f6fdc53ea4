"""What every test can ask for."""

import pytest

from supportdesk.models import Role, Team, User
from tests.factories import make_agent, make_team


@pytest.fixture(autouse=True)
def files_go_to_a_place_of_their_own(tmp_path: object, settings: object) -> None:
    storages = {**settings.STORAGES}  # type: ignore[attr-defined]
    storages["default"] = {
        **storages["default"],
        "OPTIONS": {**storages["default"]["OPTIONS"], "location": f"{tmp_path}/files"},
    }
    settings.STORAGES = storages  # type: ignore[attr-defined]


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
