"""Who works together."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.models import Team
from supportdesk.setup import rows
from supportdesk.setup.forms.people import TeamForm
from supportdesk.setup.views import show


@admin_required
@require_safe
def list_teams(request: AgentRequest) -> HttpResponse:
    teams = Team.objects.select_related("lead").annotate(
        size=Count("members", filter=Q(members__is_active=True), distinct=True),
        streams=Count("queues", distinct=True),
    )
    teams = teams.order_by("name")
    return show(request, "teams", "teams", teams=teams)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: AgentRequest) -> HttpResponse:
    return _edit(request, Team())


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: AgentRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Team, pk=pk))


def _edit(request: AgentRequest, row: Team) -> HttpResponse:
    title = row.name or _("New team")
    form = TeamForm(request.POST or None, instance=row)
    if form.is_valid():
        said = dict(form.cleaned_data)
        members = said.pop("members")
        with transaction.atomic():
            rows.write(row, said)
            row.members.set(members)
            if row.lead:
                row.members.add(row.lead)
        messages.success(request, _("The team “%(name)s” is saved.") % {"name": row.name})
        return redirect("setup:teams")
    return show(request, "form", "teams", form=form, title=title, back="setup:teams")
