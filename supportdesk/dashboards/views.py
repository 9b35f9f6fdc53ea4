"""The supervisor’s dashboard, what it asks again while one looks, and the tickets behind it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from supportdesk.dashboards import (
    drawing,
    first_reply,
    history,
    horizon,
    load_of_people,
    now,
    picks,
    pictures,
    scope,
    tables,
)
from supportdesk.dashboards.questions import Number, Pick, Question, read_pick
from supportdesk.dashboards.scope import Scope
from supportdesk.lib.access import AgentRequest, agent_required, supervisor_required
from supportdesk.lib.csv_files import csv_file
from supportdesk.lib.paging import page_of
from tickets import inbox
from tickets.counts import count_each
from tickets.rows import Rows

_ALL = (*now.NUMBERS, *load_of_people.NUMBERS, *history.NUMBERS, *first_reply.NUMBERS)
NUMBERS = {one.slug: one for one in _ALL}
OWN_NUMBERS = {one.slug: one for one in load_of_people.NUMBERS}


@supervisor_required
@require_safe
def pulse(request: AgentRequest) -> HttpResponse:
    """Risk first: what can still be saved. Then how it went."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    context = {"here": "pulse", "picks": picks.picks(here)} | _now(here) | _then(request, here)
    return render(request, "dashboards/pulse.html", context)


@supervisor_required
@require_safe
def pulse_now(request: AgentRequest) -> HttpResponse:
    """The part about this moment, again."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    return render(request, "dashboards/_now.html", {"is_news": True} | _now(here))


@supervisor_required
@require_safe
def pulse_tickets(request: AgentRequest, which: str) -> HttpResponse:
    """Exactly the tickets that a number or a mark counts."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    return _tickets(request, NUMBERS, which, here, back="pulse")


@supervisor_required
@require_safe
def pulse_table(request: AgentRequest, chart: str) -> HttpResponse:
    """What a chart shows, as a table: for a keyboard, a voice, a printer."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    context = {
        "here": "pulse",
        "scope": here,
        "now": here.at,
        "chart": chart,
        "table": _table(request, chart, here),
        "query": urlencode(here.query()),
        "is_about": _about(here),
    }
    return render(request, "dashboards/table.html", context)


@supervisor_required
@require_safe
def pulse_file(request: AgentRequest, chart: str) -> HttpResponse:
    """The same table as a file for a spreadsheet."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    table = _table(request, chart, here)
    rows = [[cell.value for cell in row] for row in table.rows]
    return csv_file(f"{chart}-{here.at:%Y-%m-%d}", table.columns, rows)


@agent_required
@require_safe
def load(request: AgentRequest) -> HttpResponse:
    """What somebody carries, as their supervisor sees it: shown to themself, too."""
    here = _personal(request)
    loads = load_of_people.own_load(here)
    context = {"scope": here, "now": here.at, "loads": loads, "people": drawing.people(loads)}
    return render(request, "dashboards/load.html", context)


@agent_required
@require_safe
def load_tickets(request: AgentRequest, which: str) -> HttpResponse:
    return _tickets(request, OWN_NUMBERS, which, _personal(request), back="load")


def _personal(request: AgentRequest) -> Scope:
    """Nobody’s tickets but one’s own, whoever is named in the address."""
    here = Scope(user=request.user, queues=(), at=timezone.now())
    return replace(here, is_personal=True)


def _now(here: Scope) -> dict[str, Any]:
    """Three queries: the counts, the tickets that are drawn, the people."""
    counts = now.counted(here)
    drawn = now.lines(here)
    loads = load_of_people.loads(here)
    clock = horizon.horizon([*drawn.broken, *drawn.due], at=here.at)
    return {
        "scope": here,
        "now": here.at,
        "counts": counts,
        "query": here.query(),
        "horizon": clock,
        "lines": drawing.lines(clock),
        "longest": drawn.longest,
        "loads": loads,
        "people": drawing.people(loads),
    }


def _then(request: AgentRequest, here: Scope) -> dict[str, Any]:
    """Two queries: the days of two periods, and the first replies in them."""
    days = history.days_of(here, request.desk.time_zone)
    found = history.history(here, days)
    replies = tables.first_replies_of(here, days, found)
    return {
        "counted_at": found.counted_at,
        "days": days,
        "backlog": pictures.backlog_chart(here, found),
        "flow": pictures.flow(here, found),
        "replies": pictures.reply_times(here, days, replies),
        "verdict": pictures.verdict(here, found),
        "meanings": {
            "flow": history.UNSOLVED.meaning,
            "replies": first_reply.REPLIED.meaning,
            "answers": history.ANSWERED.meaning,
        },
        "table_query": urlencode(here.query()),
    }


def _table(request: AgentRequest, chart: str, here: Scope) -> tables.Table:
    make = tables.TABLES.get(chart)
    if make is None:
        raise Http404
    return make(here, history.days_of(here, request.desk.time_zone))


def _tickets(
    request: AgentRequest, numbers: dict[str, Number], slug: str, here: Scope, *, back: str
) -> HttpResponse:
    number = numbers.get(slug)
    if number is None:
        raise Http404
    question = Question(number, here, read_pick(request.GET))
    rows = question.rows()
    # In the order of the list: counting, too, stops after so many along the same index.
    sign = "-" if number.is_descending else ""
    counted = rows.order_by(f"{sign}{number.key}", f"{sign}pk")
    page = page_of(
        rows.for_rows(),
        key=number.key,
        size=inbox.PAGE,
        cursor=request.GET.get("cursor", ""),
        descending=number.is_descending,
    )
    at = timezone.now()
    way_back = {"list": f"{back}_tickets/{slug}"} | request.GET.dict()
    listed = Rows(at, request.desk.calendar, origin=urlencode(way_back))
    context = {
        "here": "pulse" if back == "pulse" else "load",
        "back": back,
        "query": urlencode(here.query()),
        "question": question,
        "scope": here,
        "now": at,
        "count": count_each([counted])[0],
        "page": page,
        "rows": [listed.drawn(ticket) for ticket in page.rows],
        "is_about": [*_about(here), *_picked(question.pick)],
    }
    return render(request, "dashboards/tickets.html", context)


def _about(here: Scope) -> Sequence[str]:
    """What the list was narrowed to, in names."""
    if here.queue is not None:
        return [str(queue) for queue in here.chosen]
    if here.team is not None:
        return [str(team) for team in here.teams if team.pk == here.team]
    return []


def _picked(pick: Pick) -> Sequence[str]:
    """The days and the part of the chart that the list is of."""
    said = []
    if pick.until is not None:
        until = date_format(pick.until, _("j M Y"))
        if pick.since is not None and pick.since != pick.until:
            said.append(
                _("%(since)s to %(until)s")
                % {"since": date_format(pick.since, _("j M Y")), "until": until}
            )
        else:
            said.append(until)
    parts = {part.slug: part.name for part in first_reply.PARTS}
    parts |= {
        "yes": gettext_lazy("Yes"),
        "partly": gettext_lazy("Partly"),
        "no": gettext_lazy("No"),
    }
    if pick.part in parts:
        said.append(str(parts[pick.part]))
    return said
