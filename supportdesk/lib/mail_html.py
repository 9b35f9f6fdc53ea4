"""HTML of mails from outside: made harmless once, when it is stored, and only shown in its frame."""

import re

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from supportdesk.lib import html_size

_TAGS = set(
    "a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4"
    " h5 h6 hr i ins li ol p pre q s small span strike strong sub sup table tbody td tfoot th thead"
    " tr tt u ul".split()
)
#: Never more than this: ``style`` in a list above would open what nh3 keeps shut.
_GONE_WITH_CONTENT = {"script", "style", "title", "textarea", "noscript", "iframe", "xmp"}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color",
    "border-left", "border-right", "border-spacing", "border-style", "border-top",
    "border-width", "color", "direction", "font-family", "font-size", "font-style",
    "font-weight", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "padding", "padding-bottom", "padding-left", "padding-right",
    "padding-top", "text-align", "text-decoration", "text-indent", "vertical-align",
    "white-space", "width",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"style", "dir", "lang", "align", "valign"},
    "a": {"href", "title"},
    "font": {"color", "size", "face"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "width", "height", "bgcolor", "nowrap"},
    "th": {"colspan", "rowspan", "width", "height", "bgcolor", "nowrap"},
    "tr": {"bgcolor"},
    "ol": {"start", "type"},
    "li": {"value"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_ABSOLUTE = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
#: What makes a style more than looks: addresses, programs of old browsers, and disguises of both.
_MORE_THAN_LOOKS = re.compile(r"url\(|image|expression|script|\\", re.IGNORECASE)


def clean(html: str) -> str:
    """Return what may be shown in the frame; "" for what is too much: then the text is shown.

    No pictures, no scripts, no address that is not absolute. Doing it twice
    changes nothing.
    """
    if html_size.is_too_much(html):
        return ""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=only_absolute,
        url_schemes=_SCHEMES,
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
    ).replace("\x00", "")


def only_absolute(tag: str, attribute: str, value: str) -> str | None:
    """Drop links that depend on the page they stand on, and styles that do more than look."""
    if attribute == "href" and not _ABSOLUTE.match(value.strip()):
        return None
    if attribute == "style" and _MORE_THAN_LOOKS.search(value):
        return None
    return value


_BLOCKS = frozenset(
    "address article blockquote center dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li ol p pre"
    " section table tr ul".split()
)
_APART = frozenset({"p", "blockquote", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT = frozenset({"head", "script", "style", "title", "template", "noscript", "iframe"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINE_ENDS = re.compile(r"[ \t]+\n")
_MANY_LINES = re.compile(r"\n{3,}")


def text_of(html: str) -> str:
    """Return the words of an HTML mail, a line for each block; "" for what is too much."""
    if html_size.is_too_much(html):
        return ""
    node = LexborHTMLParser(html).root
    words: list[str] = []
    while node is not None:
        is_silent = node.tag in _SILENT
        if not is_silent:
            _open(node, words)
        if node.first_child is not None and not is_silent:
            node = node.first_child
            continue
        while node is not None and node.next is None:
            node = node.parent
            _close(node, words)
        node = node.next if node is not None else None
    return _MANY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", "".join(words))).strip()


def _open(node: LexborNode, words: list[str]) -> None:
    if node.tag == "-text":
        text = _SPACE.sub(" ", node.text_content or "")
        starts_line = not words or words[-1].endswith("\n")
        words.append(text.lstrip() if starts_line else text)
    elif node.tag == "br":
        words.append("\n")
    elif node.tag in _BLOCKS:
        _line(words)
        if node.tag == "li":
            words.append("- ")


def _close(node: LexborNode | None, words: list[str]) -> None:
    if node is not None and node.tag in _BLOCKS:
        _line(words)
        if node.tag in _APART:
            words.append("\n")
    elif node is not None and node.tag in {"td", "th"}:
        words.append(" ")


def _line(words: list[str]) -> None:
    if words and not words[-1].endswith("\n"):
        words.append("\n")
