"""The inbox: views with their counts, the list, and a look at one ticket."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from supportdesk.lib.access import AgentRequest, agent_required
from supportdesk.lib.paging import Page
from tickets import filters, inbox, passages, ribbons, search
from tickets.counts import count_each
from tickets.filters import Known
from tickets.models import Message, Promise, Ticket
from tickets.rows import Rows, views
from tickets.states import State
from tickets.views.ticket import story_for

#: The selects beside the box; they write the box’s text.
SELECTS = ("state", "owner", "queue", "topic", "tag")


@agent_required
@require_safe
def list_tickets(request: AgentRequest) -> HttpResponse:
    """One view, narrowed by what is in the box. All of it is in the address."""
    if any(name in request.GET for name in SELECTS):
        return redirect(_written_into_box(request))
    at = timezone.now()
    view = inbox.VIEWS.get(request.GET.get("view", ""), inbox.VIEWS[inbox.DEFAULT])
    known = filters.known_to(request.user)
    text = request.GET.get("q", "")
    parts = filters.parse(text)
    counts = inbox.counts(user=request.user, at=at)
    preview, origin = _preview(request, request.GET.get("ticket", ""), at=at), _origin(request)
    rows = Rows(at, request.desk.calendar, origin=origin, chosen=preview["number"])
    if parts:
        narrowed = filters.narrow(
            inbox.rows_of(view, user=request.user, at=at), parts, known=known, at=at
        )
        draw = _found if narrowed.sought else _narrowed
        listed = draw(request, view, narrowed, rows, at=at)
    else:
        listed = _whole(request, view, rows, at=at) | {"count": counts[view.slug]}
    context = {
        "here": "inbox",
        "now": at,
        "view": view,
        "groups": views(counts, view),
        "q": filters.render(parts),
        "selects": _selects(parts, known),
        "origin": origin,
    }
    return render(request, "tickets/desk/inbox.html", context | listed | preview)


def _whole(request: AgentRequest, view: inbox.View, rows: Rows, *, at: datetime) -> dict[str, Any]:
    """What the list shows of a whole view."""
    user = request.user
    page = inbox.page(view, user=user, at=at, cursor=request.GET.get("cursor", ""))
    every = inbox.rows_of(view, user=user, at=at) if view.slug == "unverified" else None
    return {
        "page": page,
        "rows": [rows.drawn(ticket) for ticket in page.rows],
        "senders": [] if every is None else inbox.senders(every),
    }


def _narrowed(
    request: AgentRequest,
    view: inbox.View,
    narrowed: filters.Narrowed,
    rows: Rows,
    *,
    at: datetime,
) -> dict[str, Any]:
    """What the list shows of a view that was narrowed."""
    page = inbox.page_among(view, narrowed.rows, cursor=request.GET.get("cursor", ""))
    return {
        "page": page,
        "rows": [rows.drawn(ticket) for ticket in page.rows],
        "count": count_each([narrowed.rows])[0],
        "senders": inbox.senders(narrowed.rows) if view.slug == "unverified" else [],
        "left_out": narrowed.left_out,
    }


def _found(
    request: AgentRequest,
    view: inbox.View,
    narrowed: filters.Narrowed,
    rows: Rows,
    *,
    at: datetime,
) -> dict[str, Any]:
    """What the list shows of a search: tickets with the best passage of each, newest first."""
    sought = narrowed.sought
    assert sought is not None  # noqa: S101 -- asked by the caller
    try:
        found = search.page(narrowed.rows, sought, at=at, cursor=request.GET.get("cursor", ""))
    except search.TooLong as refusal:
        narrowed.left_out.append(str(refusal))
        found = search.Found([], 0, "")
    if sought.sentence:
        narrowed.left_out.append(sought.sentence)
    if sought.waiting:
        narrowed.left_out.append(_still_reading(sought.waiting))
    keys = [hit.pk for hit in found.hits]
    tickets = narrowed.rows.for_rows().in_bulk(keys)
    said = passages.of(keys, sought)
    drawn = [
        rows.drawn(tickets[key], passages.marks(tickets[key], said.get(key), sought))
        for key in keys
        if key in tickets
    ]
    return {
        "sought": sought,
        "count": found,
        "senders": _senders(view, keys),
        "left_out": narrowed.left_out,
        "rows": drawn,
        "page": Page(rows=[], next=found.next, previous=""),
    }


@agent_required
@require_safe
def look(request: AgentRequest, number: int) -> HttpResponse:
    """A look at one ticket beside the list."""
    at = timezone.now()
    preview = _preview(request, str(number), at=at)
    if preview["chosen"] is None:
        raise Http404
    context = {"now": at, "origin": _origin(request)} | preview
    return render(request, "tickets/desk/_preview.html", context)


@agent_required
@require_safe
def news(request: AgentRequest) -> HttpResponse:
    """The counts as they are now, and how much the list has missed since it was drawn."""
    at = timezone.now()
    view = inbox.VIEWS.get(request.GET.get("view", ""), inbox.VIEWS[inbox.DEFAULT])
    counts = inbox.counts(user=request.user, at=at)
    missed = 0
    since = _since(request.GET.get("since", ""))
    if since and not request.GET.get("cursor"):
        parts = filters.parse(request.GET.get("q", ""))
        rows = inbox.rows_of(view, user=request.user, at=at)
        known = filters.known_to(request.user)
        narrowed = filters.narrow(rows, parts, known=known, at=at)
        missed = _missed(narrowed, since=since, at=at)
    context = {
        "groups": views(counts, view),
        "count": counts[view.slug],
        "view": view,
        "missed": missed,
        "now": at,
        "fresh_url": _fresh_url(request),
        "q": request.GET.get("q", ""),
    }
    return render(request, "tickets/desk/_news.html", context)


def _still_reading(n: int) -> str:
    many = f"{search.CAP}+" if n > search.CAP else str(n)
    return ngettext(
        "%(many)s ticket is still being read in and cannot be found by its words yet.",
        "%(many)s tickets are still being read in and cannot be found by their words yet.",
        n,
    ) % {"many": many}


def _senders(view: inbox.View, keys: list[int]) -> list[tuple[str, int]]:
    if view.slug != "unverified":
        return []
    return inbox.senders(Ticket.objects.filter(pk__in=keys))


def _missed(narrowed: filters.Narrowed, *, since: datetime, at: datetime) -> int:
    if narrowed.sought is None:
        return inbox.arrived_since(narrowed.rows, since=since)
    rows = narrowed.rows.filter(created_at__gt=since)
    try:
        return len(search.hits(rows, narrowed.sought, at=at, limit=search.CAP, since=since))
    except search.TooLong:
        return 0


def _since(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _fresh_url(request: AgentRequest) -> str:
    query = request.GET.copy()
    query.pop("since", None)
    return f"{reverse('desk:inbox')}?{query.urlencode()}"


def _origin(request: AgentRequest) -> str:
    """This list, as a ticket’s page carries it to come back to the same place."""
    kept = QueryDict(mutable=True)
    for name in ("view", "q", "cursor"):
        if request.GET.get(name):
            kept[name] = request.GET[name]
    return kept.urlencode()


def _written_into_box(request: AgentRequest) -> str:
    choices = {name: request.GET[name] for name in SELECTS if name in request.GET}
    query = QueryDict(mutable=True)
    if request.GET.get("view"):
        query["view"] = request.GET["view"]
    text = filters.rewritten(request.GET.get("q", ""), choices)
    if text:
        query["q"] = text
    return f"{reverse('desk:inbox')}?{query.urlencode()}"


def _selects(parts: tuple[filters.Part, ...], known: Known) -> list[dict[str, Any]]:
    chosen = {part.key: part.value for part in parts}
    options = {
        "state": (_("State"), [(str(value), str(label)) for value, label in State.choices]),
        "owner": (
            _("Owner"),
            [("me", _("me")), ("nobody", _("nobody")), *((p.name, p.name) for p in known.staff)],
        ),
        "queue": (_("Queue"), [(queue.name, queue.name) for queue in known.queues]),
        "topic": (_("Topic"), [(path, path) for path in map(filters.path_of, known.topics)]),
    }
    return [
        {"name": name, "label": label, "options": choices, "chosen": chosen.get(name, "")}
        for name, (label, choices) in options.items()
    ] + [{"name": "tag", "label": _("Tag"), "options": None, "chosen": chosen.get("tag", "")}]


def _preview(request: AgentRequest, chosen: str, *, at: datetime) -> dict[str, Any]:
    """What the third pane shows of the chosen ticket, if it can be seen. Up to seven queries."""
    if not chosen.isdecimal() or len(chosen) >= 12:
        return {"chosen": None, "number": None}
    rows = Ticket.objects.visible_to(request.user).with_row()
    found = rows.filter(pk=int(chosen)).first()
    if found is None:
        return {"chosen": None, "number": None}
    said = list(
        Message.objects.filter(ticket=found)
        .standing()
        .select_related("by_user", "by_customer")
        .order_by("-at", "-pk")[:40]
    )
    promises = list(found.promises.order_by("-made_at")[:20])
    return {
        "chosen": found,
        "number": found.pk,
        "chosen_ribbon": ribbons.of_ticket(found, now=at, calendar=request.desk.calendar),
        "story": story_for(found, promises, at=at, request=request),
        "last_customer": _last(said, Message.Kind.CUSTOMER),
        "last_reply": _last(said, Message.Kind.REPLY),
        "last_note": _last(said, Message.Kind.NOTE),
        "broken": sum(1 for one in promises if one.state in {Promise.State.BROKEN, "kept_late"}),
        "contacts": sum(1 for one in said if one.kind == Message.Kind.CUSTOMER),
    }


def _last(said: list[Message], kind: str) -> Message | None:
    return next((one for one in said if one.kind == kind), None)
