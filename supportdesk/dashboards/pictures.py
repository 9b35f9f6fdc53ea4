"""The history as the page shows it: sentences with their numbers, bars, and one line over days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supportdesk.dashboards import first_reply, history
from supportdesk.dashboards.first_reply import PARTS, FirstReplies, Times
from supportdesk.dashboards.history import ANSWERS, Days, History, Sums
from supportdesk.dashboards.questions import Number, Pick, Question
from supportdesk.dashboards.scope import Scope
from supportdesk.dashboards.tables import picked
from supportdesk.lib import charts
from supportdesk.lib.charts import LineChart, Point


@dataclass(frozen=True)
class Answer:
    """A number in a sentence."""

    n: int
    address: str
    words: str


@dataclass(frozen=True)
class Bar:
    """One class of a chart beside the same of the period before; lengths are attributes."""

    name: str
    now: Answer
    before: Answer
    length: str
    length_before: str
    share: str
    words: str
    words_before: str


def answer(number: Number, scope: Scope, pick: Pick, n: int, words: str) -> Answer:
    return Answer(n, Question(number, scope, pick).address, words)


# --- Backlog -------------------------------------------------------------------------------------


def backlog_chart(scope: Scope, found: History) -> SafeString:
    days = found.days
    left = found.backlog[days.last]
    chart = LineChart(
        key="flow",
        title=_("Unsolved at the end of each day"),
        summary=_(
            "From %(first)s on %(first_day)s to %(last)s on %(last_day)s; a period before it was"
            " %(past)s. The table has every day."
        )
        % {
            "first": found.backlog[days.first],
            "first_day": date_format(days.first, _("l j F")),
            "last": left,
            "last_day": date_format(days.last, _("l j F")),
            "past": found.backlog[days.before.last],
        },
        line=_line(scope, found, days),
        past=_line(scope, found, days.before),
        line_name=ngettext("%(n)s unsolved", "%(n)s unsolved", left) % {"n": left},
        past_name=_("%(n)s days before") % {"n": days.many},
        ticks=charts.ticks_of(
            [date_format(day, "D" if days.many == 7 else _("j M")) for day in days],
            many=min(7, days.many),
        ),
    )
    return charts.drawn(chart)


def _line(scope: Scope, found: History, days: Days) -> Sequence[Point]:
    address = Question(history.UNSOLVED, scope, Pick()).address
    glue = "&" if "?" in address else "?"
    words, format_ = _("%(day)s: %(n)s unsolved"), _("D j M")
    return [
        Point(
            found.backlog[day],
            f"{address}{glue}until={day.isoformat()}",
            words % {"day": date_format(day, format_), "n": found.backlog[day]},
        )
        for day in days
    ]


@dataclass(frozen=True)
class Flow:
    created: Answer
    solved: Answer
    #: How much more came than was solved, or the other way round, in words.
    more: str
    is_more: bool


def flow(scope: Scope, found: History) -> Flow:
    came, done = found.now.created, found.now.solved
    pick = found.days.pick
    more = came - done
    if more > 0:
        words = _("%(n)s more than we solved") % {"n": more}
    elif more < 0:
        words = _("%(n)s fewer than we solved") % {"n": -more}
    else:
        words = _("as many as we solved")
    return Flow(
        created=answer(
            history.CREATED,
            scope,
            pick,
            came,
            ngettext("%(n)s came in", "%(n)s came in", came) % {"n": came},
        ),
        solved=answer(
            history.SOLVED,
            scope,
            pick,
            done,
            ngettext("%(n)s was solved", "%(n)s were solved", done) % {"n": done},
        ),
        more=words,
        is_more=more > 0,
    )


# --- First reply ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReplyTimes:
    n: Answer
    median: str
    p90: str
    before: Answer
    median_before: str
    p90_before: str
    bars: Sequence[Bar]
    is_about: bool


def reply_times(scope: Scope, days: Days, found: FirstReplies) -> ReplyTimes:
    return ReplyTimes(
        n=_replies(scope, days, found.now),
        median=_span(found.now.median),
        p90=_span(found.now.p90),
        before=_replies(scope, days.before, found.before),
        median_before=_span(found.before.median),
        p90_before=_span(found.before.p90),
        bars=_bars(
            [str(part.name) for part in PARTS],
            _parts(scope, days, found.now),
            _parts(scope, days.before, found.before),
        ),
        is_about=found.is_about,
    )


def _replies(scope: Scope, days: Days, times: Times) -> Answer:
    words = ngettext("%(n)s first reply", "%(n)s first replies", times.n) % {"n": times.n}
    return answer(first_reply.REPLIED, scope, days.pick, times.n, words)


def _parts(scope: Scope, days: Days, times: Times) -> list[Answer]:
    return [
        answer(first_reply.REPLIED, scope, picked(days, part.slug), n, str(part.name))
        for part, n in zip(PARTS, times.parts, strict=True)
    ]


def _span(span: timedelta | None) -> str:
    """Say opening hours as hours: a “day” of them would be eight hours to one and 24 to another."""
    if span is None:
        return ""
    hours, minutes = divmod(span // timedelta(minutes=1), 60)
    if not hours:
        return _("%(n)s min") % {"n": minutes} if minutes else _("under 1 min")
    if hours < 10 and minutes:
        return _("%(h)s h %(min)02d") % {"h": hours, "min": minutes}
    return _("%(n)s h") % {"n": hours}


# --- What customers say --------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    n: Answer
    yes: Answer
    share: str
    #: “34 of 39; between 73 and 94 % is what 39 can tell”.
    words: str
    low: str
    width: str
    middle: str
    before: Answer
    before_words: str
    middle_before: str
    bars: Sequence[Bar]


def verdict(scope: Scope, found: History) -> Verdict:
    now, before, days = found.now, found.before, found.days
    names = {"yes": _("Yes"), "partly": _("Partly"), "no": _("No")}
    low, high = now.interval.low, now.interval.high
    return Verdict(
        n=answer(history.ANSWERED, scope, days.pick, now.answered, str(now.answered)),
        yes=answer(history.ANSWERED, scope, picked(days, "yes"), now.yes, str(now.yes)),
        share=_percent(now),
        words=_range(now),
        low=f"{100 * low:.1f}%",
        width=f"{100 * (high - low):.1f}%",
        middle=_place(now),
        before=answer(
            history.ANSWERED, scope, days.before.pick, before.answered, str(before.answered)
        ),
        before_words=_range(before),
        middle_before=_place(before),
        bars=_bars(
            [names[part] for part in ANSWERS],
            [_said(scope, days, now, part) for part in ANSWERS],
            [_said(scope, days.before, before, part) for part in ANSWERS],
        ),
    )


def _said(scope: Scope, days: Days, sums: Sums, part: str) -> Answer:
    n = getattr(sums, part)
    return answer(history.ANSWERED, scope, picked(days, part), n, str(n))


def _percent(sums: Sums) -> str:
    return _("%(n)s %%") % {"n": round(100 * sums.yes / sums.answered)} if sums.answered else ""


def _range(sums: Sums) -> str:
    if not sums.answered:
        return ""
    return _("between %(low)s and %(high)s %% is what %(n)s can tell") % {
        "low": round(100 * sums.interval.low),
        "high": round(100 * sums.interval.high),
        "n": sums.answered,
    }


def _place(sums: Sums) -> str:
    return f"{100 * sums.yes / sums.answered:.1f}%" if sums.answered else ""


# --- Bars ----------------------------------------------------------------------------------------


def _bars(names: Sequence[str], now: Sequence[Answer], before: Sequence[Answer]) -> list[Bar]:
    """Bars of shares of their own period, so that a busy period and a quiet one compare."""
    shares = [_shares(now), _shares(before)]
    longest = max([*shares[0], *shares[1], 0.01])
    return [
        Bar(
            name=name,
            now=one,
            before=other,
            length=f"{100 * share / longest:.1f}%",
            length_before=f"{100 * earlier / longest:.1f}%",
            share=_("%(n)s %%") % {"n": round(100 * share)},
            words=f"{name}: {one.n}",
            words_before=_("%(name)s, the period before: %(n)s") % {"name": name, "n": other.n},
        )
        for name, one, other, share, earlier in zip(names, now, before, *shares, strict=True)
    ]


def _shares(answers: Sequence[Answer]) -> list[float]:
    whole = sum(one.n for one in answers)
    return [one.n / whole if whole else 0.0 for one in answers]
