"""Whose language and time zone this request is in."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from supportdesk.models import Desk, User


class _DeskRequest(HttpRequest):
    desk: Desk


def language_and_zone(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Speak the person’s language in the person’s zone.

    Staff have both on their profile. A customer’s language is the one they
    chose (a cookie) or their browser’s; their zone is the desk’s. Costs one
    query: the desk’s own row, which every page needs.
    """

    def middleware(request: _DeskRequest) -> HttpResponse:
        if request.path.startswith((settings.STATIC_URL, "/healthz", "/readyz", "/metrics")):
            return get_response(request)
        request.desk = Desk.current()
        user = request.user if isinstance(request.user, User) else None
        language = user.language if user else translation.get_language_from_request(request)
        zone = user.time_zone if user else request.desk.time_zone
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.setdefault("Content-Language", language)
        return response

    return middleware


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``desk``: name, colour, logo."""
    return {
        "desk": getattr(request, "desk", None),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "is_trial": settings.TRIAL,
    }
