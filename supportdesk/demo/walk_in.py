"""Walking into the trial desk by a one-time link: a page with one button."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from supportdesk.lib.access import trial_only
from supportdesk.models import OneTimeLink
from supportdesk.sign_in import sign_in


@trial_only
@require_http_methods(["GET", "HEAD", "POST"])
def walk_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose desk it is; the button signs in, once."""
    at = timezone.now()  # noqa: TID251 -- a view
    links = OneTimeLink.objects.usable(
        purpose=OneTimeLink.Purpose.WALK_IN, token=token, at=at
    ).filter(user__is_active=True, user__is_demo=True)
    link = links.select_related("user").first()
    if link is None or link.user is None:
        return render(request, "demo/walk_in_over.html", status=404)
    if request.method != "POST":
        return render(request, "demo/walk_in.html", {"person": link.user})
    if not link.use(at=at):
        return render(request, "demo/walk_in_over.html", status=404)
    sign_in(request, link.user)
    return redirect("desk:inbox")
