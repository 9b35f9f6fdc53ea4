"""The German catalogue: whole, true to its source, and on the screen."""

import ast
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polib
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation.reloader import translation_file_changed

from supportdesk.bootstrap import catalogues
from supportdesk.lib import moments
from supportdesk.models import Desk, Team
from tests.factories import make_agent, make_queue, make_topic

ROOT = Path(__file__).resolve().parent.parent
GERMAN = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"

PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|{\w*}")
TAG = re.compile(r"</?[a-z][^>]*>")
APPS = ("supportdesk", "customers", "tickets", "feedback")
#: Which of its arguments a function translates. Collecting misses calls inside f-strings.
TRANSLATES = {
    "_": 0,
    "gettext": 0,
    "gettext_lazy": 0,
    "gettext_noop": 0,
    "ngettext": 0,
    "ngettext_lazy": 0,
    "pgettext": 1,
    "pgettext_lazy": 1,
}
#: What is asked of collecting, as the documentation says it.
COLLECT = ["makemessages", "-l", "de", "-e", "html,txt,py", "--no-location", "--no-obsolete"]


def _texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return each source of the entry beside its translation."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    plural = entry.msgstr_plural
    return [(entry.msgid, plural.get(0, "")), (entry.msgid_plural, plural.get(1, ""))]


def _keys(catalogue: polib.POFile) -> set[tuple[str, str, str]]:
    return {(one.msgctxt or "", one.msgid, one.msgid_plural or "") for one in catalogue}


def test_every_sentence_is_said_in_german() -> None:
    catalogue = polib.pofile(str(GERMAN))
    assert len(catalogue) > 1000
    assert [one.msgid for one in catalogue if one.fuzzy or one.obsolete] == []
    assert [src for one in catalogue for src, said in _texts(one) if not said.strip()] == []


def test_a_translation_names_and_marks_what_its_source_does() -> None:
    texts = [pair for entry in polib.pofile(str(GERMAN)) for pair in _texts(entry)]
    for pattern in (PLACEHOLDER, TAG):
        differing = [
            (source, said)
            for source, said in texts
            if sorted(pattern.findall(source)) != sorted(pattern.findall(said))
        ]
        assert differing == []


def test_a_translation_has_the_signs_of_its_language() -> None:
    plain = [
        TAG.sub("", said) for one in polib.pofile(str(GERMAN)) for _source, said in _texts(one)
    ]
    assert [said for said in plain if re.search(r"[\"'”]|\.\.\.", said)] == []
    assert [said for said in plain if said.count("„") != said.count("“")] == []


def _said_in_python() -> set[str]:
    """Return every string that the code translates, those in f-strings too."""
    said = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                    name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                    texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                    if name in TRANSLATES and texts:
                        said.add(str(texts[TRANSLATES[name]]))
    return said


def test_what_the_code_says_is_in_the_catalogue() -> None:
    said = _said_in_python()
    assert len(said) > 500
    assert said - {one.msgid for one in polib.pofile(str(GERMAN))} == set()


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs xgettext (gettext) on the PATH")
def test_the_catalogue_lacks_nothing(tmp_path: Path) -> None:
    # Collecting writes beside the templates: it gets a copy to write into.
    for name in (*APPS, "templates"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "stories*")
        )
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "locale").mkdir()
    collected = subprocess.run(
        [sys.executable, "manage.py", *COLLECT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stderr
    found = _keys(polib.pofile(str(tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po")))
    assert len(found) > 1000
    assert found - _keys(polib.pofile(str(GERMAN))) == set()


@pytest.fixture
def german() -> None:
    """Compile the catalogue as ./desk does, and let Django read it anew."""
    for source in catalogues.stale():
        catalogues.compile_catalogue(source)
    translation_file_changed(sender=None, file_path=GERMAN.with_suffix(".mo"))


@pytest.mark.usefixtures("german")
def test_a_german_browser_gets_a_german_form(client: Client, team: Team) -> None:
    make_topic("Lieferung", queue=make_queue(team=team))
    german = client.get(reverse("submit"), headers={"accept-language": "de-AT,de;q=0.9,en;q=0.5"})
    assert german.headers["Content-Language"] == "de"
    page = german.content.decode()
    assert "Was ist schiefgegangen?</h1>" in page
    assert "What went wrong?" not in page
    english = client.get(reverse("submit"), headers={"accept-language": "en"}).content.decode()
    assert "What went wrong?</h1>" in english


@pytest.mark.usefixtures("german")
def test_a_german_agent_gets_a_german_inbox(client: Client, team: Team) -> None:
    Desk.objects.update(language="en")
    client.force_login(make_agent("Uta Brandt", team=team, language="de"))
    inbox = client.get(reverse("desk:inbox"), headers={"accept-language": "en"})
    assert inbox.headers["Content-Language"] == "de"
    page = inbox.content.decode()
    for words in ("Für dich", "Zusage gebrochen", "Warten auf Antwort"):
        assert words in page
    assert "Promise broken" not in page


@pytest.mark.usefixtures("german")
def test_moments_are_said_as_germans_write_them() -> None:
    now = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
    with translation.override("de"), timezone.override("Europe/Berlin"):
        said = [moments.short(now + timedelta(days=days), now=now) for days in (0, 4, 9)]
        assert said == ["10:00", "Fr 10:00", "25. Mär"]
        assert moments.full(now) == "Montag, 16. März 2026, 10:00 (CET)"
        assert moments.span(timedelta(minutes=110)) == "1 Std. 50"
