"""One’s own profile, and the page behind an invitation."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from supportdesk.account.forms import Invited, Profile
from supportdesk.lib.access import AgentRequest, agent_required, anyone
from supportdesk.models import OneTimeLink, User
from supportdesk.sign_in import sign_in


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: AgentRequest) -> HttpResponse:
    """What colleagues and customers see of somebody, and how they like to read."""
    form = Profile(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        request.user.introduce(**form.cleaned_data)
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your profile is saved."))
        return redirect("profile")
    factors = Authenticator.objects.filter(user=request.user)
    has_second_factor = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    return render(
        request,
        "account/profile.html",
        {"form": form, "has_second_factor": has_second_factor, "here": "profile"},
    )


@anyone
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person says their name and chooses a password; the link works once."""
    at = timezone.now()
    links = OneTimeLink.objects.usable(
        purpose=OneTimeLink.Purpose.INVITATION, token=token, at=at
    ).filter(user__is_active=True)
    link = links.select_related("user").first()
    if link is None or link.user is None:
        return render(request, "account/invitation_over.html", status=404)
    with translation.override(link.user.language):
        form = Invited(request.POST or None, user=link.user)
        if not form.is_valid():
            return render(request, "account/invitation.html", {"form": form, "invited": link.user})
        if not link.use(at=at):
            return render(request, "account/invitation_over.html", status=404)
        link.user.join(
            name=form.cleaned_data["name"], password=form.cleaned_data["password"], at=at
        )
    sign_in(request, link.user)
    return redirect("desk:inbox")
