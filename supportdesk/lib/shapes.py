"""HTML with named places, for what a page draws fifty times.

A template is read again for each row, node by node; a shape is taken apart once
and then only filled in. Its HTML is ours and constant (a house test looks);
whatever fills a place is escaped, unless it is HTML that was drawn before.

    _TAG = Shape('<span class="tag">{icon}{words}</span>')
    _TAG(icon=icon("flag", "s"), words=what_somebody_wrote)
"""

from collections.abc import Iterable
from html import escape
from string import Formatter
from typing import Any, cast

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

NOTHING = SafeString("")


class Shape:
    """One piece of HTML. If it stands on several lines, their breaks and indentation are not drawn."""

    def __init__(self, html: str) -> None:
        lines = html.splitlines()
        text = html if len(lines) == 1 else "".join(line.strip() for line in lines)
        parts = list(Formatter().parse(text))
        self._names = tuple(name for _, name, _, _ in parts if name is not None)
        self._html = "".join(
            words.replace("%", "%%") + ("" if name is None else "%s") for words, name, _, _ in parts
        )

    def __call__(self, **parts: object) -> SafeString:
        """Fill every place. ``None`` is drawn as nothing."""
        return SafeString(self._html % tuple([_escaped(parts[name]) for name in self._names]))


def joined(parts: Iterable[object]) -> SafeString:
    """Put pieces one after the other; text among them is escaped."""
    return SafeString("".join([_escaped(part) for part in parts]))


def worded(pattern: str, **parts: object) -> SafeString:
    """Fill a sentence in somebody’s language; it is escaped, and so is what fills it."""
    return SafeString(
        escape(pattern).format_map({name: _escaped(part) for name, part in parts.items()})
    )


def _escaped(part: Any) -> str:
    kind = type(part)
    if kind is SafeString:
        return cast(SafeString, part)
    if kind is str:
        return escape(part)
    return "" if part is None else conditional_escape(part)
