"""Pages of the whole desk: where to begin, what is not built yet, and errors."""

import sys

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from supportdesk.lib import brand, not_now
from supportdesk.lib.access import anyone
from supportdesk.lib.logs import current_id
from supportdesk.models import Desk


@anyone
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to their desk, everybody else to the form."""
    return redirect("desk:inbox" if request.user.is_authenticated else "submit")


@anyone
@require_safe
def known_issues(request: HttpRequest) -> HttpResponse:
    return render(request, "supportdesk/not_yet.html", {"page": "known-issues"})


@anyone
@require_safe
def portal(request: HttpRequest) -> HttpResponse:
    return render(request, "supportdesk/not_yet.html", {"page": "portal"})


@anyone
@require_safe
def brand_css(request: HttpRequest) -> HttpResponse:
    """The desk’s one colour, as the style that customer pages load after ours."""
    answer = HttpResponse(brand.stylesheet(Desk.current().colour), content_type="text/css")
    answer["Cache-Control"] = "public, max-age=3600"  # its address changes with the colour
    return answer


@anyone
@require_safe
def desk_logo(request: HttpRequest) -> HttpResponse:
    """The desk’s logo: a PNG that we drew again ourselves when it was uploaded."""
    name = Desk.current().logo
    if not name or not default_storage.exists(name):
        raise Http404
    with default_storage.open(name) as file:
        answer = HttpResponse(file.read(), content_type="image/png")
    answer["Cache-Control"] = "public, max-age=300"
    return answer


@anyone
@require_safe
def api_root(request: HttpRequest) -> JsonResponse:
    """Say honestly that the address is kept and nothing answers here yet."""
    return JsonResponse(
        {
            "type": "about:blank",
            "title": "There is no API yet",
            "status": 501,
            "detail": "This address is reserved for it. Nothing else answers under /api/v1/.",
        },
        status=501,
        content_type="application/problem+json",
    )


@anyone
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or the browser refuses our cookies."""
    return render(request, "supportdesk/form_expired.html", status=403)


@anyone
def unreadable(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Too large, cut in two, or made by hand."""
    return render(request, "supportdesk/unreadable.html", status=400)


@anyone
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "supportdesk/forbidden.html", status=403)


@anyone
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "supportdesk/not_found.html", status=404)


@anyone
def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours failed. Says so without a word about what: that is in the log.

    Django calls this inside its ``except``, for views and middlewares alike.
    """
    if not_now.is_about(sys.exc_info()[1]):
        return not_now.answer(request)
    return render(request, "supportdesk/broken.html", {"id": current_id.get()}, status=500)
