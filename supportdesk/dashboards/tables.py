"""Each chart as a table: the same numbers, the same links, and a file for a spreadsheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _

from supportdesk.dashboards import first_reply, history, load_of_people
from supportdesk.dashboards.first_reply import PARTS, FirstReplies
from supportdesk.dashboards.history import ANSWERS, Days, History
from supportdesk.dashboards.questions import Number, Pick, Question
from supportdesk.dashboards.scope import Scope
from tickets import counts


@dataclass(frozen=True)
class Cell:
    """``value`` as the file has it, ``words`` as the page has it; a number opens its tickets."""

    value: object
    words: str = ""
    address: str = ""

    def __str__(self) -> str:
        return self.words or str(self.value)


@dataclass(frozen=True)
class Table:
    name: str
    meaning: Lazy
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def counted(number: Number, scope: Scope, pick: Pick, n: int) -> Cell:
    return Cell(n, address=Question(number, scope, pick).address)


def flow(scope: Scope, days: Days) -> Table:
    """What came, what was solved, and what was left over, day by day, the latest first."""
    found = history.history(scope, days)
    rows = []
    for day, earlier in reversed(list(zip(days, days.before, strict=True))):
        on, then = Pick(since=day, until=day), Pick(until=earlier)
        rows.append(
            [
                _day(day),
                counted(history.CREATED, scope, on, found.created.get(day, 0)),
                counted(history.SOLVED, scope, on, found.solved.get(day, 0)),
                counted(history.UNSOLVED, scope, Pick(until=day), found.backlog[day]),
                _day(earlier),
                counted(history.UNSOLVED, scope, then, found.backlog[earlier]),
            ]
        )
    return Table(
        _("Unsolved at the end of each day"),
        history.UNSOLVED.meaning,
        [
            _("Day"),
            _("Came in"),
            _("Solved"),
            _("Unsolved at the end"),
            _("Day before"),
            _("Unsolved then"),
        ],
        rows,
    )


def replies(scope: Scope, days: Days) -> Table:
    found = first_replies_of(scope, days, history.history(scope, days))
    rows = []
    for part, now, before in zip(PARTS, found.now.parts, found.before.parts, strict=True):
        rows.append(
            [
                Cell(str(part.name)),
                counted(first_reply.REPLIED, scope, picked(days, part.slug), now),
                _share(now, found.now.n),
                counted(first_reply.REPLIED, scope, picked(days.before, part.slug), before),
                _share(before, found.before.n),
            ]
        )
    return Table(
        str(first_reply.REPLIED.name),
        first_reply.REPLIED.meaning,
        [_("Opening hours"), *_two_periods(_("Tickets"), _("Share"))],
        rows,
    )


def answers(scope: Scope, days: Days) -> Table:
    found = history.history(scope, days)
    names = {"yes": _("Yes"), "partly": _("Partly"), "no": _("No")}
    rows = []
    for part in ANSWERS:
        now, before = getattr(found.now, part), getattr(found.before, part)
        rows.append(
            [
                Cell(names[part]),
                counted(history.ANSWERED, scope, picked(days, part), now),
                _share(now, found.now.answered),
                counted(history.ANSWERED, scope, picked(days.before, part), before),
                _share(before, found.before.answered),
            ]
        )
    return Table(
        str(history.ANSWERED.name),
        history.ANSWERED.meaning,
        [_("Is it solved?"), *_two_periods(_("Tickets"), _("Share"))],
        rows,
    )


def load(scope: Scope, days: Days) -> Table:
    rows = [
        [
            Cell(one.person.name),
            Cell(one.open.n, str(one.open), one.carried.address),
            Cell(one.waiting.n, str(one.waiting), one.owed.address),
            Cell(one.weight),
            Cell(one.weight_owed),
        ]
        for one in load_of_people.loads(scope).people
    ]
    return Table(
        _("Load of each person"),
        load_of_people.CARRIED.meaning,
        [
            _("Person"),
            _("Open, at most %(cap)s") % {"cap": counts.CAP + 1},
            _("Waiting on them"),
            _("By weight"),
            _("Waiting, by weight"),
        ],
        rows,
    )


def first_replies_of(scope: Scope, days: Days, found: History) -> FirstReplies:
    many = found.now.replied + found.before.replied
    return first_reply.first_replies(scope, days, many=many)


def picked(days: Days, part: str) -> Pick:
    return Pick(since=days.first, until=days.last, part=part)


def _two_periods(*names: str) -> list[str]:
    return [*names, *(_("%(name)s, period before") % {"name": name} for name in names)]


def _day(day: date) -> Cell:
    return Cell(day.isoformat(), date_format(day, _("D j M Y")))


def _share(n: int, of: int) -> Cell:
    if not of:
        return Cell("", _("none"))
    return Cell(round(100 * n / of, 1), _("%(n)s %%") % {"n": round(100 * n / of)})


TABLES: dict[str, Callable[[Scope, Days], Table]] = {
    "flow": flow,
    "first-replies": replies,
    "answers": answers,
    "load": load,
}
