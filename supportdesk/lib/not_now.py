"""What people are told while Postgres cannot be reached: soon again, and nothing typed is lost.

Asks no database, nor anything that may. ``supportdesk.views.broken`` calls it
for whatever failed in a view or around it, a middleware included.
"""

import logging
import sys
import uuid
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

#: Postgres that was killed stands again after about so long.
SECONDS = 10
#: What Postgres says when the connection, and not the statement, is what fails: it is refused,
#: it breaks, the server is ended, crashed or not up yet, or has no place left.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")


def is_about(failure: BaseException | None) -> bool:
    """Whether Postgres was away: not a statement that took too long, a lock, or a mistake of ours."""
    return any(
        isinstance(each, (OperationalError, InterfaceError)) and _is_away(each)
        for each in _all_of(failure)
    )


def _all_of(failure: BaseException | None) -> Iterator[BaseException]:
    """The failure and what it came of. Leaving a transaction whose connection broke hides the first."""
    while failure is not None:
        yield failure
        failure = failure.__cause__ or failure.__context__


def _is_away(failure: Error) -> bool:
    # A connection that is refused or breaks off has no code: nobody was there to give one.
    code = getattr(failure.__cause__, "pgcode", None)
    return code is None or str(code).startswith(_AWAY)


def answer(request: HttpRequest) -> HttpResponse:
    """A page for people, a sentence for a part of a page, an object for scripts; 503 each."""
    with translation.override(translation.get_language_from_request(request)):
        response = _fitting(request)
        response["Content-Language"] = translation.get_language()
    # One line each, and not the way through Django’s layers: there are as many as requests.
    log.warning("Postgres is away, %s: %s", request.method, str(sys.exc_info()[1]).splitlines()[:1])
    response._has_been_logged = True  # type: ignore[attr-defined] # noqa: SLF001 -- what Django itself asks for
    response["Retry-After"] = str(SECONDS)
    # In whose words it is said depends on these; nobody may keep it anyway.
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept-Language, Cookie"
    return response


def _fitting(request: HttpRequest) -> HttpResponse:
    sentence = _("We can’t get at our records right now. Try again in a moment.")
    if request.headers.get("HX-Request"):
        return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    if _is_script(request):
        return JsonResponse(
            {"type": "about:blank", "title": sentence, "status": 503, "words": sentence},
            status=503,
            content_type="application/problem+json",
        )
    return HttpResponse(render_to_string("supportdesk/not_now.html", _page(request)), status=503)


def _is_script(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    wants_json = "json" in accepts and "text/html" not in accepts
    return wants_json or request.headers.get("Sec-Fetch-Dest") == "empty"


def _page(request: HttpRequest) -> dict[str, Any]:
    about: dict[str, Any] = {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "address": request.get_full_path(),
        "is_post": request.method == "POST",
    }
    if not about["is_post"]:
        return about
    try:
        said = request.POST
        key = uuid.UUID(said.get("key", ""))
    except (ValueError, SuspiciousOperation, MultiPartParserError, OSError):
        # No form that can be sent twice and count once, or nothing that can be read.
        return about
    about["key"] = str(key)
    about["text"] = said.get("text", "")
    about["fields"] = [
        (name, value)
        for name, values in said.lists()
        if name != "text" and "password" not in name
        for value in values
    ]
    about["files"] = [
        (name, [file.name for file in files if file.name])
        for name, files in request.FILES.lists()
        if any(file.name for file in files)
    ]
    return about
