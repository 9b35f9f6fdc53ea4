"""What production refuses to start with."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from supportdesk import checks
from supportdesk.models import Desk
from tests.factories import make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.MODE = "production"
    settings.TRIAL = False
    settings.DEBUG = False
    settings.SECRET_KEY = secrets.token_urlsafe(60)
    settings.PUBLIC_BASE_URL = "https://help.example.com"
    settings.ALLOWED_HOSTS = ["help.example.com"]
    settings.SILENCED_SYSTEM_CHECKS = ["supportdesk.W001"]
    return settings


def found() -> list[str]:
    return [one.id for one in checks.production_is_safe(None) if one.id != "supportdesk.W001"]


def refusal() -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        checks.refuse_unsafe_production()
    return str(refused.value)


def test_a_good_production_starts(production: Settings) -> None:
    assert found() == []
    checks.refuse_unsafe_production()


@pytest.mark.parametrize(
    ("setting", "value", "number", "sentence"),
    [
        ("TRIAL", True, "E001", "This is a trial desk"),
        ("DEBUG", True, "E003", "DEBUG shows strangers"),
        ("SECRET_KEY", "", "E004", "There is no SECRET_KEY."),
        ("SECRET_KEY", "trial-" + "x1y2z3a4" * 10, "E005", "made for a trial desk"),
        ("SECRET_KEY", "django-insecure-" + "x1y2z3a4" * 10, "E005", "made for a trial desk"),
        ("SECRET_KEY", "short", "E006", "too short"),
        ("SECRET_KEY", "a" * 80, "E006", "too short"),
        ("PUBLIC_BASE_URL", "http://help.example.com", "E007", "PUBLIC_BASE_URL is not https"),
        ("ALLOWED_HOSTS", [], "E008", "ALLOWED_HOSTS is open or empty."),
        ("ALLOWED_HOSTS", ["*"], "E008", "ALLOWED_HOSTS is open or empty."),
    ],
)
def test_production_refuses(
    production: Settings, setting: str, value: object, number: str, sentence: str
) -> None:
    setattr(production, setting, value)
    assert found() == [f"supportdesk.{number}"]
    assert sentence in refusal()


def test_production_refuses_the_demo_desk(production: Settings) -> None:
    Desk.objects.update(is_demo=True)
    assert found() == ["supportdesk.E002"]
    assert "The database holds the demo desk" in refusal()


def test_production_refuses_demo_people(production: Settings) -> None:
    make_agent(is_demo=True)
    assert found() == ["supportdesk.E002"]


def test_everything_wrong_is_said_at_once(production: Settings) -> None:
    production.SECRET_KEY, production.ALLOWED_HOSTS = "", ["*"]
    said = refusal()
    assert "E004" in said
    assert "E008" in said


def test_an_old_python_is_one_warning_that_can_be_silenced(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "PYTHON_FLOOR", {sys.version_info[:2]: 999})
    [old] = checks.production_is_safe(None)
    assert (old.id, "has known holes" in old.msg) == ("supportdesk.W001", True)
    checks.refuse_unsafe_production()

    production.SILENCED_SYSTEM_CHECKS = []
    assert "has known holes" in refusal()


def test_a_python_that_smuggles_headers_is_found_by_what_it_does(
    production: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "PYTHON_FLOOR", {})
    monkeypatch.setattr(checks, "refuses_a_hostile_header", lambda: False)
    [odd] = checks.production_is_safe(None)
    assert "smuggled" in odd.msg


def test_a_trial_desk_starts_whatever_it_has(settings: Settings) -> None:
    settings.MODE, settings.SECRET_KEY = "trial", ""
    checks.refuse_unsafe_production()


def test_the_web_process_itself_refuses() -> None:
    environment = os.environ | {
        "SUPPORTDESK_MODE": "production",
        "SECRET_KEY": "trial-" + "x1y2z3a4" * 10,
        "PUBLIC_BASE_URL": "http://help.example.com",
        "ALLOWED_HOSTS": "*",
    }
    started = subprocess.run(
        [sys.executable, "-c", "import supportdesk.wsgi"],
        env=environment,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    for number in ("E005", "E007", "E008"):
        assert f"supportdesk.{number}" in started.stderr
