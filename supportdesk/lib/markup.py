"""Text that people wrote, made into HTML once, when it is stored."""

import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from supportdesk.lib import mail_html

#: Staff write Markdown-lite; raw HTML in it stays text.
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).disable(
    ["image", "html_block", "html_inline"]
)
_TAGS = {
    "p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_BARE_LINK = re.compile(r"(?<![\w(\[<\"'=/])https?://[^\s<>\"')\]]{1,2000}")

#: Longer texts are not parsed: Markdown costs more than it gives there.
LIMIT = 64_000


def render(text: str) -> str:
    """Return staff’s Markdown as HTML that is safe inside our own pages, and the same in a mail."""
    if len(text) > LIMIT:
        return f"<pre>{nh3.clean_text(text)}</pre>"
    html = _MARKDOWN.render(_BARE_LINK.sub(r"<\g<0>>", text))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=mail_html.only_absolute,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def stored(html: str) -> SafeString:
    """Let through what ``render`` made: a message’s ``html``, and nothing else (a house test looks)."""
    return SafeString(html)


def plain(text: str) -> str:
    """Return plain text that is no Markdown as HTML: what was typed, in its paragraphs."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return "\n".join(
        f"<p>{escape(part.strip()).replace(chr(10), '<br>')}</p>" for part in parts if part.strip()
    )


def clean_text(text: str) -> str:
    """Return text that Postgres takes and people can trust: no NUL, no lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
