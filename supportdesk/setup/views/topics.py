"""What customers can choose in the form, and what it asks them."""

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.setup import rows
from supportdesk.setup.forms.queues import FieldForm, TopicForm
from supportdesk.setup.views import show
from tickets.models import Topic, TopicField


@admin_required
@require_safe
def list_topics(request: AgentRequest) -> HttpResponse:
    """The tree, each branch with its twigs; two queries."""
    counted = Topic.objects.select_related("queue").annotate(asks=Count("fields"))
    # What counts forgets the model’s own order.
    topics = list(counted.order_by("position", "name"))
    tree = [
        (branch, [twig for twig in topics if twig.parent_id == branch.pk])
        for branch in topics
        if branch.parent_id is None
    ]
    return show(request, "topics", "topics", tree=tree)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_topic(request: AgentRequest) -> HttpResponse:
    last = Topic.objects.aggregate(last=Max("position"))["last"] or 0
    return _edit(request, Topic(position=last + 1))


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: AgentRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Topic, pk=pk))


def _edit(request: AgentRequest, row: Topic) -> HttpResponse:
    title = str(row) or _("New topic")
    is_new = row.pk is None
    form = TopicForm(request.POST or None, instance=row)
    if form.is_valid():
        rows.write(row, form.columns())
        messages.success(request, _("The topic “%(name)s” is saved.") % {"name": row.name})
        return redirect("setup:topic", row.pk) if is_new else redirect("setup:topics")
    fields = [] if is_new else row.fields.all()
    return show(
        request,
        "topic",
        "topics",
        form=form,
        title=title,
        back="setup:topics",
        topic=row,
        fields=fields,
    )


@admin_required
@require_POST
def move_topic(request: AgentRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Topic, pk=pk)
    rows.move(row, Topic.objects.filter(parent=row.parent), up=request.POST.get("to") == "up")
    return redirect("setup:topics")


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_field(request: AgentRequest, pk: int) -> HttpResponse:
    of = get_object_or_404(Topic, pk=pk)
    last = of.fields.aggregate(last=Max("position"))["last"] or 0
    return _edit_field(request, of, TopicField(position=last + 1))


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: AgentRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(TopicField.objects.select_related("topic"), pk=pk)
    return _edit_field(request, row.topic, row)


def _edit_field(request: AgentRequest, of: Topic, row: TopicField) -> HttpResponse:
    title = str(row) or _("New question")
    form = FieldForm(request.POST or None, instance=row, topic=of)
    if form.is_valid():
        rows.write(row, form.columns())
        messages.success(request, _("The question “%(label)s” is saved.") % {"label": row.label})
        return redirect("setup:topic", of.pk)
    return show(request, "field", "topics", form=form, title=title, topic=of, asked=row)


@admin_required
@require_POST
def move_field(request: AgentRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(TopicField.objects.select_related("topic"), pk=pk)
    rows.move(row, row.topic.fields.all(), up=request.POST.get("to") == "up")
    return redirect("setup:topic", row.topic_id)


@admin_required
@require_POST
def remove_field(request: AgentRequest, pk: int) -> HttpResponse:
    """Stop asking. What customers answered stays on their tickets."""
    row = get_object_or_404(TopicField, pk=pk)
    row.delete()
    messages.success(request, _("“%(label)s” is no longer asked.") % {"label": row.label})
    return redirect("setup:topic", row.topic_id)
