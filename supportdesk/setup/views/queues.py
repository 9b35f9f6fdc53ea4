"""Where tickets arrive."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.setup import rows
from supportdesk.setup.forms.queues import QueueForm
from supportdesk.setup.views import show
from tickets.models import Queue


@admin_required
@require_safe
def list_queues(request: AgentRequest) -> HttpResponse:
    queues = Queue.objects.select_related("team").annotate(
        leads_here=Count("topics", filter=Q(topics__is_active=True))
    )
    queues = queues.order_by("position", "name")
    return show(request, "queues", "queues", queues=queues)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_queue(request: AgentRequest) -> HttpResponse:
    return _edit(request, Queue())


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: AgentRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Queue, pk=pk))


def _edit(request: AgentRequest, row: Queue) -> HttpResponse:
    title = row.name or _("New queue")
    form = QueueForm(request.POST or None, instance=row)
    if form.is_valid():
        rows.write(row, form.columns())
        messages.success(request, _("The queue “%(name)s” is saved.") % {"name": row.name})
        return redirect("setup:queues")
    return show(request, "form", "queues", form=form, title=title, back="setup:queues")
