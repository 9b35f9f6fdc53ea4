"""The very first page of an empty desk. It is gone once there is an admin."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from supportdesk.lib.access import anyone
from supportdesk.models import Desk, OneTimeLink, Role, User
from supportdesk.setup import rows
from supportdesk.setup.forms.first import First
from supportdesk.sign_in import sign_in


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    """Name the desk and make its first admin, who is signed in at once."""
    at = timezone.now()
    link = OneTimeLink.objects.usable(
        purpose=OneTimeLink.Purpose.SET_UP, token=token, at=at
    ).first()
    if link is None or User.objects.filter(role=Role.ADMIN).exists():
        raise Http404
    form = First(request.POST or None, language=translation.get_language()[:2])
    if not form.is_valid():
        return render(request, "setup/first.html", {"form": form})
    said = form.cleaned_data
    with transaction.atomic():
        if not link.use(at=at):
            raise Http404
        desk = {name: said[f"desk_{name}"] for name in ("name", "language", "time_zone")}
        rows.write(Desk.current(), desk | {"set_up_at": at})
        admin = User.objects.create_user(
            said["email"],
            said["password"],
            name=said["name"],
            role=Role.ADMIN,
            language=said["desk_language"],
            time_zone=said["desk_time_zone"],
            joined_at=at,
        )
    sign_in(request, admin)
    return redirect("setup:home")
