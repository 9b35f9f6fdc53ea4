"""The supervisor’s dashboard, what it asks again while one looks, and the tickets behind it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from supportdesk.dashboards import horizon, load_of_people, now, picks, scope
from supportdesk.dashboards.questions import Number, Question, read_pick
from supportdesk.dashboards.scope import Scope
from supportdesk.lib.access import AgentRequest, agent_required, supervisor_required
from supportdesk.lib.paging import page_of
from tickets import inbox
from tickets.views.inbox import row_of

NUMBERS = {one.slug: one for one in (*now.NUMBERS, *load_of_people.NUMBERS)}
OWN_NUMBERS = {one.slug: one for one in load_of_people.NUMBERS}


@supervisor_required
@require_safe
def pulse(request: AgentRequest) -> HttpResponse:
    """Risk first: what can still be saved. Then how it went."""
    here = scope.read(request.GET, user=request.user, now=timezone.now())
    context = {"here": "pulse", "picks": picks.picks(here)} | _now(here)
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


@agent_required
@require_safe
def load(request: AgentRequest) -> HttpResponse:
    """What somebody carries, as their supervisor sees it: shown to themself, too."""
    here = _personal(request)
    context = {"scope": here, "now": here.at, "loads": load_of_people.own_load(here)}
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
    return {
        "scope": here,
        "now": here.at,
        "counts": counts,
        "query": here.query(),
        "horizon": horizon.horizon([*drawn.broken, *drawn.due], at=here.at),
        "longest": drawn.longest,
        "loads": load_of_people.loads(here),
    }


def _tickets(
    request: AgentRequest, numbers: dict[str, Number], slug: str, here: Scope, *, back: str
) -> HttpResponse:
    number = numbers.get(slug)
    if number is None:
        raise Http404
    question = Question(number, here, read_pick(request.GET))
    rows = question.rows()
    page = page_of(
        rows.with_row(),
        key=number.key,
        size=inbox.PAGE,
        cursor=request.GET.get("cursor", ""),
        descending=number.is_descending,
    )
    at = timezone.now()
    context = {
        "here": "pulse" if back == "pulse" else "load",
        "back": back,
        "query": urlencode(here.query()),
        "question": question,
        "scope": here,
        "now": at,
        "count": inbox.count_each([rows])[0],
        "page": page,
        "rows": [row_of(ticket, now=at, calendar=request.desk.calendar) for ticket in page.rows],
        "is_about": _about(here),
    }
    return render(request, "dashboards/tickets.html", context)


def _about(here: Scope) -> Sequence[str]:
    """What the list was narrowed to, in names."""
    if here.queue is not None:
        return [str(queue) for queue in here.chosen]
    if here.team is not None:
        return [str(team) for team in here.teams if team.pk == here.team]
    return []
