"""The ticket page of the desk, and how every verb comes back to it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, prefetch_related_objects
from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from supportdesk.lib.access import AgentRequest, agent_required
from supportdesk.models import Role, User
from tickets import next_update, ribbons, thread
from tickets.errors import TicketError
from tickets.forms import composer as composers
from tickets.forms import properties
from tickets.models import Attachment, Draft, Event, FollowUp, Message, Queue, Ticket
from tickets.models.ticket import in_staffed_time

#: What can be open under the thread, one at a time.
SHEETS = ("reply", "note", "solve", "hand_off", "wait", "hold")
#: The story is drawn from the latest of each; more would not be told apart.
_STORY = 60

Forms = dict[str, Form]


def ticket_or_404(request: AgentRequest, number: int) -> Ticket:
    """The ticket, if this person may see it; else it is not there."""
    rows = Ticket.objects.visible_to(request.user).select_related(
        "customer__organization", "identity", "owner", "queue__team__lead", "topic__parent"
    )
    return get_object_or_404(rows, pk=number)


@agent_required
@require_safe
def ticket(request: AgentRequest, number: int) -> HttpResponse:
    """Everything about one ticket. ``open`` says which sheet lies under the thread."""
    found = ticket_or_404(request, number)
    at, before = timezone.now(), _moment(request.GET.get("before", ""))
    if request.htmx and before:
        older = {"ticket": found, "thread": thread.read(found, before=before), "now": at}
        return render(request, "tickets/desk/_older.html", older)
    sheet = request.GET.get("open", "")
    return show(request, found, at=at, sheet=sheet if sheet in SHEETS else "")


@agent_required
@require_safe
def thread_news(request: AgentRequest, number: int) -> HttpResponse:
    """What changed since ``version``; 204 if nothing did. The composers are not touched."""
    found = ticket_or_404(request, number)
    if request.GET.get("version") == version_of(found):
        return HttpResponse(status=204)
    return render(
        request, "tickets/desk/_now.html", around(request, found, at=timezone.now(), forms={})
    )


def version_of(
    ticket: Ticket, shown: thread.Thread | None = None, *, at: datetime | None = None
) -> str:
    version = f"{ticket.thread_version}-{ticket.changed_at.timestamp():.6f}"
    return f"{version}-on-its-way" if shown and at and shown.is_on_its_way(at) else version


def key_of(text: str) -> int:
    """A row’s number as a form sends it; zero, which no row has, if it is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def show(
    request: AgentRequest,
    ticket: Ticket,
    *,
    at: datetime,
    sheet: str = "",
    forms: Forms | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page. ``forms`` are those that were refused, with everything that was typed."""
    forms = forms or {}
    context = around(request, ticket, at=at, forms=forms)
    context |= _sheets(request, ticket, context["people"], at=at, forms=forms)
    return render(request, "tickets/desk/ticket.html", context | {"sheet": sheet}, status=status)


def done(
    request: AgentRequest, ticket: Ticket, words: str, *, sheet: str = "", can_undo: bool = False
) -> HttpResponse:
    """A verb is done: say what is now true, and show it."""
    messages.success(request, words, extra_tags="undo" if can_undo else "")
    if not Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists():
        return _go(request, reverse("desk:inbox"))
    if request.htmx and not sheet:
        return _now(request, ticket.pk, forms={})
    return _go(request, address(request, ticket, sheet=sheet))


def refused(
    request: AgentRequest, ticket: Ticket, refusal: TicketError | str, *, forms: Forms | None = None
) -> HttpResponse:
    """A small verb was refused: say why beside what is true now."""
    messages.error(request, str(refusal))
    if request.htmx:
        return _now(request, ticket.pk, forms=forms or {})
    found = ticket_or_404(request, ticket.pk)
    return show(request, found, at=timezone.now(), forms=forms, status=409)


def invalid(request: AgentRequest, ticket: Ticket, forms: Forms) -> HttpResponse:
    """A small form needs another look: it comes back as it was typed."""
    if request.htmx:
        return _now(request, ticket.pk, forms=forms)
    return show(request, ticket, at=timezone.now(), forms=forms)


def _now(request: AgentRequest, number: int, *, forms: Forms) -> HttpResponse:
    found = ticket_or_404(request, number)
    context = around(request, found, at=timezone.now(), forms=forms)
    return render(request, "tickets/desk/_now.html", context | {"with_flashes": True})


def _go(request: AgentRequest, to: str) -> HttpResponse:
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = to
        return answer
    return redirect(to)


def address(request: AgentRequest, ticket: Ticket, *, sheet: str = "") -> str:
    """The ticket’s page, keeping the list that one came from."""
    query = QueryDict(mutable=True)
    if request.GET.get("from"):
        query["from"] = request.GET["from"]
    if sheet:
        query["open"] = sheet
    place = reverse("desk:ticket", args=[ticket.pk])
    return f"{place}?{query.urlencode()}" if query else place


def people_for(queue: Queue) -> list[User]:
    """Who can own a ticket of this queue. One query."""
    people = User.objects.filter(is_active=True)
    if queue.is_private:
        people = people.filter(
            Q(role=Role.ADMIN) | Q(teams=queue.team) | Q(leads=queue.team)
        ).distinct()
    return list(people)


def around(request: AgentRequest, ticket: Ticket, *, at: datetime, forms: Forms) -> dict[str, Any]:
    """Everything but the composers: what may be drawn anew while somebody writes."""
    calendar = request.desk.calendar
    before = _moment(request.GET.get("before", ""))
    since = _moment((request.POST or request.GET).get("edge", "")) if request.htmx else None
    promises = list(ticket.promises.order_by("-made_at")[:20])
    origin = QueryDict(request.GET.get("from", ""))
    prefetch_related_objects([ticket], "customer__identities")
    people = people_for(ticket.queue)
    shown = thread.read(ticket, before=before, since=since)
    return {
        "here": "inbox",
        "now": at,
        "ticket": ticket,
        "version": version_of(ticket, shown, at=at),
        "thread": shown,
        "undoable": shown.undoable_by(request.user, at=at),
        "ribbon": ribbons.of_ticket(ticket, now=at, calendar=calendar),
        "story": story_for(ticket, promises, at=at, request=request),
        "promises": ribbons.of_promises(promises[:6], now=at, calendar=calendar),
        "identities": list(ticket.customer.identities.all()),
        "others": _others(request, ticket),
        "follow_ups": list(
            FollowUp.objects.filter(ticket=ticket).standing().select_related("user")
        ),
        "quick_follow_ups": next_update.quick_follow_ups(at, zone_of=calendar),
        "back": reverse("desk:inbox") + (f"?{origin.urlencode()}" if origin else ""),
        "keep": f"?{_kept(request)}" if _kept(request) else "",
        "people": people,
        **_property_forms(request, ticket, people, at=at, forms=forms),
    }


def _kept(request: AgentRequest) -> str:
    query = QueryDict(mutable=True)
    if request.GET.get("from"):
        query["from"] = request.GET["from"]
    return query.urlencode()


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def story_for(ticket: Ticket, promises: list[Any], *, at: datetime, request: AgentRequest) -> Any:
    written = list(
        Message.objects.filter(ticket=ticket)
        .exclude(kind=Message.Kind.NOTE)
        .order_by("-at")[:_STORY]
    )
    undone = {one.pk for one in written if one.undone_at}
    moved = ticket.events.filter(
        kind__in=[
            Event.Kind.HANDED_OFF,
            Event.Kind.ASSIGNED,
            Event.Kind.WAITED,
            Event.Kind.REPLIED,
            Event.Kind.SOLVED,
        ]
    ).order_by("-at")[:_STORY]
    return ribbons.story_of(
        ticket,
        messages=[one for one in reversed(written) if not one.undone_at],
        promises=promises,
        events=[one for one in reversed(moved) if one.data.get("message_id") not in undone],
        now=at,
        calendar=request.desk.calendar,
    )


def _others(request: AgentRequest, ticket: Ticket) -> list[Ticket]:
    """The customer’s other tickets, as far as this person may see them."""
    rows = Ticket.objects.visible_to(request.user).of(ticket.customer).exclude(pk=ticket.pk)
    return list(rows.order_by("-created_at")[:8])


def _property_forms(
    request: AgentRequest, ticket: Ticket, people: list[User], *, at: datetime, forms: Forms
) -> dict[str, Any]:
    owner = {"owner": ticket.owner_id, "owner_was": ticket.owner_id or ""}
    quick = next_update.quick_follow_ups(at, zone_of=request.desk.calendar)
    drawn: Forms = {
        "assign": properties.AssignForm(initial=owner, people=people),
        "subject": properties.SubjectForm(initial={"subject": ticket.subject}),
        "queue": properties.QueueForm(initial={"queue": ticket.queue_id}, user=request.user),
        "topic": properties.TopicForm(initial={"topic": ticket.topic_id}),
        "priority": properties.PriorityForm(initial={"priority": ticket.priority}),
        "tags": properties.TagsForm(initial={"tags": properties.initial_tags(ticket)}),
        "customer": properties.CustomerForm(),
        "complaint": properties.ComplaintForm(),
        "follow_up": properties.FollowUpForm(quick=quick),
    }
    return {f"{name}_form": forms.get(name, form) for name, form in drawn.items()}


def _sheets(
    request: AgentRequest, ticket: Ticket, people: list[User], *, at: datetime, forms: Forms
) -> dict[str, Any]:
    """The sheets under the thread, each as it was left."""
    drafts = {one.kind: one for one in Draft.objects.filter(ticket=ticket, author=request.user)}
    held = Attachment.objects.held_by(user=request.user)
    drawn: Forms = {
        "reply": reply_form(request, ticket, at=at, draft=drafts.get(Draft.Kind.REPLY)),
        "note": composers.NoteForm(
            ticket=ticket, initial=composers.from_draft(drafts.get(Draft.Kind.NOTE))
        ),
        "solve": composers.SolveForm(ticket=ticket),
        "hand_off": composers.HandOffForm(
            ticket=ticket,
            people=people,
            queues=list(Queue.objects.visible_to(request.user).active()),
        ),
        "wait": composers.ParkForm(),
        "hold": composers.ParkForm(),
    }
    return {f"{name}_form": forms.get(name, form) for name, form in drawn.items()} | {
        "drafts": drafts,
        "held": {
            kind: [one for one in held if one.held_for == f"{kind}:{ticket.pk}"]
            for kind in ("reply", "note")
        },
        "undo_seconds": request.desk.undo_seconds,
    }


def reply_form(
    request: AgentRequest,
    ticket: Ticket,
    *,
    at: datetime,
    data: QueryDict | None = None,
    draft: Draft | None = None,
) -> composers.ReplyForm:
    """The reply’s form with the moments that could be promised."""
    with request.desk.kept():
        target = in_staffed_time(at, ticket.queue.update_target)
    return composers.ReplyForm(
        data,
        ticket=ticket,
        at=at,
        initial=composers.from_draft(draft),
        picks=next_update.picks(at, calendar=request.desk.calendar, target=target),
    )
