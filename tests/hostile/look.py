"""Look at a page as a browser takes it apart, for anything in it that content must not be."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

SCHEMES = {"http", "https", "mailto", "tel"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*|[^/?#]*)\s*:", re.IGNORECASE)
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\ufeff]+")
_LINKS = {"href", "xlink:href", "cite", "longdesc"}
_LOADS = {
    "src", "srcset", "poster", "data", "background", "ping", "manifest", "action", "formaction",
    "srcdoc", "code", "codebase", "archive", "dynsrc", "lowsrc", "imagesrcset", "http-equiv",
}  # fmt: skip
#: Elements that content never brings, and pages have with nothing of it in their attributes.
_TAGS = set(
    "script style link base meta iframe object embed applet svg math template frame frameset portal"
    " marquee bgsound video audio source track img image picture fencedframe animate set use handler"
    " foreignobject annotation-xml mglyph maction noscript xmp plaintext listing noembed noframes"
    " dialog canvas map area x".split()
)
_WORDS = {"alt", "title", "aria-label", "aria-description", "content", "value", "placeholder"}
_STYLE = re.compile(
    r"url\(|expression|import|image-set|binding|behavior|position|\\", re.IGNORECASE
)
_HARM = re.compile(r"pwn|evil\.example", re.IGNORECASE)
#: ``7*7191``: a template that was executed.
_EXECUTED = "50337"


def faults(html: str, *, is_framed: bool = False) -> list[str]:
    """Say what is wrong with a page; with ``is_framed`` styles on elements are allowed."""
    found = [f"executed a template: {_EXECUTED}"] if _EXECUTED in html else []
    for node in LexborHTMLParser(html).root.traverse(include_text=False):  # type: ignore[union-attr]
        tag = (node.tag or "").lower()
        found += [f"<{tag}> {fault}" for fault in _of(tag, node, is_framed=is_framed)]
    return found


def _of(tag: str, node: LexborNode, *, is_framed: bool) -> Iterator[str]:
    attributes = {name.lower(): value or "" for name, value in node.attributes.items()}
    for name, value in attributes.items():
        yield from _attribute(tag, name, value, is_framed=is_framed)
    # A browser does not tell the nonce.
    is_ours = attributes.get("nonce") or attributes.get("src", "").startswith("/static/")
    if tag == "script" and (not is_ours or _HARM.search(node.text() or "")):
        yield f"is not ours: {(node.html or '')[:120]}"
    if tag == "style" and _HARM.search(node.text() or ""):
        yield f"is not ours: {(node.html or '')[:120]}"
    if tag in _TAGS and any(
        # A nonce is drawn: one in a thousand spells the word by chance.
        _HARM.search(value)
        for name, value in attributes.items()
        if name not in _WORDS | {"nonce"}
    ):
        yield f"came with content: {(node.html or '')[:120]}"


def _attribute(tag: str, name: str, value: str, *, is_framed: bool) -> Iterator[str]:
    said = f"{name}={value[:80]!r}"
    has_harm = bool(_HARM.search(value))
    if name.startswith("on") or name == "_":
        yield f"has a handler: {said}"
    if name.startswith(("hx-", "data-hx-", "sse-", "ws-", "x-", "@", "v-")) and has_harm:
        yield f"obeys content: {said}"
    if name in _LOADS and has_harm:
        yield f"loads what content says: {said}"
    if name in _LINKS | _LOADS - {"srcdoc", "data"} and not _is_fine(value):
        yield f"has a forbidden scheme: {said}"
    if name in _LINKS and tag not in {"a", "link", "use"} and has_harm:
        yield f"links where content says: {said}"
    if name == "style" and (not is_framed or _STYLE.search(value)):
        yield f"is styled: {said}"
    if name in {"id", "name", "is", "slot", "form", "class"} and has_harm:
        yield f"is named by content: {said}"


def _is_fine(target: str) -> bool:
    scheme = _SCHEME.match(_BLANK.sub("", target))
    return scheme is None or scheme[1].lower() in SCHEMES
