"""The headers that go on every answer, errors and fragments included."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

#: The one policy of the desk’s pages. Scripts run by nonce alone: a file that
#: somebody uploaded can never be a script here, whatever it is called.
PAGE = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; "
    "style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'"
)
#: A mail’s HTML in its frame: no scripts ever, its own styles, no request to anywhere.
FRAMED_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
#: A file from outside: only ever a download.
FILE = "default-src 'none'; sandbox; frame-ancestors 'none'"


class _WithNonce(HttpRequest):
    csp_nonce: str


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Set the policy, unless the view set a stricter one of its own."""

    def middleware(request: _WithNonce) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)
        response = get_response(request)
        response.setdefault("Content-Security-Policy", PAGE.format(nonce=request.csp_nonce))
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware
