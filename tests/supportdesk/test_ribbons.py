"""The time ribbon: from facts to a state, from time to x, and its words."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.template import Context
from django.utils import timezone

from supportdesk.lib import drawing, ribbon_drawing
from supportdesk.lib.ribbons import Ribbon, State, ribbon
from supportdesk.lib.story import Happening, Kind, Label, Line, story
from supportdesk.lib.worktime import OFFICE_WEEK, Calendar
from supportdesk.templatetags import ui

OFFICE = Calendar(ZoneInfo("UTC"), {**OFFICE_WEEK})
FRIDAY_NOON = datetime(2026, 3, 13, 12, tzinfo=UTC)
MONDAY_NINE = datetime(2026, 3, 16, 9, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def update(*, now: datetime, **facts: object) -> Ribbon:
    given = {"due": MONDAY_NOON, "calendar": OFFICE, **facts}
    return ribbon(what="update", since=FRIDAY_NOON, now=now, **given)  # type: ignore[arg-type]


def test_a_weekend_takes_no_room() -> None:
    # Five hours of Friday and three of Monday: on Monday at nine, five eighths are gone.
    assert update(now=MONDAY_NINE).waited == 62.5
    assert update(now=datetime(2026, 3, 15, 3, tzinfo=UTC)).waited == 62.5


def test_without_a_calendar_time_is_plain() -> None:
    assert update(now=MONDAY_NINE, calendar=None).waited == 95.8


def test_a_promise_for_a_moment_outside_the_hours_is_measured_plainly() -> None:
    saturday = datetime(2026, 3, 14, 10, tzinfo=UTC)

    drawn = ribbon(
        what="call",
        since=saturday,
        now=saturday + HOUR,
        due=saturday + 4 * HOUR,
        calendar=OFFICE,
    )

    assert drawn.waited == 25.0


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (MONDAY_NINE, State.RUNNING),
        (MONDAY_NOON - 2 * HOUR, State.SOON),
        (MONDAY_NOON - timedelta(seconds=1), State.SOON),
        (MONDAY_NOON, State.BROKEN),
    ],
)
def test_staff_see_a_promise_come_near_and_break(now: datetime, state: State) -> None:
    assert update(now=now).state is state


def test_near_is_counted_in_staffed_time() -> None:
    an_hour_before_closing = datetime(2026, 3, 13, 16, tzinfo=UTC)

    near = update(now=an_hour_before_closing, due=MONDAY_NINE + HOUR)

    assert near.state is State.SOON


def test_customers_never_see_soon_but_see_broken() -> None:
    near = MONDAY_NOON - HOUR

    assert update(now=near).state is State.SOON
    assert update(now=near, for_customer=True).state is State.RUNNING
    assert update(now=MONDAY_NOON, for_customer=True).state is State.BROKEN


def test_a_promise_fulfilled_in_time_is_kept_and_one_fulfilled_late_stays_broken() -> None:
    later = MONDAY_NOON + 5 * HOUR

    assert update(now=later, kept_at=MONDAY_NOON).state is State.KEPT
    late = update(now=later, kept_at=MONDAY_NOON + HOUR)
    assert late.state is State.BROKEN
    assert late.waited == 82.0


def test_lateness_keeps_its_measure_within_what_can_be_read() -> None:
    minute, day, month = timedelta(minutes=1), timedelta(days=1), timedelta(days=30)

    assert update(now=MONDAY_NOON + minute).waited == 82.0
    assert update(now=MONDAY_NOON + day).waited == 50.0
    assert update(now=MONDAY_NOON + month).waited == 40.0


def test_who_waits_for_them_or_was_promised_nothing_has_no_mark() -> None:
    assert update(now=MONDAY_NINE, is_paused=True).state is State.PAUSED
    assert update(now=MONDAY_NINE, due=None).state is State.NONE


def text_of(markup: str) -> str:
    """What a screen reader says: the words, without the marks."""
    return " ".join(markup.replace("<", " <").replace(">", "> ").split("<svg")[0].split())


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"now": MONDAY_NOON - HOUR}, ["update by", "12:00", "1 h"]),
        ({"now": MONDAY_NOON + 40 * timedelta(minutes=1)}, ["12:00", "40 min late"]),
        ({"now": MONDAY_NOON + HOUR, "for_customer": True}, ["12:00", "broken"]),
        ({"now": MONDAY_NINE, "for_customer": True}, ["update by", "in 3 h"]),
        ({"now": MONDAY_NOON, "kept_at": MONDAY_NINE}, ["update,", "kept"]),
        ({"now": MONDAY_NINE, "is_paused": True}, ["since", "Fri"]),
    ],
)
def test_a_ribbon_is_never_without_its_words(facts: dict[str, object], words: list[str]) -> None:
    with timezone.override(UTC):
        said = text_of(ribbon_drawing.drawn(update(**facts)))  # type: ignore[arg-type]

    assert [word for word in words if word not in said] == []


def test_a_hostile_name_is_words_and_nothing_else() -> None:
    drawn = ribbon(what="waiting for <script>", since=FRIDAY_NOON, now=MONDAY_NINE, is_paused=True)

    assert "waiting for &lt;script&gt;" in ribbon_drawing.drawn(drawn)
    assert "<script>" not in ribbon_drawing.drawn(drawn)


# --- The long one --------------------------------------------------------------------------------


def told(*kinds: Kind, start: datetime = FRIDAY_NOON) -> list[Happening]:
    return [Happening(start + n * HOUR, kind, name=f"thing {n}") for n, kind in enumerate(kinds)]


def test_the_line_follows_from_what_happened() -> None:
    happened = told(Kind.WROTE, Kind.ANSWERED, Kind.WAITS, Kind.WROTE, Kind.BROKE)

    lines = story(
        happened, now=MONDAY_NINE, now_words="now", calendar=OFFICE, summary="told"
    ).stretches

    assert [one.line for one in lines] == [
        Line.WAIT,
        Line.WAIT,
        Line.THEIRS,
        Line.WAIT,
        Line.LATE,
    ]
    assert lines[0].start == 0.0
    assert lines[-1].end == 100.0


def test_an_answer_ends_lateness_and_solving_ends_the_line() -> None:
    happened = told(Kind.WROTE, Kind.BROKE, Kind.ANSWERED, Kind.SOLVED)

    drawn = story(happened, now=MONDAY_NINE, now_words="now", summary="told")

    assert [one.line for one in drawn.stretches] == [Line.WAIT, Line.LATE, Line.WAIT]
    assert drawn.now_words == ""


def test_what_is_left_runs_from_now_to_the_promise() -> None:
    drawn = story(
        told(Kind.WROTE),
        now=FRIDAY_NOON + HOUR,
        now_words="now",
        due=FRIDAY_NOON + 2 * HOUR,
        summary="told",
    )

    assert drawn.now_x == 50.0
    assert drawn.due_x == 100.0
    assert drawn.is_soon
    assert drawn.stretches[-1].line is Line.LEFT


def test_many_messages_in_one_hour_stay_apart_and_old_ones_fold() -> None:
    minute = timedelta(minutes=1)
    happened = [Happening(FRIDAY_NOON + n * minute, Kind.WROTE) for n in range(40)]

    beads = story(happened, now=MONDAY_NOON, now_words="now", calendar=OFFICE, summary="told").beads

    assert len(beads) == 14
    gaps = [after.x - before.x for before, after in pairwise(beads)]
    assert min(gaps) >= 2.5


def test_labels_never_touch_at_the_width_they_are_shown_at() -> None:
    happened = told(*[Kind.WROTE, Kind.ANSWERED, Kind.BROKE] * 4)

    labels = story(
        happened,
        now=MONDAY_NINE,
        now_words="now 09:00",
        due=MONDAY_NINE + 9 * HOUR,
        due_name="update",
        summary="told",
    ).labels

    assert {label.tone for label in labels} >= {"now", "red", "blue"}
    for width, hidden in [
        (290, ["story__more", "story__extra"]),
        (420, ["story__extra"]),
        (620, []),
    ]:
        shown = [extent(one, width) for one in labels if one.shown not in hidden]
        assert len(shown) >= 2
        for row in (True, False):
            edges = sorted(edge for below, edge in shown if below is row)
            assert all(left[1] < right[0] for left, right in pairwise(edges))


def extent(label: Label, width: int) -> tuple[bool, tuple[float, float]]:
    """The row of a label, and where it begins and ends in pixels, six to a letter."""
    size = label.letters * 6
    left = label.x / 100 * width - {"start": 0, "middle": size / 2, "end": size}[label.anchor]
    return label.below, (left, left + size)


def test_a_story_says_itself_to_who_cannot_see_it() -> None:
    drawn = story(told(Kind.WROTE), now=MONDAY_NINE, now_words="now", summary='Waited "2 days"')

    assert 'aria-label="Waited &quot;2 days&quot;"' in ui.story(drawn)
    assert "style=" not in ui.story(drawn)


# --- Moments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 3, 16, 16, tzinfo=UTC), "16:00"),
        (datetime(2026, 3, 20, 12, tzinfo=UTC), "Fri 12:00"),
        (datetime(2026, 3, 9, 12, tzinfo=UTC), "9 Mar"),
        (datetime(2025, 3, 9, 12, tzinfo=UTC), "9 Mar 2025"),
    ],
)
def test_a_moment_is_short_and_its_title_is_exact(at: datetime, words: str) -> None:
    with timezone.override(UTC):
        said = ui.moment(Context({"now": MONDAY_NOON}), at)

    assert f">{words}</time>" in said
    assert f'datetime="{at.isoformat()}"' in said
    assert "(UTC)" in said


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=5), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1, minutes=5), "1 h 05"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=19, minutes=40), "19 h"),
        (timedelta(hours=47), "1 d"),
    ],
)
def test_a_span_is_said_as_people_say_it(length: timedelta, words: str) -> None:
    assert f">{words}</time-ago>" in ui.ago(Context({"now": MONDAY_NOON}), MONDAY_NOON - length)


def test_initials_take_the_first_and_the_last_word() -> None:
    names = [
        "Tomás Okafor",
        "Aleksandra Wiśniewska-Montgomery",
        "Dr. Ama B. Owusu",
        "Noor",
        "—",
        "",
    ]

    assert [drawing.initials(name) for name in names] == ["TO", "AW", "DO", "N", "?", "?"]
