"""What browsers load: one stylesheet, small, with every part in it; and a readable brand."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command

from supportdesk.lib import brand, drawing
from supportdesk.lib.assets import NAME, bundle

STATIC = Path(settings.ROOT) / "static"
KB = 1024


def zipped(*texts: bytes) -> int:
    return sum(len(gzip.compress(text)) for text in texts)


def modules(entry: str) -> list[bytes]:
    """Return the entry module and everything that it imports."""
    wanted, read = [STATIC / "js" / entry], {}
    while wanted:
        path = wanted.pop().resolve()
        if path in read:
            continue
        read[path] = path.read_bytes()
        wanted += [
            path.parent / name for name in re.findall(r'"(\./[\w-]+\.js)"', path.read_text())
        ]
    return list(read.values())


def test_the_stylesheet_is_one_file_with_every_part() -> None:
    sheet = bundle(STATIC / "css" / "index.css")

    assert "@import" not in sheet
    assert sheet.startswith("@layer reset, tokens, base, layout, components, utilities;")
    for part in (STATIC / "css" / "components").glob("*.css"):
        first = re.search(r"^  (\.[\w-]+)", part.read_text(), re.MULTILINE)
        assert first is not None, part
        assert first[1] in sheet, f"{part.name} is in no list"


def test_the_stylesheet_is_found_without_collecting() -> None:
    found = finders.find(NAME)

    assert isinstance(found, str)
    assert Path(found).read_text() == bundle(STATIC / "css" / "index.css")


def test_what_a_page_loads_first_is_small() -> None:
    htmx = finders.find("django_htmx/htmx-2.min.js")
    assert isinstance(htmx, str)

    assert zipped(bundle(STATIC / "css" / "index.css").encode()) <= 30 * KB
    assert zipped(Path(htmx).read_bytes(), *modules("desk.js")) <= 60 * KB
    assert zipped(*modules("shop.js")) <= 15 * KB


def test_collecting_gives_every_file_a_name_of_its_content(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "supportdesk.lib.assets.HashedAssets"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    [sheet] = tmp_path.glob("css/supportdesk.????????????.css")
    [desk] = tmp_path.glob("js/desk.????????????.js")
    assert "@import" not in sheet.read_text()
    imported = re.findall(r'"\./([\w.-]+)"', desk.read_text())
    assert len(imported) >= 5
    assert [name for name in imported if not (tmp_path / "js" / name).exists()] == []
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)


def test_colours_and_layers_have_their_names_in_one_file() -> None:
    for part in (STATIC / "css").rglob("*.css"):
        if part.name == "tokens.css":
            continue
        text = part.read_text()
        assert re.findall(r"oklch\(|#[0-9a-f]{3,8}\b|rgb\(", text) == [], part
        assert re.findall(r"z-index: [2-9]\d*", text) == [], part


#: Inline styles, handlers, scripts without a nonce, and what htmx would have to eval.
NOT_UNDER_OUR_POLICY = re.compile(
    r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*nonce)|\shx-on|hx-vals=.js:"
)


def test_templates_use_icons_that_exist_and_nothing_inline() -> None:
    for page in (Path(settings.ROOT) / "templates").rglob("*.html"):
        text = page.read_text()
        if "mail" in page.parts or page.name == "message_body.html":
            continue  # mail programs know no style sheets, and a framed mail has a policy of its own
        assert NOT_UNDER_OUR_POLICY.findall(text) == [], page
        for name in re.findall(r'{% icon "([^"]+)"', text):
            assert drawing.icon(name), page


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(drawing.UnknownIcon, match="has no “nothing-like-it”"):
        drawing.icon("nothing-like-it")


# --- The brand -----------------------------------------------------------------------------------

GROUNDS = {"light": "#f3efe8", "dark": "#2a2724"}


@pytest.mark.parametrize(
    "chosen", ["#ffcc00", "#000000", "#ffffff", "#d0021b", "#2f4bb5", "#7f7f7f", "#0f0", "#1a2"]
)
def test_a_brand_can_be_read_in_both_themes(chosen: str) -> None:
    it = brand.brand(chosen)

    for text, ground in [
        (it.light, GROUNDS["light"]),
        (it.dark, GROUNDS["dark"]),
        (it.on_light, it.light),
        (it.on_dark, it.dark),
    ]:
        assert brand.contrast(brand.parse(text), brand.parse(ground)) >= 4.5


def test_a_readable_colour_stays_as_it_was_chosen() -> None:
    assert brand.brand("#8a1538").light == "#8a1538"


@pytest.mark.parametrize("wrong", ["", "red", "#12345", "#12345g", "url(x)", "#fff;}body{"])
def test_what_is_no_colour_never_reaches_a_stylesheet(wrong: str) -> None:
    with pytest.raises(brand.NotAColour):
        brand.parse(wrong)
