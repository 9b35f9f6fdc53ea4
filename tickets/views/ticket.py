"""The ticket page of the desk, and how every verb comes back to it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from customers.models import Identity
from supportdesk.lib.access import AgentRequest, agent_required
from supportdesk.lib.prepared import Statement, rows_written_once, written_once
from supportdesk.lib.together import asking, read
from supportdesk.models import User
from tickets import beside, next_update, people_menu, ribbons, thread
from tickets.errors import TicketError
from tickets.forms import composer as composers
from tickets.forms import properties
from tickets.models import Draft, Event, Message, Promise, Ticket
from tickets.models.ticket import in_staffed_time
from tickets.models.ticket_questions import TicketQuerySet
from tickets.said import OnTheDesk

#: What can be open under the thread, one at a time. Of these, what has no draft is only drawn
#: when it is opened: ``sheets.js`` fetches it, and without JavaScript the page has it.
DRAWN_LATER = ("solve", "hand_off", "wait", "hold")
SHEETS = ("reply", "note", *DRAWN_LATER)
FRAGMENT = "X-Fragment"
ON_ITS_WAY = "-on-its-way"
#: The story is drawn from the latest of each; more would not be told apart.
_STORY = 40
_MOVES = (
    Event.Kind.HANDED_OFF,
    Event.Kind.ASSIGNED,
    Event.Kind.WAITED,
    Event.Kind.REPLIED,
    Event.Kind.SOLVED,
)

Forms = dict[str, Form]


def ticket_or_404(request: AgentRequest, number: int) -> Ticket:
    """The ticket, if this person may see it; else it is not there."""
    found = next(iter(_seen_by(request.user.role, who=request.user.pk, number=number)), None)
    if found is None:
        raise Http404
    return found


@rows_written_once
def _seen_by(role: str, *, who: int, number: int) -> TicketQuerySet:
    rows = Ticket.objects.visible_to(User(pk=who, role=role)).filter(pk=number)
    return rows.select_related(
        "customer__organization", "identity", "owner", "queue__team__lead", "topic__parent"
    )


@agent_required
@require_safe
def ticket(request: AgentRequest, number: int) -> HttpResponse:
    """Everything about one ticket. ``open`` says which sheet lies under the thread."""
    found = ticket_or_404(request, number)
    at, before = timezone.now(), _moment(request.GET.get("before", ""))
    if request.htmx and before:
        shown = thread.read(found, before=before)
        older = {"ticket": found, "thread": shown, "now": at}
        older["entries"] = _entries(request, found, shown, at=at)
        return render(request, "tickets/desk/_older.html", older)
    sheet = request.GET.get("open", "")
    if request.headers.get(FRAGMENT) == "sheet":
        return _sheet(request, found, sheet, at=at)
    return show(request, found, at=at, sheet=sheet if sheet in SHEETS else "")


def _sheet(request: AgentRequest, ticket: Ticket, sheet: str, *, at: datetime) -> HttpResponse:
    """One sheet alone, for a page that shows everything there is; else 204.

    Who fills it in says by it what they have read, and whose ticket it was.
    """
    shown = request.GET.get("version", "").removesuffix(ON_ITS_WAY)
    if sheet not in DRAWN_LATER or shown != version_of(ticket):
        return HttpResponse(status=204)
    near = beside.of(ticket, user=request.user)
    context = {"ticket": ticket, "now": at, "sheet": sheet, "keep": _keep(request)}
    context |= _forms_of_sheets(request, ticket, near, [sheet], at=at, forms={})
    return render(request, "tickets/desk/_sheet.html", context)


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
    return version + ON_ITS_WAY if shown and at and shown.is_on_its_way(at) else version


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
    context |= _sheets(request, ticket, context["near"], sheet, at=at, forms=forms)
    return render(request, "tickets/desk/ticket.html", context | {"sheet": sheet}, status=status)


def done(
    request: AgentRequest, ticket: Ticket, words: str, *, sheet: str = "", can_undo: bool = False
) -> HttpResponse:
    """A verb is done: say what is now true, and show it."""
    messages.success(request, words, extra_tags="undo" if can_undo else "")
    if not list(_seen_by(request.user.role, who=request.user.pk, number=ticket.pk)):
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


#: Lists of the dashboards that lead to tickets, by the names of their addresses.
_LISTS = re.compile(r"(pulse_tickets|load_tickets)/([a-z0-9-]{1,40})")


def _way_back(origin: QueryDict) -> str:
    """The list that one came from: one of the dashboards, or the inbox as it was."""
    query = origin.copy()
    found = _LISTS.fullmatch("".join(query.pop("list", [])))
    place = reverse(found[1], args=[found[2]]) if found else reverse("desk:inbox")
    return f"{place}?{query.urlencode()}" if query else place


def around(request: AgentRequest, ticket: Ticket, *, at: datetime, forms: Forms) -> dict[str, Any]:
    """Everything but the composers: what may be drawn anew while somebody writes."""
    calendar = request.desk.calendar
    before = _moment(request.GET.get("before", ""))
    since = _moment((request.POST or request.GET).get("edge", "")) if request.htmx else None
    near = beside.of(ticket, user=request.user)
    origin = QueryDict(request.GET.get("from", ""))
    # Of an earlier stretch the promises may be older than those beside it.
    known = None if before else near.promises
    shown = thread.read(ticket, before=before, since=since, promises=known)
    return {
        "here": "inbox",
        "now": at,
        "ticket": ticket,
        "near": near,
        "others": people_menu.drawn(one for one in near.people if one.pk != ticket.owner_id),
        "version": version_of(ticket, shown, at=at),
        "thread": shown,
        "entries": _entries(request, ticket, shown, at=at),
        "undoable": shown.undoable_by(request.user, at=at),
        "ribbon": ribbons.of_ticket(ticket, now=at, calendar=calendar),
        "story": story_for(ticket, near.promises[:20], at=at, request=request, whole=shown),
        "promises": ribbons.of_promises(
            near.promises[:6], answers=shown.answers(at=at), now=at, calendar=calendar
        ),
        "back": _way_back(origin),
        "keep": _keep(request),
        **_property_forms(request, ticket, near, at=at, forms=forms),
    }


def _entries(
    request: AgentRequest, ticket: Ticket, shown: thread.Thread, *, at: datetime
) -> list[dict[str, Any]]:
    """The thread: each message drawn, each event with the template that tells of it."""

    def undo(message: Message) -> SafeString:
        context = {"ticket": ticket, "message": message, "keep": _keep(request), "key": "z"}
        return render_to_string("tickets/desk/_undo.html", context, request)

    desk = OnTheDesk(ticket, request.user, at, undo)
    return [
        {"event": entry.event, "template": entry.template}
        if entry.event
        else {"drawn": desk.drawn(entry)}
        for entry in shown.entries
    ]


def _keep(request: AgentRequest) -> str:
    return f"?{_kept(request)}" if _kept(request) else ""


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


def story_for(
    ticket: Ticket,
    promises: list[Promise],
    *,
    at: datetime,
    request: AgentRequest,
    whole: thread.Thread | None = None,
) -> Any:
    """Draw the story: from the thread if that shows enough of it, else from the latest of each.

    One query, or none.
    """
    said = [entry.message for entry in whole.entries if entry.message] if whole else []
    said = [one for one in said if one.kind != Message.Kind.NOTE]
    if whole and whole.is_latest and (not whole.is_more or len(said) >= _STORY):
        moved = whole.events
    else:
        marks = read(_marks(ticket=ticket.pk))
        said, moved = marks["said"][::-1], marks["moved"][::-1]
    standing = {one.pk for one in said if not one.undone_at}
    return ribbons.story_of(
        ticket,
        messages=[one for one in said if one.pk in standing][-_STORY:],
        promises=promises,
        events=[
            one
            for one in moved
            if one.kind in _MOVES and one.data.get("message_id", 0) in standing | {0}
        ][-_STORY:],
        now=at,
        calendar=request.desk.calendar,
    )


@written_once
def _marks(*, ticket: int) -> Statement:
    return asking(
        said=Message.objects.filter(ticket=ticket)
        .exclude(kind=Message.Kind.NOTE)
        .only("kind", "at", "undone_at")
        .order_by("-at")[:_STORY],
        moved=Event.objects.filter(ticket=ticket, kind__in=_MOVES).order_by("-at")[:_STORY],
    )


def _property_forms(
    request: AgentRequest, ticket: Ticket, near: beside.Beside, *, at: datetime, forms: Forms
) -> dict[str, Any]:
    owner = {"owner": ticket.owner_id, "owner_was": ticket.owner_id or ""}
    quick = next_update.quick_follow_ups(at, zone_of=request.desk.calendar)
    drawn: Forms = {
        "assign": properties.AssignForm(initial=owner, people=near.people),
        "subject": properties.SubjectForm(initial={"subject": ticket.subject}),
        "queue": properties.QueueForm(
            initial={"queue": ticket.queue_id}, user=request.user, queues=near.queues
        ),
        "topic": properties.TopicForm(initial={"topic": ticket.topic_id}, topics=near.topics),
        "priority": properties.PriorityForm(initial={"priority": ticket.priority}),
        "tags": properties.TagsForm(initial={"tags": properties.initial_tags(ticket)}),
        "customer": properties.CustomerForm(),
        "complaint": properties.ComplaintForm(),
        "follow_up": properties.FollowUpForm(quick=quick),
    }
    return {f"{name}_form": forms.get(name, form) for name, form in drawn.items()}


def _sheets(
    request: AgentRequest,
    ticket: Ticket,
    near: beside.Beside,
    sheet: str,
    *,
    at: datetime,
    forms: Forms,
) -> dict[str, Any]:
    """The sheets under the thread, each as it was left."""
    names = dict.fromkeys(["reply", "note", sheet or "reply", *forms])
    return _forms_of_sheets(request, ticket, near, names, at=at, forms=forms) | {
        "drafts": near.drafts,
        "held": {
            kind: [one for one in near.held if one.held_for == f"{kind}:{ticket.pk}"]
            for kind in ("reply", "note")
        },
        "undo_seconds": request.desk.undo_seconds,
    }


def _forms_of_sheets(
    request: AgentRequest,
    ticket: Ticket,
    near: beside.Beside,
    names: Iterable[str],
    *,
    at: datetime,
    forms: Forms,
) -> dict[str, Form]:
    drafts = near.drafts
    drawn: dict[str, Callable[[], Form]] = {
        "reply": lambda: reply_form(
            request, ticket, at=at, draft=drafts.get(Draft.Kind.REPLY), identities=near.identities
        ),
        "note": lambda: composers.NoteForm(
            ticket=ticket, initial=composers.from_draft(drafts.get(Draft.Kind.NOTE))
        ),
        "solve": lambda: composers.SolveForm(ticket=ticket, topics=near.topics),
        "hand_off": lambda: composers.HandOffForm(
            ticket=ticket, people=near.people, queues=near.queues
        ),
        "wait": composers.ParkForm,
        "hold": composers.ParkForm,
    }
    return {f"{name}_form": forms.get(name) or drawn[name]() for name in names if name in SHEETS}


def reply_form(
    request: AgentRequest,
    ticket: Ticket,
    *,
    at: datetime,
    data: QueryDict | None = None,
    draft: Draft | None = None,
    identities: Iterable[Identity] | None = None,
) -> composers.ReplyForm:
    """The reply’s form with the moments that could be promised."""
    with request.desk.kept():
        target = in_staffed_time(at, ticket.queue.update_target)
    return composers.ReplyForm(
        data,
        ticket=ticket,
        identities=ticket.customer.identities.order_by("pk") if identities is None else identities,
        at=at,
        initial=composers.from_draft(draft),
        picks=next_update.picks(at, calendar=request.desk.calendar, target=target),
    )
