"""Write a mail’s words from its templates, in the reader’s language and zone."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.utils import timezone, translation

from supportdesk.models import Desk

_MANY_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def letter(
    template: str,
    context: dict[str, Any],
    *,
    desk: Desk,
    language: str,
    subject: str = "",
    sender_name: str = "",
    sender_address: str = "",
    zone: ZoneInfo | None = None,
) -> dict[str, Any]:
    """Return the payload of a mail for ``outbox.queue_mail``.

    ``template`` names ``<template>.txt`` and ``<template>.html``; the HTML one
    extends ``supportdesk/mail/letter.html``. Without ``subject`` the text’s
    first line is it. Dates in the mail are in ``zone``, else the desk’s.
    """
    context = {"desk": desk, "sender_name": sender_name or desk.name} | context
    with translation.override(language), timezone.override(zone or ZoneInfo(desk.time_zone)):
        text = _render(f"{template}.txt", context, autoescape=False)
        if not subject:
            subject, _line, text = text.partition("\n")
        html = _render(f"{template}.html", context | {"language": language}, autoescape=True)
    return {
        "from": [
            sender_name or desk.sender_name or desk.name,
            sender_address or desk.sender_address,
        ],
        "subject": subject.strip(),
        "text": _MANY_EMPTY_LINES.sub("\n\n", text.strip()) + "\n",
        "html": html.strip() + "\n",
    }


def _render(name: str, context: dict[str, Any], *, autoescape: bool) -> str:
    # The engine’s own template, because plain text must not be escaped and HTML always.
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101 -- the settings say so
    template = engine.engine.get_template(name)
    return template.render(Context(context, autoescape=autoescape))
