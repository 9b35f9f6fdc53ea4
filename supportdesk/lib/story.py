"""The long ribbon of a ticket: everything that happened, as beads on one thread.

**From time to x.** The thread runs from the first happening (0 %) to the next
promised moment, or to *now* when nothing is promised or the promise is broken
(100 %). Two fifths of the width are dealt out evenly between neighbouring
moments, so that five messages in one hour stay five beads; the rest by staffed
time, so that a night takes no room. At most ``MOST_BEADS`` are drawn: the
first, and the latest.

**Labels never touch.** Each is placed at the narrowest of three widths where it
still finds room among those placed before it (now, the promise, the beginning,
then broken, kept and plain ones, latest first); the style sheet hides it below
that width. One that finds no room anywhere is not drawn; its bead is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from supportdesk.lib.ribbons import SOON, Worked, measure

MOST_BEADS = 14

#: The widths in pixels that labels are placed for, narrowest first, and the class for each.
_WIDTHS = ((290, ""), (420, "story__more"), (620, "story__extra"))
_EVENLY = 0.4
_PIXELS_PER_LETTER = 6.4
_GAP_PIXELS = 10


class Kind(StrEnum):
    """What happened. The thread between two happenings follows from them."""

    WROTE = "wrote"  #: the customer; from here they wait
    ANSWERED = "answered"  #: we; ends lateness
    HANDED_OVER = "handed over"  #: somebody else has it now
    WAITS = "waits"  #: for them; from here dots
    KEPT = "kept"
    BROKE = "broke"  #: at the promised moment; from here barcode
    SOLVED = "solved"


@dataclass(frozen=True)
class Happening:
    """``name`` is its label, empty for a bare bead; ``moment`` says when, in words."""

    at: datetime
    kind: Kind
    name: str = ""
    moment: str = ""


class Line(StrEnum):
    WAIT = "wait"
    SOON = "soon"
    LATE = "late"
    THEIRS = "ours"
    LEFT = "left"


@dataclass(frozen=True)
class Stretch:
    start: float
    end: float
    line: Line


@dataclass(frozen=True)
class Label:
    """Words at ``x`` percent; ``anchor`` is start, middle or end; ``shown`` a class or ``""``."""

    x: float
    anchor: str
    name: str
    moment: str
    tone: str
    below: bool = False
    shown: str = ""
    is_stacked: bool = False

    @property
    def letters(self) -> int:
        """How wide it is: one line, or the wider of two where they stand above each other."""
        if self.is_stacked:
            return max(len(self.name), len(self.moment))
        return len(self.name) + len(self.moment) + (1 if self.name and self.moment else 0)


@dataclass(frozen=True)
class Bead:
    x: float
    kind: Kind


@dataclass(frozen=True)
class Story:
    stretches: Sequence[Stretch]
    beads: Sequence[Bead]
    labels: Sequence[Label]
    now_x: float
    now_words: str
    due_x: float | None
    is_soon: bool
    for_customer: bool
    summary: str


def story(
    happenings: Sequence[Happening],
    *,
    now: datetime,
    now_words: str,
    due: datetime | None = None,
    due_name: str = "",
    due_moment: str = "",
    for_customer: bool = False,
    calendar: Worked | None = None,
    summary: str,
) -> Story:
    """Lay out the story of one ticket. ``happenings`` is in order and not empty.

    ``due`` is the open promise, if any; one that has passed is told by a BROKE
    happening and not drawn as still to come. ``summary`` is what a screen
    reader says instead of the picture.
    """
    shown = _fewer([one for one in happenings if one.at <= now])
    to_come = due if due is not None and due > now else None
    places = _places([one.at for one in shown], now, to_come, calendar)
    soon = to_come is not None and not for_customer and measure(now, to_come, calendar) <= SOON
    beads = [Bead(x=places[one.at], kind=one.kind) for one in shown if one.kind != Kind.WAITS]
    solved = bool(shown) and shown[-1].kind == Kind.SOLVED
    labels = [Label(places[now], _anchor(places[now], 12), now_words, "", "now", below=True)]
    if to_come:
        labels.append(Label(100.0, "end", due_name, due_moment, "amber" if soon else "blue"))
    labels += _told(shown, places)
    return Story(
        stretches=_stretches(shown, places, now=now, due=to_come, is_soon=soon),
        beads=beads,
        labels=_placed([replace(one, is_stacked=for_customer and not one.below) for one in labels]),
        now_x=places[now],
        now_words="" if solved else now_words,
        due_x=100.0 if to_come else None,
        is_soon=soon,
        for_customer=for_customer,
        summary=summary,
    )


def _fewer(happenings: Sequence[Happening]) -> Sequence[Happening]:
    if len(happenings) <= MOST_BEADS:
        return happenings
    return [happenings[0], *happenings[1 - MOST_BEADS :]]


def _places(
    moments: Sequence[datetime], now: datetime, due: datetime | None, calendar: Worked | None
) -> dict[datetime, float]:
    stops = sorted({*moments, now, *([due] if due else [])})
    if len(stops) == 1:
        return {stops[0]: 0.0}
    lengths = [measure(a, b, calendar) for a, b in pairwise(stops)]
    whole = sum(lengths, start=lengths[0] * 0)
    if not whole:
        lengths = [b - a for a, b in pairwise(stops)]
        whole = stops[-1] - stops[0]
    places, x = {stops[0]: 0.0}, 0.0
    for stop, length in zip(stops[1:], lengths, strict=True):
        x += 100 * (_EVENLY / len(lengths) + (1 - _EVENLY) * (length / whole))
        places[stop] = round(min(x, 100.0), 1)
    return places


def _stretches(
    happenings: Sequence[Happening],
    places: dict[datetime, float],
    *,
    now: datetime,
    due: datetime | None,
    is_soon: bool,
) -> list[Stretch]:
    """Fold what happened into lines: who waits for whom, and since when we are late."""
    drawn: list[Stretch] = []
    line = Line.WAIT
    for this, after in zip(happenings, [*happenings[1:], None], strict=True):
        line = _line_after(this.kind, line)
        if after is None and this.kind == Kind.SOLVED:
            return drawn
        start, end = places[this.at], places[after.at if after else now]
        last = Line.SOON if line is Line.WAIT and is_soon and after is None else line
        if end > start:
            drawn.append(Stretch(start, end, last))
    if due:
        drawn.append(Stretch(places[now], 99.0, Line.LEFT))
    return drawn


def _line_after(kind: Kind, before: Line) -> Line:
    if kind in {Kind.WAITS, Kind.SOLVED}:
        return Line.THEIRS
    if kind == Kind.BROKE:
        return Line.LATE
    if kind == Kind.ANSWERED:
        return Line.WAIT
    if kind == Kind.WROTE:
        return Line.LATE if before is Line.LATE else Line.WAIT
    return before


def _told(happenings: Sequence[Happening], places: dict[datetime, float]) -> list[Label]:
    tones = {Kind.BROKE: "red", Kind.KEPT: "green", Kind.SOLVED: "green"}
    order = {Kind.BROKE: 0, Kind.SOLVED: 1, Kind.KEPT: 2}
    labels = []
    for place, one in enumerate(happenings):
        if not (one.name or one.moment):
            continue
        x = places[one.at]
        above = place == 0 or one.kind in {Kind.BROKE, Kind.SOLVED}
        label = Label(x, _anchor(x), one.name, one.moment, tones.get(one.kind, ""), not above)
        rank = (-1, 0.0) if place == 0 else (order.get(one.kind, 3), -x)
        labels.append((rank, label))
    return [label for _, label in sorted(labels, key=lambda pair: pair[0])]


def _anchor(x: float, edge: float = 8) -> str:
    return "start" if x < edge else "end" if x > 100 - edge else "middle"


def _placed(labels: Sequence[Label]) -> list[Label]:
    placed: list[Label] = []
    for label in labels:
        for width, shown in _WIDTHS:
            neighbours = [other for other in placed if other.below == label.below]
            if _fits(label, width) and not any(_touch(label, other, width) for other in neighbours):
                placed.append(replace(label, shown=shown))
                break
    return placed


def _reach(label: Label, width: int) -> tuple[float, float]:
    """Return the left and right edge of a label in percent of ``width`` pixels."""
    size = 100 * (label.letters * _PIXELS_PER_LETTER + _GAP_PIXELS) / width
    left = {"start": 0.0, "middle": size / 2, "end": size}[label.anchor]
    return label.x - left, label.x - left + size


def _fits(label: Label, width: int) -> bool:
    left, right = _reach(label, width)
    # Now is always said; near an end its anchor has turned inward already.
    return label.tone == "now" or (left > -6 and right < 106)


def _touch(one: Label, other: Label, width: int) -> bool:
    (left, right), (other_left, other_right) = _reach(one, width), _reach(other, width)
    return left < other_right and other_left < right
