"""Lines over days, drawn by the server in the page’s own ink.

Across, everything is a percentage and down it is pixels, so that a chart fits
any width and its words keep their size. No legend: each line says at its end
what it is. Each day is a link; with the keyboard the same links are in the
chart’s table, so that a chart is not ninety stops on the way to the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: In pixels: the whole, the line of the highest value, and the ground line.
HEIGHT, TOP, GROUND = 196, 30, 170
#: In percent: where the days begin and end.
LEFT, RIGHT = 6.0, 98.0
#: Words at the ends of two lines keep so far apart, in pixels.
APART = 17


@dataclass(frozen=True)
class Point:
    """One day of a line: how many, which tickets, and what it says when pointed at."""

    n: int
    address: str
    words: str


@dataclass(frozen=True)
class LineChart:
    key: str
    title: str
    #: What somebody hears who does not see it.
    summary: str
    line: Sequence[Point]
    #: As many days before, drawn beneath, lighter.
    past: Sequence[Point]
    line_name: str
    past_name: str
    #: Words below some of the days, by place.
    ticks: Sequence[tuple[int, str]]


def nice(n: int) -> int:
    """Return the even round number at or above ``n`` that ends an axis: 4, 6, 8, 10, 20, 40, …"""
    if n <= 4:
        return 4
    size = 1
    while n > 10 * size:
        size *= 10
    return next(
        step * size for step in (1, 2, 4, 6, 8, 10) if step * size >= n and step * size % 2 == 0
    )


def drawn(chart: LineChart) -> SafeString:
    top = nice(max((one.n for one in (*chart.line, *chart.past)), default=0))
    many = len(chart.line)
    return format_html(
        '<svg class="chart" role="group" height="{}" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}{}{}{}{}{}</svg>',
        HEIGHT,
        chart.key,
        chart.key,
        chart.key,
        chart.title,
        chart.key,
        chart.summary,
        _grid(top),
        _lines(chart, top),
        _columns(chart.line, top, many),
        _marks(chart.past, top, many),
        _names(chart, top),
        format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            ((_percent(_x(place, many)), HEIGHT - 6, words) for place, words in chart.ticks),
        ),
    )


def _grid(top: int) -> SafeString:
    lines = format_html_join(
        "",
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            (
                "chart__grid" if n else "chart__axis",
                _percent(LEFT),
                _y(n, top),
                _percent(RIGHT),
                _y(n, top),
            )
            for n in (0, top // 2, top)
        ),
    )
    return lines + format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        ((_percent(LEFT - 1), f"{float(_y(n, top)) + 4:.1f}", _short(n)) for n in (top // 2, top)),
    )


def _lines(chart: LineChart, top: int) -> SafeString:
    many = len(chart.line)
    return format_html(
        '<svg x="0" y="0" width="100%" height="{}" viewBox="0 0 100 {}" preserveAspectRatio="none"'
        ' aria-hidden="true"><polyline class="chart__line chart__line--past" points="{}"/>'
        '<polyline class="chart__line" points="{}"/></svg>',
        HEIGHT,
        HEIGHT,
        _points(chart.past, top, many),
        _points(chart.line, top, many),
    )


def _points(line: Sequence[Point], top: int, many: int) -> str:
    return " ".join(f"{_x(place, many):.2f},{_y(one.n, top)}" for place, one in enumerate(line))


def _columns(line: Sequence[Point], top: int, many: int) -> SafeString:
    """A day’s whole column leads to its tickets; its dot shows where the line is."""
    width = (RIGHT - LEFT) / max(1, many - 1)
    return format_html_join(
        "",
        '<a class="chart__day" href="{}" tabindex="-1" data-n="{}" aria-label="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}"/><circle cx="{}" cy="{}" r="3.5"/></a>',
        (
            (
                one.address,
                one.n,
                one.words,
                one.words,
                _percent(_x(place, many) - width / 2),
                TOP,
                _percent(width),
                GROUND - TOP,
                _percent(_x(place, many)),
                _y(one.n, top),
            )
            for place, one in enumerate(line)
        ),
    )


def _marks(line: Sequence[Point], top: int, many: int) -> SafeString:
    """A day before has a small place of its own, on its line."""
    width = (RIGHT - LEFT) / max(1, many - 1)
    return format_html_join(
        "",
        '<a class="chart__day chart__day--past" href="{}" tabindex="-1" data-n="{}" aria-label="{}">'
        '<title>{}</title><rect x="{}" y="{}" width="{}" height="12"/>'
        '<circle cx="{}" cy="{}" r="3"/></a>',
        (
            (
                one.address,
                one.n,
                one.words,
                one.words,
                _percent(_x(place, many) - width / 2),
                f"{float(_y(one.n, top)) - 6:.1f}",
                _percent(width),
                _percent(_x(place, many)),
                _y(one.n, top),
            )
            for place, one in enumerate(line)
        ),
    )


def _names(chart: LineChart, top: int) -> SafeString:
    """Each line’s words stand above its end, the lower of the two below if they would touch."""
    if not chart.line or not chart.past:
        return format_html("")
    mine, other = (float(_y(one[-1].n, top)) for one in (chart.line, chart.past))
    up, down = -8, 18
    mine_at = mine + (up if mine <= other else down)
    other_at = other + (down if mine <= other else up)
    if abs(mine_at - other_at) < APART:
        other_at = mine_at + (APART if mine <= other else -APART)
    return format_html(
        '<a href="{}" tabindex="-1" data-n="{}"><text class="chart__accent" x="{}" y="{}"'
        ' text-anchor="end">{}</text></a><text x="{}" y="{}" text-anchor="end">{}</text>',
        chart.line[-1].address,
        chart.line[-1].n,
        _percent(RIGHT),
        f"{min(GROUND - 4.0, mine_at):.1f}",
        chart.line_name,
        _percent(RIGHT),
        f"{min(GROUND - 4.0, other_at):.1f}",
        chart.past_name,
    )


def _x(place: int, many: int) -> float:
    return LEFT + (RIGHT - LEFT) * (place / (many - 1) if many > 1 else 1.0)


def _y(n: int, top: int) -> str:
    return f"{GROUND - (GROUND - TOP) * n / top:.1f}"


def _percent(x: float) -> str:
    return f"{x:.2f}%"


def _short(n: int) -> str:
    """Write a number where room is short: 40, 1.5k, 20k, 3M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n / size:g}{letter}"
    return str(n)


def ticks_of(names: Sequence[str], *, many: int) -> list[tuple[int, str]]:
    """Choose about ``many`` of the days to be named, evenly, none at the very ends."""
    step = max(1, len(names) // many)
    return [(place, names[place]) for place in range(step // 2, len(names), step)]
