"""What one can choose above the page: a team, one of its queues, a period."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supportdesk.dashboards.scope import PERIODS, Scope


@dataclass(frozen=True)
class Choice:
    words: str
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Picks:
    teams: Sequence[Choice]
    queues: Sequence[Choice]
    periods: Sequence[Choice]


def picks(scope: Scope) -> Picks:
    """Each choice keeps the others; the queues are those of the team that is chosen."""
    team = scope.team
    if scope.queue is not None:
        team = next(queue.team_id for queue in scope.chosen)
    of_team = [queue for queue in scope.queues if queue.team_id == team]
    return Picks(
        teams=[
            Choice(_("All teams"), _address(replace(scope, team=None, queue=None)), team is None),
            *(
                Choice(one.name, _address(replace(scope, team=one.pk, queue=None)), one.pk == team)
                for one in scope.teams
            ),
        ],
        queues=[
            Choice(
                one.name, _address(replace(scope, team=None, queue=one.pk)), one.pk == scope.queue
            )
            for one in (of_team if len(of_team) > 1 else [])
        ],
        periods=[
            Choice(
                ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
                _address(replace(scope, days=days)),
                days == scope.days,
            )
            for days in PERIODS
        ],
    )


def _address(scope: Scope) -> str:
    query = urlencode(scope.query())
    return reverse("pulse") + (f"?{query}" if query else "")
