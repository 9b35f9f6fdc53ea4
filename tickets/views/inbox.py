"""The inbox: views with their counts, the list, and a look at one ticket."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from supportdesk.lib import moments
from supportdesk.lib.access import AgentRequest, agent_required
from supportdesk.lib.paging import Page
from supportdesk.lib.ribbons import Ribbon
from supportdesk.lib.worktime import Calendar
from tickets import filters, inbox, passages, ribbons, search
from tickets.filters import Known
from tickets.models import Message, Promise, Ticket
from tickets.passages import Marks
from tickets.states import Impact, State
from tickets.views.ticket import story_for

#: The selects beside the box; they write the box’s text.
SELECTS = ("state", "owner", "queue", "topic", "tag")


@dataclass(frozen=True)
class Row:
    """A ticket as the list shows it: one flag at most, the gravest."""

    ticket: Ticket
    #: What the row repeats fifty times on a page is worked out here, not by the template.
    number: str
    address: str
    look: str
    ribbon: Ribbon
    at: str
    when: str
    when_exactly: str
    flag: str
    flag_icon: str
    is_hot: bool
    #: What was looked for, marked, if anything was.
    found: Marks | None = None
    #: When the passage was said that is shown of what was found.
    found_when: str = ""


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
    narrowed = filters.narrow(
        inbox.rows_of(view, user=request.user, at=at), parts, known=known, at=at
    )
    counts = inbox.counts(user=request.user, at=at)
    calendar, origin = request.desk.calendar, _origin(request)
    if narrowed.sought:
        listed = _found(request, narrowed, at=at)
    else:
        page = inbox.page(view, narrowed.rows, cursor=request.GET.get("cursor", ""))
        listed = {
            "page": page,
            "rows": [
                row_of(ticket, now=at, calendar=calendar, origin=origin) for ticket in page.rows
            ],
            "count": inbox.count_each([narrowed.rows])[0] if parts else counts[view.slug],
            "senders": inbox.senders(narrowed.rows) if view.slug == "unverified" else [],
        }
    context = {
        "here": "inbox",
        "now": at,
        "view": view,
        "groups": inbox.groups(counts),
        "q": filters.render(parts),
        "left_out": narrowed.left_out,
        "selects": _selects(parts, known),
        "origin": origin,
    }
    return render(
        request,
        "tickets/desk/inbox.html",
        context | listed | _preview(request, request.GET.get("ticket", ""), at=at),
    )


def _found(request: AgentRequest, narrowed: filters.Narrowed, *, at: datetime) -> dict[str, Any]:
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
    tickets = narrowed.rows.with_row().in_bulk(keys)
    said = passages.of(keys, sought)
    rows = []
    calendar, origin = request.desk.calendar, _origin(request)
    for key in (key for key in keys if key in tickets):
        marks = passages.marks(tickets[key], said.get(key), sought)
        said_at = _when(marks.passage.at, now=at) if marks.passage else ""
        row = row_of(tickets[key], now=at, calendar=calendar, origin=origin)
        rows.append(replace(row, found=marks, found_when=said_at))
    return {
        "sought": sought,
        "count": found,
        "senders": _senders(request, keys),
        "rows": rows,
        "page": Page(rows=rows, next=found.next, previous=""),
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
        "groups": inbox.groups(counts),
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


def _senders(request: AgentRequest, keys: list[int]) -> list[tuple[str, int]]:
    if request.GET.get("view") != "unverified":
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
        "topic": (_("Topic"), [(filters.path_of(t), filters.path_of(t)) for t in known.topics]),
    }
    return [
        {"name": name, "label": label, "options": choices, "chosen": chosen.get(name, "")}
        for name, (label, choices) in options.items()
    ] + [{"name": "tag", "label": _("Tag"), "options": None, "chosen": chosen.get("tag", "")}]


def row_of(
    ticket: Ticket,
    *,
    now: datetime,
    calendar: Calendar,
    origin: str = "",
) -> Row:
    """``origin`` is the list that the ticket’s page leads back to."""
    at = ticket.last_at
    flag, icon, is_hot = _flag(ticket)
    number = str(ticket.pk)
    return Row(
        ticket=ticket,
        number=number,
        address=_address("desk:ticket", number) + (f"?from={quote(origin, '')}" if origin else ""),
        look=_address("desk:look", number) + (f"?{origin}" if origin else ""),
        ribbon=ribbons.of_ticket(ticket, now=now, calendar=calendar),
        at=at.isoformat(),
        when=_when(at, now=now),
        when_exactly=moments.full(at),
        flag=flag,
        flag_icon=icon,
        is_hot=is_hot,
    )


def _address(name: str, number: str) -> str:
    before, after = _around_the_number(name)
    return f"{before}{number}{after}"


@cache
def _around_the_number(name: str) -> tuple[str, str]:
    """An address in two parts: finding it anew for each row costs more than the row."""
    before, _number, after = reverse(name, args=[999_999_999]).partition("999999999")
    return before, after


def _when(at: datetime, *, now: datetime) -> str:
    """In one word: the time today, the weekday within six days, else the date."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = (today.date() - local.date()).days
    return date_format(local, "H:i" if days == 0 else "D" if 0 < days <= 6 else _("j M"))


def _flag(ticket: Ticket) -> tuple[str, str, bool]:
    if ticket.impact == Impact.DANGER:
        return _("someone could get hurt"), "warning", True
    if ticket.complaint_at:
        return _("complaint"), "flag", True
    if ticket.owner_id is None and ticket.is_unsolved:
        return _("nobody yet"), "person", False
    if ticket.state == State.ON_HOLD:
        return _("on hold"), "pause", False
    if not ticket.identity.is_verified and ticket.identity.kind == "email":
        return _("not verified"), "shield", False
    return "", "", False


def _preview(request: AgentRequest, chosen: str, *, at: datetime) -> dict[str, Any]:
    """What the third pane shows of the chosen ticket, if it can be seen. Up to seven queries."""
    rows = Ticket.objects.visible_to(request.user).with_row()
    found = rows.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 12 else None
    if found is None:
        return {"chosen": None}
    said = list(
        Message.objects.filter(ticket=found)
        .standing()
        .select_related("by_user", "by_customer")
        .order_by("-at", "-pk")[:40]
    )
    promises = list(found.promises.order_by("-made_at")[:20])
    return {
        "chosen": found,
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
