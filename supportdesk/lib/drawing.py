"""The small things that stand on every page: icons, people, moments, words that were found."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString

from supportdesk.lib import moments
from supportdesk.lib.shapes import Shape, joined

_ICON_SIZES = {"s": " icon--s", "m": "", "l": " icon--l"}
_AVATAR_SIZES = {"m": "", "l": " avatar--l", "xl": " avatar--xl"}
_PEOPLE_GROUNDS = 6
_SILENT = Shape('<svg class="icon{size}" aria-hidden="true"><use href="{sprite}#{name}"/></svg>')
_SPEAKING = Shape(
    '<svg class="icon{size}" role="img" aria-label="{label}"><use href="{sprite}#{name}"/></svg>'
)
_NOBODY = Shape('<span class="avatar avatar--none{size}" aria-hidden="true">–</span>')
_SOMEBODY = Shape(
    '<span class="avatar avatar--{ground}{size}" aria-hidden="true">{initials}</span>'
)
_TIME = Shape('<time datetime="{at}" title="{exactly}">{words}</time>')
_AGO = Shape('<time-ago datetime="{at}" title="{exactly}" pattern="{pattern}">{words}</time-ago>')
_OPTION = Shape('<option value="{value}"{chosen}>{label}</option>')
_CHOSEN = Shape(" selected")()
_SOUGHT = Shape("<mark>{text}</mark>")
_PARAGRAPH = Shape("<p>{text}</p>")


class Person(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def pk(self) -> Any: ...


class UnknownIcon(LookupError):
    """The sprite has no symbol of that name."""


def icon(name: str, size: str = "m", label: str = "") -> SafeString:
    """Draw one icon of ``static/icons.svg``; with ``label`` it speaks, else a word stands beside it."""
    return _icon(name, size, label, _sprite())


@cache
def _sprite() -> str:
    return static("icons.svg")


@lru_cache(1024)
def _icon(name: str, size: str, label: str, sprite: str) -> SafeString:
    if name not in _icon_names():
        raise UnknownIcon(f"static/icons.svg has no “{name}”")
    if label:
        return _SPEAKING(size=_ICON_SIZES[size], label=label, sprite=sprite, name=name)
    return _SILENT(size=_ICON_SIZES[size], sprite=sprite, name=name)


@cache
def _icon_names() -> frozenset[str]:
    text = (settings.ROOT / "static" / "icons.svg").read_text()
    return frozenset(part.split('"', 1)[0] for part in text.split('<symbol id="')[1:])


def avatar(person: Person | None, size: str = "m") -> SafeString:
    """Draw a person’s initials on their ground; nobody is a dashed ring. Say the name beside it."""
    if person is None:
        return _NOBODY(size=_AVATAR_SIZES[size])
    return _SOMEBODY(
        ground=(person.pk or 0) % _PEOPLE_GROUNDS + 1,
        size=_AVATAR_SIZES[size],
        initials=initials(person.name),
    )


def initials(name: str) -> str:
    """Return the first letters of the first and last word: "Tomás Okafor" is TO."""
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper() or "?"


def time(at: datetime, words: str) -> SafeString:
    """A moment in ``words``, with all of it in its title."""
    return _TIME(at=at.isoformat(), exactly=moments.full(at), words=words)


def time_ago(at: datetime, now: datetime, pattern: str = "{}") -> SafeString:
    """How long since or until, in few words; the browser keeps it true."""
    return _AGO(
        at=at.isoformat(),
        exactly=moments.full(at),
        pattern=pattern,
        words=pattern.replace("{}", moments.span(at - now)),
    )


def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Text that comes in pieces, with what was looked for marked."""
    return joined(_SOUGHT(text=text) if is_sought else text for text, is_sought in pieces)


def paragraphs(text: str) -> SafeString:
    """Escape plain text and wrap its paragraphs; single line breaks are kept by the style."""
    parts = (part.strip("\r\n") for part in text.replace("\r\n", "\n").split("\n\n"))
    return joined(_PARAGRAPH(text=part) for part in parts if part.strip())


def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """Draw what a select offers."""
    return joined(
        _OPTION(value=value, chosen=_CHOSEN if value == chosen else None, label=label)
        for value, label in choices
    )
