"""The desk’s own tags: icons, people, moments, ribbons, fields. They are in every template."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from supportdesk.lib import moments
from supportdesk.lib.ribbons import Ribbon, State
from supportdesk.lib.story import Story
from supportdesk.lib.story_drawing import drawn as drawn_story

register = template.Library()

_ICON_SIZES = {"s": " icon--s", "m": "", "l": " icon--l"}
_PEOPLE_GROUNDS = 6


class Person(Protocol):
    name: str
    pk: Any


class Page(Protocol):
    next: str
    previous: str


class UnknownIcon(LookupError):
    """The sprite has no symbol of that name."""


# --- Icons, people, scripts ----------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "m", label: str = "") -> SafeString:
    """Draw one icon of ``static/icons.svg``; with ``label`` it speaks, else a word stands beside it."""
    return _icon(name, size, label, _sprite())


@cache
def _sprite() -> str:
    return static("icons.svg")


@cache
def _icon(name: str, size: str, label: str, sprite: str) -> SafeString:
    if name not in _icon_names():
        raise UnknownIcon(f"static/icons.svg has no “{name}”")
    voice = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"/></svg>',
        _ICON_SIZES[size],
        mark_safe(voice),  # noqa: S308 -- formatted above
        sprite,
        name,
    )


@cache
def _icon_names() -> frozenset[str]:
    text = (settings.ROOT / "static" / "icons.svg").read_text()
    return frozenset(part.split('"', 1)[0] for part in text.split('<symbol id="')[1:])


@register.simple_tag
def avatar(person: Person | None, size: str = "m") -> SafeString:
    """Draw a person’s initials on their ground; nobody is a dashed ring. Say the name beside it."""
    grown = {"m": "", "l": " avatar--l", "xl": " avatar--xl"}[size]
    if person is None:
        return format_html('<span class="avatar avatar--none{}" aria-hidden="true">–</span>', grown)
    return format_html(
        '<span class="avatar avatar--{}{}" aria-hidden="true">{}</span>',
        (person.pk or 0) % _PEOPLE_GROUNDS + 1,
        grown,
        initials(person.name),
    )


def initials(name: str) -> str:
    """Return the first letters of the first and last word: "Tomás Okafor" is TO."""
    words = [word for word in name.split() if word[0].isalnum()]
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in ends).upper() or "?"


@register.simple_tag(takes_context=True)
def module(context: Context, path: str) -> SafeString:
    """Load one of our ES modules, with the nonce that the policy asks for."""
    return format_html(
        '<script type="module" src="{}" nonce="{}"></script>',
        static(path),
        context.get("csp_nonce", ""),
    )


# --- Moments -------------------------------------------------------------------------------------


def _now(context: Context) -> datetime:
    """The moment the view read, as ``now``; else the clock: a page is drawn at its edge."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()  # noqa: TID251 -- see above


def _time(moment: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), moments.full(moment), words
    )


_FORMS = {"short": moments.short, "brief": moments.brief, "day": moments.day_and_time}


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, form: str = "short") -> SafeString | str:
    """Say when: ``short`` "Fri 12:00", ``brief`` "Fri", ``day`` "Friday, 12:00", or ``full``."""
    if at is None:
        return ""
    if form == "full":
        return _time(at, moments.full(at))
    return _time(at, _FORMS[form](at, now=_now(context)))


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None, pattern: str = "{}") -> SafeString | str:
    """Say how long since or until, in few words; the browser keeps it true."""
    return _time_ago(at, _now(context), pattern) if at else ""


def _time_ago(at: datetime, now: datetime, pattern: str = "{}") -> SafeString:
    return format_html(
        '<time-ago datetime="{}" title="{}" pattern="{}">{}</time-ago>',
        at.isoformat(),
        moments.full(at),
        pattern,
        pattern.replace("{}", moments.span(at - now)),
    )


# --- Ribbons -------------------------------------------------------------------------------------

_MARKS = {
    State.RUNNING: '<circle class="ribbon__mark" cx="-5" cy="6" r="4"/>',
    State.SOON: '<path class="ribbon__mark" d="m-5.5 .5 5.5 5.5-5.5 5.5L-11 6z"/>',
    State.BROKEN: (
        '<rect class="ribbon__mark ribbon__mark--full" x="-5" y="1" width="10" height="10"'
        ' rx="1.5"/><path class="ribbon__tick" d="m-2.2 3.8 4.4 4.4m0-4.4-4.4 4.4"/>'
    ),
    State.KEPT: (
        '<circle class="ribbon__mark ribbon__mark--full" cx="-5.5" cy="6" r="5"/>'
        '<path class="ribbon__tick" d="m-8 6.2 1.8 1.9 3.2-3.8"/>'
    ),
}


@register.simple_tag
def ribbon(r: Ribbon) -> SafeString:
    """Draw a time ribbon under its words; the words are what a screen reader hears."""
    said, rest = _ribbon_words(r)
    return format_html(
        '<div class="ribbon ribbon--{}"><span class="ribbon__words">'
        '<span class="ribbon__said">{}</span><span>{}</span></span>'
        '<svg class="ribbon__band" aria-hidden="true">{}</svg></div>',
        r.state.value,
        said,
        rest,
        _ribbon_band(r),
    )


def _ribbon_words(r: Ribbon) -> tuple[SafeString | str, SafeString | str]:
    if r.state is State.PAUSED:
        since = _time(r.since, moments.brief(r.since, now=r.now))
        return r.what, format_html(_("since {}"), since)
    if r.due is None:
        return r.what, ""
    due = _time(r.due, moments.short(r.due, now=r.now))
    if r.state is State.KEPT:
        return format_html(_("{what}, {moment}"), what=r.what, moment=due), _("kept")
    said = format_html(_("{what} by {moment}"), what=r.what, moment=due)
    if r.state is not State.BROKEN:
        return said, _time_ago(r.due, r.now, _("in {}") if r.for_customer else "{}")
    if r.for_customer:
        return said, pgettext("promise", "broken")
    if r.kept_at:
        return said, _("{} late").replace("{}", moments.span(r.kept_at - r.due))
    return said, _time_ago(r.due, r.now, _("{} late"))


def _ribbon_band(r: Ribbon) -> SafeString:
    if r.state is State.PAUSED:
        return mark_safe('<line class="ribbon__dots" x1="4" y1="6" x2="100%" y2="6"/>')
    at = f"{r.waited:g}%"
    waited = '<line class="ribbon__waited" x1="2" y1="6" x2="{}" y2="6"/>'
    if r.state is State.NONE:
        return format_html(waited, "98%")
    mark = mark_safe(_MARKS[r.state])  # noqa: S308 -- a constant
    if r.state is State.BROKEN:
        over = '<line class="ribbon__over" x1="{}" y1="6" x2="100%" y2="6"/>'
        return format_html(
            waited + over + '<svg overflow="visible" x="{}">{}</svg>', at, at, at, mark
        )
    end = format_html('<svg overflow="visible" x="100%">{}</svg>', mark)
    if r.state is State.KEPT:
        return format_html(waited, "98%") + end
    left = mark_safe('<line class="ribbon__left" x1="2" y1="6" x2="99%" y2="6"/>')
    return left + format_html(waited, at) + end


@register.simple_tag
def story(s: Story) -> SafeString:
    """Draw the long ribbon of a ticket. ``Story.summary`` is its accessible text."""
    return drawn_story(s)


# --- The customer’s page -------------------------------------------------------------------------


@register.inclusion_tag("_ui/_stage.html")
def stage(current: str) -> dict[str, Any]:
    """Draw the four plain steps; ``current`` is received, working, waiting or solved."""
    steps = [
        ("received", _("Received")),
        ("working", _("Being worked on")),
        ("waiting", _("Waiting for you")),
        ("solved", _("Solved")),
    ]
    reached = [key for key, _words in steps].index(current)
    return {
        "steps": [
            {
                "words": words,
                "is_current": place == reached,
                # A solved ticket need not have waited for anybody.
                "is_done": place < reached and key != "waiting",
            }
            for place, (key, words) in enumerate(steps)
        ]
    }


@register.inclusion_tag("_ui/_pager.html", takes_context=True)
def pager(context: Context, page: Page, param: str = "cursor") -> dict[str, Any]:
    """Link to the pages beside this one, keeping the rest of the address."""
    query = context["request"].GET.copy()

    def address(cursor: str) -> str:
        query[param] = cursor
        return "?" + str(query.urlencode())

    return {
        "previous": page.previous and address(page.previous),
        "next": page.next and address(page.next),
    }


@register.filter
def marked(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    """Write text that comes in pieces, with what was looked for marked."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", text) if is_sought else text,)
            for text, is_sought in pieces
        ),
    )


# --- Forms ---------------------------------------------------------------------------------------


@register.inclusion_tag("_ui/_field.html")
def field(
    bound: BoundField,
    voice: bool = False,
    columns: int = 1,
    label: str = "",
    help: str = "",  # noqa: A002 -- the word template authors expect
    rows: int = 0,
    placeholder: str = "",
) -> dict[str, Any]:
    """Draw one field: label, help, error and control, tied together for screen readers.

    ``voice`` sets what is typed in the customer’s face; ``columns`` is for
    radios and ticks drawn as cards. Optional fields say so in words.
    """
    kind = _kind_of(bound)
    attrs: dict[str, str | bool] = {}
    if kind == "plain":
        attrs["class"] = "field__input voice" if voice else "field__input"
    if rows:
        attrs["rows"] = str(rows)
    if placeholder:
        attrs["placeholder"] = placeholder
    return {
        "field": bound,
        "kind": kind,
        # A choice whose empty answer is a sentence of its own needs no “(optional)”.
        "is_optional": not bound.field.required
        and not getattr(bound.field, "says_when_empty", False),
        "control": bound.as_widget(attrs=attrs) if kind in {"plain", "tick"} else "",
        "label": label or bound.label,
        "help": help or bound.help_text,
        "columns": columns,
        "error_id": f"{bound.auto_id}_error",
        "help_id": f"{bound.auto_id}_helptext",
    }


def _kind_of(bound: BoundField) -> str:
    if bound.is_hidden:
        return "hidden"
    widget = bound.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "tick" if isinstance(widget, CheckboxInput) else "plain"


@register.filter
def paragraphs(text: str) -> SafeString:
    """Escape plain text and wrap its paragraphs; single line breaks are kept by the style."""
    parts = [part.strip("\r\n") for part in text.replace("\r\n", "\n").split("\n\n")]
    return format_html_join("\n", "<p>{}</p>", ((part,) for part in parts if part.strip()))
