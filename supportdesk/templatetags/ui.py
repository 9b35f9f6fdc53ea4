"""The desk’s own tags: icons, people, moments, ribbons, fields. They are in every template."""

from datetime import datetime
from typing import Any, Protocol

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supportdesk.lib import drawing, moments, ribbon_drawing
from supportdesk.lib.reversing import address_of
from supportdesk.lib.shapes import joined
from supportdesk.lib.story import Story
from supportdesk.lib.story_drawing import drawn as drawn_story

register = template.Library()


class Page(Protocol):
    next: str
    previous: str


# --- Icons, people, scripts ----------------------------------------------------------------------

register.simple_tag(drawing.icon)
register.simple_tag(drawing.avatar)
register.simple_tag(address_of, name="address")


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


_FORMS = {"short": moments.short, "brief": moments.brief, "day": moments.day_and_time}


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime | None, form: str = "short") -> SafeString | str:
    """Say when: ``short`` "Fri 12:00", ``brief`` "Fri", ``day`` "Friday, 12:00", or ``full``."""
    if at is None:
        return ""
    if form == "full":
        return drawing.time(at, moments.full(at))
    return drawing.time(at, _FORMS[form](at, now=_now(context)))


@register.simple_tag(takes_context=True)
def ago(context: Context, at: datetime | None, pattern: str = "{}") -> SafeString | str:
    """Say how long since or until, in few words; the browser keeps it true."""
    return drawing.time_ago(at, _now(context), pattern) if at else ""


# --- Ribbons -------------------------------------------------------------------------------------

register.simple_tag(ribbon_drawing.drawn, name="ribbon")


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


register.filter("marked", drawing.marked)
register.filter("drawn", joined)
register.filter("options", drawing.options)
register.filter("paragraphs", drawing.paragraphs)


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
