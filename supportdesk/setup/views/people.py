"""Who works here."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supportdesk import outbox
from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.models import User
from supportdesk.setup import staff
from supportdesk.setup.forms.people import Deactivation, Invitation, Person
from supportdesk.setup.views import show
from tickets.models import Ticket
from tickets.states import UNSOLVED

_factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)


@admin_required
@require_safe
def list_people(request: AgentRequest) -> HttpResponse:
    people = User.objects.prefetch_related("teams").annotate(
        has_second_factor=Exists(_factors.filter(user=OuterRef("pk")))
    )
    here = [person for person in people if person.is_active]
    gone = [person for person in people if not person.is_active]
    return show(request, "people", "people", people=here, gone=gone)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: AgentRequest) -> HttpResponse:
    form = Invitation(request.POST or None, initial={"language": request.desk.language})
    if form.is_valid():
        user = staff.invite(**form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(
            request, _("An invitation to %(email)s is on its way.") % {"email": user.email}
        )
        return redirect("setup:people")
    return show(request, "invite", "people", form=form)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: AgentRequest, pk: int) -> HttpResponse:
    """One person: what they may, and what an admin can do for them."""
    user = get_object_or_404(User, pk=pk)
    initial = {"name": user.name, "role": user.role, "teams": user.teams.all()}
    form = Person(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            staff.change(user, **form.cleaned_data, by=request.user)
        except staff.StaffError as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, _("Saved. It holds from their next click."))
            return redirect("setup:people")
    user.refresh_from_db()
    return show(
        request,
        "person",
        "people",
        form=form,
        person=user,
        factors=_factors.filter(user=user).values_list("type", flat=True),
        is_invited=not staff.can_come_in(user) and user.is_active,
        mail=outbox.state_of("supportdesk.user", [user.pk]).get(user.pk),
    )


@admin_required
@require_POST
def invite_again(request: AgentRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    try:
        staff.invite_again(user, by=request.user, at=timezone.now())
    except staff.StaffError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("A new invitation to %(email)s is on its way.") % {"email": user.email}
        )
    return redirect("setup:person", pk)


@admin_required
@require_POST
def end_sessions(request: AgentRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    user.end_sessions()
    messages.success(request, _("%(name)s is signed out everywhere.") % {"name": user.name})
    return redirect("setup:person", pk)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: AgentRequest, pk: int) -> HttpResponse:
    """Ask who takes over, then switch somebody off."""
    user = get_object_or_404(User, pk=pk, is_active=True)
    form = Deactivation(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        try:
            given = staff.deactivate(
                user,
                successor=form.cleaned_data["successor"],
                by=request.user,
                at=timezone.now(),
            )
        except staff.StaffError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said_after(user, given))
            return redirect("setup:people")
    owned = Ticket.objects.owned_by(user).aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(state__in=UNSOLVED))
    )
    return show(request, "deactivate", "people", form=form, person=user, owned=owned)


def _said_after(user: User, given: int) -> str:
    if not given:
        return _("%(name)s is switched off.") % {"name": user.name}
    return ngettext(
        "%(name)s is switched off, %(n)s ticket given on.",
        "%(name)s is switched off, %(n)s tickets given on.",
        given,
    ) % {"name": user.name, "n": given}


@admin_required
@require_POST
def reactivate(request: AgentRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    staff.reactivate(user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": user.name})
    return redirect("setup:person", pk)
