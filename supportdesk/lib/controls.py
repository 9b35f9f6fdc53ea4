"""Draws the plain controls of forms without a template for each of their options.

A page of the desk has a hundred options in its selects; Django renders three
templates for each of them. What is drawn here is what Django’s templates say,
character for character in its meaning; everything else is left to them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class Renderer(TemplatesSetting):
    """Our form renderer: templates as the project’s settings say, plain controls by hand."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return draw(context["widget"])


def _select(widget: dict[str, Any]) -> SafeString:
    groups = ((name, _options(options)) for name, options, _index in widget["optgroups"])
    inside = _joined(
        format_html('<optgroup label="{}">{}</optgroup>', name, options) if name else options
        for name, options in groups
    )
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"].items()),
        inside,
    )


def _options(options: Iterable[dict[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((str(one["value"]), _attributes(one["attrs"].items()), one["label"]) for one in options),
    )


def _input(widget: dict[str, Any]) -> SafeString:
    value = widget["value"]
    return format_html(
        '<input type="{}" name="{}"{}{}>',
        widget["type"],
        widget["name"],
        "" if value is None else format_html(' value="{}"', str(value)),
        _attributes(widget["attrs"].items()),
    )


def _textarea(widget: dict[str, Any]) -> SafeString:
    # A line break straight after the tag is not part of what was written.
    return format_html(
        '<textarea name="{}"{}>\n{}</textarea>',
        widget["name"],
        _attributes(widget["attrs"].items()),
        "" if widget["value"] is None else str(widget["value"]),
    )


def _attributes(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    said = (
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
        for name, value in pairs
        if value is not False
    )
    return _joined(said)


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


_DRAWN: dict[str, Callable[[dict[str, Any]], SafeString]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/input.html": _input,
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/email.html": _input,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/textarea.html": _textarea,
}
