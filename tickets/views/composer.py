"""Saying something: to the customer, among us, or taking it back."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from supportdesk.lib import markup, moments
from supportdesk.lib.access import AgentRequest, agent_required
from supportdesk.models import User
from tickets import files
from tickets.beside import people_for
from tickets.errors import AlreadySent, KeyUsed, TicketError, UnseenMessages
from tickets.forms import composer as composers
from tickets.models import Attachment, Draft, Message, Queue, Ticket
from tickets.states import Outcome, State
from tickets.views.ticket import (
    Forms,
    address,
    done,
    key_of,
    reply_form,
    show,
    ticket_or_404,
)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@agent_required
@require_POST
def reply(request: AgentRequest, number: int) -> HttpResponse:
    """Answer the customer."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    form = reply_form(request, ticket, at=at, data=request.POST)
    held = _held_files(request, form, f"reply:{number}", at=at)
    if not form.is_valid():
        return _come_back(request, ticket, "reply", form, at=at)
    data = form.cleaned_data
    try:
        with request.desk.kept(), transaction.atomic():
            message = ticket.reply(
                text=data["text"],
                by=request.user,
                at=at,
                seen=data["seen"],
                key=data["key"],
                to=[data["to"]] if data["to"] else [],
                cc=data["cc"],
                files=held,
                then=data["then"],
                promise_at=data["promise_at"],
                promise_kind=data["kind"] or "update",
                hold_reason=data["hold_reason"],
            )
            _refuse_used_key(message, data["text"])
            _forget_draft(request, ticket, Draft.Kind.REPLY)
    except TicketError as refusal:
        return _come_back(request, ticket, "reply", form, at=at, refusal=refusal)
    _drop_repeated(held)
    return done(request, ticket, _on_its_way(request, ticket, message, at=at), can_undo=True)


@agent_required
@require_POST
def note(request: AgentRequest, number: int) -> HttpResponse:
    """Say something among us. There is no address here to read."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    form = composers.NoteForm(request.POST, ticket=ticket)
    held = _held_files(request, form, f"note:{number}", at=at)
    if not form.is_valid():
        return _come_back(request, ticket, "note", form, at=at)
    try:
        with request.desk.kept(), transaction.atomic():
            message = ticket.note(
                text=form.cleaned_data["text"],
                by=request.user,
                at=at,
                key=form.cleaned_data["key"],
                files=held,
                naming=form.naming,
            )
            _refuse_used_key(message, form.cleaned_data["text"])
            _forget_draft(request, ticket, Draft.Kind.NOTE)
    except TicketError as refusal:
        return _come_back(request, ticket, "note", form, at=at, refusal=refusal)
    _drop_repeated(held)
    return done(request, ticket, _note_is_there(form.naming))


def _note_is_there(naming: Sequence[User]) -> str:
    if not naming:
        return _("Note added. Only your team sees it.")
    names = ", ".join(str(user) for user in naming)
    return _("Note added. %(names)s will be told.") % {"names": names}


@agent_required
@require_POST
def solve(request: AgentRequest, number: int) -> HttpResponse:
    """Propose the solution and ask the customer whether it is one."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    form = composers.SolveForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return _come_back(request, ticket, "solve", form, at=at)
    data = form.cleaned_data
    try:
        with request.desk.kept(), transaction.atomic():
            if data.get("topic"):
                ticket.change_topic(data["topic"], by=request.user, at=at)
            message = ticket.solve(
                outcome=Outcome(data["outcome"]),
                reason=data["reason"],
                text=data["text"],
                by=request.user,
                at=at,
                seen=data["seen"],
                key=data["key"],
            )
            _refuse_used_key(message, data["text"])
    except TicketError as refusal:
        return _come_back(request, ticket, "solve", form, at=at, refusal=refusal)
    return done(
        request,
        ticket,
        _("#%(number)s is solved. %(name)s is asked in %(n)s s.")
        % {
            "number": ticket.pk,
            "name": ticket.customer.first_name,
            "n": request.desk.undo_seconds,
        },
        can_undo=True,
    )


@agent_required
@require_POST
def hand_off(request: AgentRequest, number: int) -> HttpResponse:
    """Pass it on with what the next one needs to know."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    form = composers.HandOffForm(
        request.POST,
        ticket=ticket,
        people=list(people_for(ticket.queue)),
        queues=list(Queue.objects.visible_to(request.user).active()),
    )
    if not form.is_valid():
        return _come_back(request, ticket, "hand_off", form, at=at)
    if str(ticket.owner_id or "") != form.cleaned_data["owner_was"]:
        return _come_back(request, ticket, "hand_off", form, at=at, refusal=_owner_changed(ticket))
    try:
        ticket.hand_off(handoff=form.filled(), by=request.user, at=at)
    except TicketError as refusal:
        return _come_back(request, ticket, "hand_off", form, at=at, refusal=refusal)
    return done(request, ticket, _("Handed off, with what you wrote."))


def _owner_changed(ticket: Ticket) -> str:
    if ticket.owner:
        return _("%(name)s has it by now.") % {"name": ticket.owner}
    return _("It has no owner any more.")


@agent_required
@require_POST
def undo(request: AgentRequest, number: int) -> HttpResponse:
    """Take back what was sent a moment ago; the words are a draft again."""
    ticket = ticket_or_404(request, number)
    own = ticket.messages.filter(by_user=request.user, kind=Message.Kind.REPLY)
    message = get_object_or_404(own, pk=key_of(request.POST.get("message", "")))
    try:
        ticket.undo(message, by=request.user, at=timezone.now())
    except AlreadySent as late:
        messages.error(request, str(late))
        return redirect(address(request, ticket))
    return done(
        request, ticket, _("Taken back. Nobody got it; your words are below."), sheet="reply"
    )


@agent_required
@require_POST
def draft(request: AgentRequest, number: int) -> HttpResponse:
    """Keep what is being written. 409 if a newer draft stands, or it was sent meanwhile."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    kind = request.POST.get("kind", "")
    key = request.POST.get("key", "")
    if kind not in Draft.Kind.values:
        return JsonResponse({"words": _("Not saved.")}, status=400)
    if _is_sent(key):
        return JsonResponse({"words": _("This was sent already.")}, status=409)
    standing = Draft.objects.filter(ticket=ticket, author=request.user, kind=kind).first()
    save = _number(request.POST.get("save", ""))
    window = {"window": markup.clean_text(key)[:40], "save": str(save)}
    is_ours = standing is not None and standing.choices.get("window") == window["window"]
    if standing and is_ours and save <= _number(standing.choices["save"]):
        # A later save of the same window was faster.
        return JsonResponse({"version": standing.version})
    kept = Draft.keep(
        ticket_id=ticket.pk,
        author=request.user,
        kind=kind,
        text=markup.clean_text(request.POST.get("text", ""))[: composers.LONGEST],
        choices=(_choices(request) if kind == Draft.Kind.REPLY else {}) | window,
        version=standing.version
        if standing and is_ours
        else _number(request.POST.get("version", "")),
        at=at,
    )
    if kept is None:
        return JsonResponse(
            {"words": _("Not saved: you have a newer draft, in another window.")}, status=409
        )
    saved = date_format(timezone.localtime(at), "H:i")
    return JsonResponse({"version": kept.version, "words": _("Saved %(time)s") % {"time": saved}})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _choices(request: AgentRequest) -> dict[str, str]:
    names = composers.ReplyForm.CHOICES
    said = {name: request.POST[name] for name in names if name in request.POST}
    return {name: markup.clean_text(value)[:1000] for name, value in said.items()}


def _is_sent(key: str) -> bool:
    """A save that comes in after its message must not bring the draft back."""
    return Message.objects.filter(key__in=_uuids([key]), undone_at=None).exists()


def _held_files(
    request: AgentRequest, form: Form, held_for: str, *, at: datetime
) -> Sequence[Attachment]:
    """Keep what was uploaded now, let go what was taken off; they wait if the form comes back."""
    held = Attachment.objects.held_by(user=request.user).filter(held_for=held_for)
    for unwanted in held.filter(pk__in=_uuids(request.POST.getlist("remove"))):
        files.let_go(unwanted)
    for upload in request.FILES.getlist("files"):
        try:
            files.store(upload, user=request.user, held_for=held_for, at=at)
        except files.FileRefused as refusal:
            form.add_error(None, str(refusal))
    return list(held.all())


def _refuse_used_key(message: Message, text: str) -> None:
    """Back on a page that sent something: what is sent from there now is not that."""
    if message.undone_at or (text.strip() and text.strip() != message.text.strip()):
        raise KeyUsed(
            _("Nothing was sent just now. Have a look, and send it again if it should go.")
        )


def _drop_repeated(held: Sequence[Attachment]) -> None:
    """Pressed twice, the files came twice; they must not wait for the next message."""
    if not held:
        return
    for file in Attachment.objects.filter(pk__in=[one.pk for one in held], message=None):
        files.let_go(file)


def _uuids(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if _UUID.fullmatch(text)]


def _forget_draft(request: AgentRequest, ticket: Ticket, kind: str) -> None:
    Draft.objects.filter(ticket=ticket, author=request.user, kind=kind).delete()


def _come_back(
    request: AgentRequest,
    ticket: Ticket,
    sheet: str,
    form: Form,
    *,
    at: datetime,
    refusal: TicketError | str = "",
) -> HttpResponse:
    """The sheet again with everything that was written, and why; what is new stands above."""
    status = 200
    if refusal:
        status = 409
        form.add_error(None, str(refusal))
        ticket = ticket_or_404(request, ticket.pk)
    if isinstance(refusal, UnseenMessages):
        # Whoever sends now has this page before them, with what was added.
        form.data = {**request.POST.dict(), "seen": str(ticket.thread_version)}
    if isinstance(refusal, KeyUsed):
        form.data = {**request.POST.dict(), "key": str(uuid.uuid4())}
    forms: Forms = {sheet: form}
    return show(request, ticket, at=at, sheet=sheet, forms=forms, status=status)


def _on_its_way(request: AgentRequest, ticket: Ticket, message: Message, *, at: datetime) -> str:
    name = ticket.customer.first_name
    said = _("Sent to %(name)s in %(n)s s.") % {
        "name": name,
        "n": request.desk.undo_seconds,
    }
    if not message.to:
        said = _("%(name)s has no mail address: your answer waits on their page.") % {"name": name}
    if ticket.state != State.WAITING and ticket.due_at:
        said += " " + _("They hear next: %(moment)s.") % {
            "moment": moments.day_and_time(ticket.due_at, now=at)
        }
    return said
