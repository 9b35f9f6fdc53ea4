"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

from django.db.models import CharField, TextField
from django.template.loader import get_template

from tickets.models import Event, Message, Ticket

ROOT = Path(__file__).resolve().parent.parent
APPS = ("supportdesk", "customers", "tickets", "feedback")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

#: Where HTML that somebody wrote is let through: it was made by lib.markup when it was stored.
RENDERS_STAFFS_MARKDOWN = {
    "tickets/mail/_words.html",
}
#: The HTML of a mail from outside: sanitised when stored, and alone in a frame without scripts.
FRAMES_A_MAIL = {"tickets/desk/message_body.html"}


def _python() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py"))]


def test_only_these_templates_let_stored_html_through() -> None:
    unsafe = re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off|\|\s*safeseq\b")
    found = {
        str(path.relative_to(ROOT / "templates"))
        for path in TEMPLATES
        if unsafe.search(path.read_text())
    }
    assert found == RENDERS_STAFFS_MARKDOWN | FRAMES_A_MAIL


def test_html_is_never_put_together_from_what_people_wrote() -> None:
    # Our own shapes, put together by format_html; what is marked there is constant.
    allowed = {
        "supportdesk/lib/shapes.py",
        "supportdesk/lib/story_drawing.py",
        "supportdesk/lib/markup.py",
    }
    found = {
        str(path.relative_to(ROOT))
        for path in _python()
        if re.search(r"\bmark_safe\(|SafeString\(", path.read_text())
    }
    assert found <= allowed


def test_only_what_was_said_is_let_through_as_it_was_stored() -> None:
    found = {
        (str(path.relative_to(ROOT)), said)
        for path in _python()
        for said in re.findall(r"markup\.stored\(([^)]*)\)", path.read_text())
    }
    assert found == {("tickets/said.py", "message.html"), ("tickets/said.py", "said.html")}


def test_shapes_are_constant() -> None:
    """What fills a shape is escaped; what it is made of isn’t, so that must be a literal of ours."""
    made = [
        (path, call)
        for path in _python()
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Shape"
    ]
    assert len(made) > 20
    assert [
        f"{path.name}:{call.lineno}"
        for path, call in made
        if not (len(call.args) == 1 and isinstance(call.args[0], ast.Constant))
    ] == []


def test_every_kind_of_event_can_be_told() -> None:
    for kind in Event.Kind:
        get_template(f"tickets/timeline/{kind}.html")


def test_a_full_row_save_never_overwrites_what_others_changed() -> None:
    """Verbs write the columns they mean; a bare save() of a ticket would write them all."""
    bare = re.compile(r"\b(?:self|ticket)\.save\(\)")
    assert [str(path) for path in _python() if bare.search(path.read_text())] == []


def test_the_customers_own_words_have_no_verb() -> None:
    for name in ("impact", "impact_reason", "desired_outcome"):
        field = Ticket._meta.get_field(name)
        assert isinstance(field, CharField | TextField)
        writers = [
            path.name
            for path in _python()
            if re.search(rf"update\([^)]*\b{name}\s*=", path.read_text(), re.DOTALL)
        ]
        assert writers == [], name


def test_a_note_has_no_way_to_the_mailer() -> None:
    """Nothing that mails customers knows the word."""
    for path in sorted((ROOT / "tickets" / "mail").glob("outgoing*.py")):
        text = path.read_text()
        assert "Kind.NOTE" not in text, path
        assert "NOTED" not in text, path
    assert Message.Kind.NOTE == "note"


def test_the_project_stands_alone() -> None:
    """Nothing names a place on somebody’s machine."""
    places = re.compile(r"(?<![\w.])/(?:home|root|Users)/[a-z]")
    ours = (*APPS, "templates", "static", "tests", "docs", "requirements", "locale")
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), ROOT / "desk"] + [
        path
        for folder in ours
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".md", ".css", ".js", ".txt", ".po"}
    ]
    assert len(texts) > 50
    assert [
        str(path) for path in texts if path != Path(__file__) and places.search(path.read_text())
    ] == []
