"""A story as SVG: places as percentages in attributes, so that it fits any width and the policy."""

from collections.abc import Iterable, Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from supportdesk.lib.story import Bead, Kind, Label, Line, Story, Stretch

_LINES = {
    Line.WAIT: "story__wait",
    Line.SOON: "story__wait story__wait--soon",
    Line.LATE: "story__wait story__wait--late",
    Line.THEIRS: "story__ours",
    Line.LEFT: "story__left",
}
_DISC = '<circle class="story__kept" r="8"/><path class="story__tick" d="m-3.4.4 2.4 2.5 4.2-5"/>'
_CROSS = (
    '<rect class="story__broken" x="-8" y="-8" width="16" height="16" rx="3"/>'
    '<path class="story__tick" d="m-3-3 6 6m0-6-6 6"/>'
)
#: Where things stand, in pixels from the top: the thread, then the rows of words.
_STAFF = {"height": 66, "thread": 32, "above": 11, "below": 58}
_CUSTOMER = {"height": 78, "thread": 46, "above": 12, "below": 74}


def drawn(story: Story) -> SafeString:
    """Return the whole figure. Beads stay inside the frame, words never cover each other."""
    rows = _CUSTOMER if story.for_customer else _STAFF
    return format_html(
        '<div class="story__box"><svg class="story{}" height="{}" role="img" aria-label="{}">'
        "{}{}{}{}{}</svg></div>",
        " story--big" if story.for_customer else "",
        rows["height"],
        story.summary,
        _all(_stretch(one, rows["thread"]) for one in story.stretches),
        _now(story, rows["thread"]),
        _all(_bead(one, rows["thread"], big=story.for_customer) for one in story.beads),
        _due(story, rows["thread"]),
        _all(_words(story, rows)),
    )


def _all(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _stretch(one: Stretch, y: int) -> SafeString:
    # Dots keep off the beads on both sides.
    gap = 1.3 if one.line is Line.THEIRS else 0
    start, end = one.start + gap, max(one.start + gap, one.end - gap)
    return format_html(
        '<line class="{}" x1="{}%" y1="{}" x2="{}%" y2="{}"/>',
        _LINES[one.line],
        f"{start:g}",
        y,
        f"{end:g}",
        y,
    )


def _bead(one: Bead, y: int, *, big: bool) -> SafeString:
    size = "6" if big else "5.5"
    if one.kind in {Kind.BROKE, Kind.KEPT, Kind.SOLVED}:
        mark = _CROSS if one.kind is Kind.BROKE else _DISC
        return _at(one.x, y, mark_safe(mark))  # noqa: S308 -- a constant
    look = "story__them" if one.kind is Kind.WROTE else "story__us"
    return _at(one.x, y, format_html('<circle class="{}" r="{}"/>', look, size))


def _at(x: float, y: int, mark: SafeString) -> SafeString:
    """Put a mark at ``x`` percent; at the two ends it moves in, so that nothing is cut."""
    inward = 6 if x < 1 else -8 if x > 99 else 0
    return format_html(
        '<svg x="{}%" y="{}" overflow="visible"><g transform="translate({})">{}</g></svg>',
        f"{x:g}",
        y,
        inward,
        mark,
    )


def _now(story: Story, y: int) -> SafeString:
    if not story.now_words:
        return mark_safe("")
    x = f"{story.now_x:g}%"
    return format_html(
        '<line class="story__now" x1="{}" y1="{}" x2="{}" y2="{}"/>', x, y - 12, x, y + 14
    )


def _due(story: Story, y: int) -> SafeString:
    if story.due_x is None:
        return mark_safe("")
    if story.is_soon:
        mark = '<path class="story__due story__due--soon" d="M-9-8-1 0-9 8-17 0z"/>'
    else:
        mark = '<circle class="story__due" cx="-8" r="7"/>'
    return format_html(
        '<svg x="100%" y="{}" overflow="visible">{}</svg>',
        y,
        mark_safe(mark),  # noqa: S308 -- a constant
    )


def _words(story: Story, rows: dict[str, int]) -> Iterator[SafeString]:
    for label in story.labels:
        if label.tone == "now":
            if story.now_words:
                yield _flag(label, rows) if not story.for_customer else _now_word(label, rows)
        elif label.below:
            yield _line(label.x, rows["below"], label, [(label.name, ""), (label.moment, "")])
        elif story.for_customer:
            yield _line(label.x, rows["above"], label, [(label.name, label.tone)])
            yield _line(label.x, rows["above"] + 16, label, [(label.moment, "strong")])
        else:
            strong = label.tone or "strong"
            moment_tone = "strong" if not label.tone else label.tone
            order = [(label.moment, moment_tone), (label.name, label.tone)]
            if label.tone in {"amber", "blue", "green"}:
                order = [(label.name, strong), (label.moment, strong)]
            yield _line(label.x, rows["above"], label, order)


def _line(x: float, y: int, label: Label, parts: list[tuple[str, str]]) -> SafeString:
    spans = format_html_join(
        " ",
        "<tspan{}>{}</tspan>",
        (
            (format_html(' class="story__{}"', tone) if tone else "", words)
            for words, tone in parts
            if words
        ),
    )
    return format_html(
        '<text{} x="{}%" y="{}" text-anchor="{}">{}</text>',
        format_html(' class="{}"', label.shown) if label.shown else "",
        f"{x:g}",
        y,
        label.anchor,
        spans,
    )


def _flag(label: Label, rows: dict[str, int]) -> SafeString:
    """The flag of now hangs under the thread; near an end it turns inward."""
    width = round(label.letters * 6.2) + 8
    shift = {"start": 0, "middle": -width / 2, "end": -width}[label.anchor]
    return format_html(
        '<svg x="{}%" y="{}" overflow="visible"><g transform="translate({})">'
        '<rect class="story__flag" width="{}" height="17" rx="3"/>'
        '<text class="story__flagtext" x="{}" y="12" text-anchor="middle">{}</text></g></svg>',
        f"{label.x:g}",
        rows["thread"] + 14,
        f"{shift:g}",
        width,
        f"{width / 2:g}",
        label.name,
    )


def _now_word(label: Label, rows: dict[str, int]) -> SafeString:
    return _line(label.x, rows["below"], label, [(label.name, "strong")])
