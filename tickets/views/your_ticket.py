"""The customer’s page of their ticket: follow it, add to it, say whether it is solved."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from supportdesk.lib.access import customer_link
from supportdesk.models import Desk
from tickets import files, form_limits, held_files, links, said
from tickets.customer_page import page_of
from tickets.errors import TicketChanged
from tickets.forms.customer import NotYetForm, WriteForm
from tickets.models import Attachment, Message, Ticket
from tickets.states import Confirmation
from tickets.views.submit import hold_all
from tickets.views.ticket_link import closed_door

#: The script asks for what may have changed, and says what it has.
FRAGMENT = "X-Fragment"


@customer_link
@require_safe
def your_ticket(request: HttpRequest, number: int) -> HttpResponse:
    ticket = links.ticket_for(request, number, at=timezone.now())
    if ticket is None:
        return closed_door(request, number)
    if FRAGMENT in request.headers:
        return _changed(request, ticket)
    return _page(request, ticket)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    write: WriteForm | None = None,
    not_yet: NotYetForm | None = None,
    status: int = 200,
) -> HttpResponse:
    write = write or WriteForm(initial={"key": uuid.uuid4()})
    key = uuid.UUID(str(write["key"].value()))
    choice = request.GET.get("choice", "")
    context = _seen(request, ticket) | {
        "write": write,
        "key": key,
        "file_limits": held_files.limits(),
        "held": held_files.of_form(request, key),
        "not_yet": not_yet or NotYetForm(initial={"key": uuid.uuid4()}),
        "choice": "no" if not_yet else choice if choice in {"yes", "no"} else "",
    }
    response = render(request, "tickets/customer/ticket.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _seen(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    at = timezone.now()
    desk = cast(Desk, getattr(request, "desk", None) or Desk.current())
    whole = request.GET.get("from") == "start"
    page = page_of(ticket, calendar=desk.calendar, at=at, whole=whole)
    return {"page": page, "said": said.for_customer(page, desk=desk.name), "now": at}


def _changed(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The parts that time or staff change; never what the customer is writing into."""
    context = _seen(request, ticket)
    context["is_newer"] = request.headers[FRAGMENT] != context["page"].version
    return render(request, "tickets/customer/_changed.html", context)


@customer_link
@require_POST
def write(request: HttpRequest, number: int) -> HttpResponse:
    at = timezone.now()
    ticket = links.ticket_for(request, number, at=at)
    if ticket is None:
        return closed_door(request, number, typed=request.POST.get("text", ""))
    form = WriteForm(request.POST.dict() | {"key": _key_of(request)})
    key = uuid.UUID(str(form["key"].value()))
    refused = hold_all(request, request.FILES.getlist("uploads"), key=key)
    if "remove" in request.POST:
        held_files.remove(request, key, request.POST["remove"])
        return _page(request, ticket, write=WriteForm(initial=dict(form.data)))
    held = list(held_files.of_form(request, key))
    form.has_files = bool(held)
    for sentence in filter(None, [*refused, held_files.too_much(held)]):
        form.add_error("uploads", sentence)
    is_right = form.is_valid()
    text = form.cleaned_data.get("text", "").strip()
    sent = Message.objects.filter(key=key).first()
    if _is_same(sent, ticket, text):
        return redirect("your_ticket", number)
    if not is_right:
        return _page(request, ticket, write=form)
    if not form_limits.may_write(ticket, at=at):
        form.add_error(None, _("That is a lot in one hour. Wait a little, then send it again."))
        return _page(request, ticket, write=form, status=429)
    ticket.customer_wrote(
        text=text,
        by=ticket.customer,
        via=Message.Via.PAGE,
        key=_other_key(key, ticket, text) if sent else key,
        at=at,
        files=held,
    )
    messages.success(request, _("Sent. You see it below, and so do we."))
    return redirect(f"{reverse('your_ticket', args=[number])}#last")


def _key_of(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()


def _is_same(sent: Message | None, ticket: Ticket, text: str) -> bool:
    """Whether this message is the one that ``sent`` is: sent twice, not written anew.

    A browser that goes back can bring a key again with other words. Those are kept.
    """
    return sent is not None and sent.ticket_id == ticket.pk and sent.text == text


def _other_key(key: uuid.UUID, ticket: Ticket, text: str) -> uuid.UUID:
    """The same for the same words: pressing twice is one message here too."""
    return uuid.uuid5(key, f"{ticket.pk} {text}")


@customer_link
@require_POST
def solved(request: HttpRequest, number: int) -> HttpResponse:
    """“It is solved”: thank you, and how did it go?"""
    at = timezone.now()
    ticket = links.ticket_for(request, number, at=at)
    if ticket is None:
        return closed_door(request, number)
    if ticket.confirmation == Confirmation.CONFIRMED:
        return redirect("feedback", number)
    if not _is_shown_solved(ticket):
        messages.error(request, _("We are still working on it. You can say so when we are done."))
        return redirect("your_ticket", number)
    try:
        ticket.confirm(by=ticket.customer, at=at)
    except TicketChanged as refusal:
        messages.error(request, str(refusal))
        return redirect("your_ticket", number)
    return redirect(reverse("feedback", args=[number]) + "?solved=yes")


@customer_link
@require_POST
def not_yet(request: HttpRequest, number: int) -> HttpResponse:
    """“Not yet”: open again. What they say is kept even if it just was opened again."""
    at = timezone.now()
    ticket = links.ticket_for(request, number, at=at)
    if ticket is None:
        return closed_door(request, number, typed=request.POST.get("reason", ""))
    key = _key_of(request)
    form = NotYetForm(request.POST.dict() | {"key": key})
    if not form.is_valid():
        return _page(request, ticket, not_yet=form)
    reason = form.cleaned_data["reason"].strip()
    sent = Message.objects.filter(key=key).first()
    if _is_same(sent, ticket, reason):
        return redirect("your_ticket", number)
    if not form_limits.may_write(ticket, at=at):
        form.add_error(None, _("That is a lot in one hour. Wait a little, then send it again."))
        return _page(request, ticket, not_yet=form, status=429)
    _open_again(ticket, reason, key=_other_key(key, ticket, reason) if sent else key)
    messages.success(request, _("We are on it again."))
    return redirect("your_ticket", number)


def _open_again(ticket: Ticket, reason: str, *, key: uuid.UUID) -> None:
    at = timezone.now()
    if _is_shown_solved(ticket):
        try:
            return ticket.still_a_problem(text=reason, by=ticket.customer, key=key, at=at)
        except TicketChanged:
            pass  # Somebody opened it a moment ago: then it is one more message.
    ticket.customer_wrote(text=reason, by=ticket.customer, via=Message.Via.PAGE, key=key, at=at)
    return None


def _is_shown_solved(ticket: Ticket) -> bool:
    return ticket.shown_state(timezone.now()) == "solved"


@customer_link
@require_safe
def download(request: HttpRequest, number: int, file_id: uuid.UUID) -> HttpResponseBase:
    return files.as_download(_file(request, number, file_id))


@customer_link
@require_safe
def picture(request: HttpRequest, number: int, file_id: uuid.UUID) -> HttpResponseBase:
    """Our own small picture of it, which may be shown."""
    return files.as_preview(_file(request, number, file_id))


def _file(request: HttpRequest, number: int, file_id: uuid.UUID) -> Attachment:
    at = timezone.now()
    ticket = links.ticket_for(request, number, at=at)
    if ticket is None:
        raise Http404
    return get_object_or_404(Attachment.objects.of_public_messages(ticket, at=at), pk=file_id)
