"""Somebody tells us what happened."""

import uuid
from collections.abc import Iterable
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supportdesk.lib import ribbons
from supportdesk.lib.access import anyone
from supportdesk.models import Desk
from tickets import form_limits, held_files, web_form
from tickets.customer_page import promised
from tickets.files import FileRefused
from tickets.forms.submit import SubmitForm
from tickets.models import Promise
from tickets.models.ticket import in_staffed_time
from tickets.topic_tree import TopicTree, queue_for

FRAGMENT = "X-Fragment"


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        with _desk(request).kept():
            return _posted(request)
    tree = TopicTree()
    initial: dict[str, Any] = {"key": uuid.uuid4()}
    for level, topic in enumerate(tree.path_to(request.GET.get("topic", ""))):
        initial[f"topic{level or ''}"] = str(topic.pk)
    return _page(request, SubmitForm(tree=tree, initial=initial))


def _posted(request: HttpRequest) -> HttpResponse:
    at = timezone.now()
    key = _key_of(request)
    text, address = request.POST.get("text", ""), request.POST.get("email", "")
    said = web_form.said_with(key)
    if said and web_form.is_sent(said, text, address):
        return redirect("submitted", key)
    if said:
        # The same for the same words: pressing twice is one ticket here too.
        key = held_files.move(request, key, to=uuid.uuid5(key, f"{address} {text}"))
    refused = _take_files(request, key)
    if "remove" in request.POST:
        held_files.remove(request, key, request.POST["remove"])
    held = list(held_files.of_form(request, key))
    tree = TopicTree()
    if "remove" in request.POST or "step" in request.POST:
        typed = request.POST.dict() | {"key": key}
        return _page(request, SubmitForm(tree=tree, held=held, initial=typed))
    form = SubmitForm(request.POST.dict() | {"key": key}, tree=tree, held=held)
    for sentence in filter(None, [*refused, held_files.too_much(held)]):
        form.add_error("uploads", sentence)
    if not form.is_valid():
        return _page(request, form)
    queue = queue_for(form.path)
    if queue is None:
        form.add_error(None, _("This desk is not set up yet, so nobody would read it. Come back."))
        return _page(request, form, status=503)
    if not form_limits.may_submit(request, form.cleaned_data["email"].value, at=at):
        form.add_error(
            None,
            _("A lot was sent from here in the last hour. Wait a little, then send it again."),
        )
        return _page(request, form, status=429)
    language = get_language() or "en"
    web_form.send(form, queue=queue, files=held, language=language[:5], at=at)
    return redirect("submitted", key)


def _key_of(request: HttpRequest) -> uuid.UUID:
    """The form’s own key; a form without one is new."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _take_files(request: HttpRequest, key: uuid.UUID) -> list[str]:
    """Hold what came with the form, before anything is judged: an error loses no file."""
    refused: list[str] = []
    for name in request.FILES:
        field_key = name.removeprefix("x_") if name.startswith("x_") else ""
        refused += hold_all(request, request.FILES.getlist(name), key=key, field_key=field_key)
    return refused


def hold_all(
    request: HttpRequest,
    uploads: "Iterable[UploadedFile[Any]]",
    *,
    key: uuid.UUID,
    field_key: str = "",
) -> list[str]:
    """Keep each file that can be kept; return a sentence for each that was refused."""
    at = timezone.now()
    refused: list[str] = []
    for upload in uploads:
        if not form_limits.may_upload(request, at=at):
            return [*refused, _too_many_files()]
        try:
            held_files.hold(request, upload, key=key, field_key=field_key, at=at)
        except FileRefused as refusal:
            refused.append(str(refusal))
    return refused


def _too_many_files() -> str:
    return _("Too many files came from here in the last hour. Wait a little, then add it again.")


def _page(request: HttpRequest, form: SubmitForm, status: int = 200) -> HttpResponse:
    queue = queue_for(form.path)
    at = timezone.now()
    answered_by = in_staffed_time(at, queue.first_reply_target) if queue else None
    context = {
        "form": form,
        "now": at,
        "key": form["key"].value(),
        "answered_by": answered_by
        and ribbons.ribbon(
            what=_("A person answers"),
            since=at,
            now=at,
            due=answered_by,
            for_customer=True,
            calendar=_desk(request).calendar,
        ),
        "answered_at": answered_by,
        "file_limits": held_files.limits(),
    }
    if request.headers.get(FRAGMENT) == "asked":
        return render(request, "tickets/customer/_asked.html", context)
    return render(request, "tickets/customer/submit.html", context, status=status)


def _desk(request: HttpRequest) -> Desk:
    return cast(Desk, getattr(request, "desk", None) or Desk.current())


@anyone
@require_POST
def hold_file(request: HttpRequest) -> HttpResponse:
    """One file, sent ahead of its form by the script, so that one sees it arrive."""
    at = timezone.now()
    upload = request.FILES.get("file")
    if upload is None:
        return _refused(request, _("No file came with that. Choose it again."))
    if not form_limits.may_upload(request, at=at):
        return _refused(request, _too_many_files(), status=429)
    try:
        held = held_files.hold(
            request,
            upload,
            key=_key_of(request),
            field_key=request.POST.get("field", "").removeprefix("x_"),
            at=at,
        )
    except FileRefused as refusal:
        return _refused(request, str(refusal))
    return render(request, "tickets/customer/_held_file.html", {"file": held}, status=201)


def _refused(request: HttpRequest, sentence: str, status: int = 422) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


@anyone
@require_POST
def remove_file(request: HttpRequest) -> HttpResponse:
    held_files.remove(request, _key_of(request), request.POST.get("remove", ""))
    return HttpResponse(status=204)


@anyone
@require_safe
def submitted(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What happens next. The thread is not here: that is for who can read the mailbox."""
    message = web_form.sent_with(key)
    if message is None:
        raise Http404
    at = timezone.now()
    ticket = message.ticket
    promise = Promise.objects.filter(ticket=ticket).order_by("made_at", "pk").first()
    context = {
        "number": ticket.pk,
        "address": _masked(ticket.identity.value),
        "team": ticket.queue.team.name,
        "is_complaint": ticket.complaint_at is not None,
        "now": at,
        "due_at": promise and promise.due_at,
        "due_words": promised(promise.due_at, now=at) if promise and promise.due_at > at else "",
        "ribbon": promise
        and ribbons.ribbon(
            what=_("A person answers"),
            since=promise.made_at,
            now=at,
            due=promise.due_at,
            kept_at=promise.settled_at
            if promise.settled_by_id and promise.settled_at and promise.settled_at <= at
            else None,
            for_customer=True,
            calendar=_desk(request).calendar,
        ),
    }
    return render(request, "tickets/customer/submitted.html", context)


def _masked(address: str) -> str:
    """Say the address so that its owner knows it and nobody else learns it."""
    local, _at, domain = address.partition("@")
    return f"{local[:1]}…@{domain[:1]}…"
