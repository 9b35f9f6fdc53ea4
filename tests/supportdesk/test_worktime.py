"""Staffed time against somebody who counts the minutes one by one."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from supportdesk.lib.worktime import OFFICE_WEEK, Calendar, NeverStaffed

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
#: Three zones that change their clocks on three different days.
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
#: Weeks with a change in each direction, and the new year.
WEEKS = {
    "Europe/Berlin": [date(2026, 3, 26), date(2026, 10, 22), date(2026, 12, 30)],
    "America/New_York": [date(2026, 3, 5), date(2026, 10, 29), date(2026, 12, 30)],
    "Australia/Lord_Howe": [date(2026, 4, 2), date(2026, 10, 1), date(2026, 12, 30)],
}

half_hours = st.integers(0, 47).map(lambda n: time(n // 2, n % 2 * 30))


@st.composite
def shifts(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """Up to two shifts of a day, in order and without overlap, none over midnight."""
    n = draw(st.sampled_from([0, 2, 2, 4]))
    bounds = sorted(draw(st.lists(half_hours, min_size=n, max_size=n, unique=True)))
    return tuple(zip(bounds[::2], bounds[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a moment near a change of its clocks."""
    zone = draw(st.sampled_from(ZONES))
    first = draw(st.sampled_from(WEEKS[zone]))
    week = {day: draw(shifts()) for day in range(7)}
    holidays = draw(
        st.frozensets(st.integers(0, 6).map(lambda n: first + n * 24 * HOUR), max_size=2)
    )
    calendar = Calendar(ZoneInfo(zone), week, holidays)
    start = datetime.combine(first, time(), ZoneInfo(zone)).astimezone(UTC)
    return calendar, start + draw(st.integers(0, 5 * 24 * 60)) * MINUTE


def is_staffed(calendar: Calendar, minute: datetime) -> bool:
    """Whether the minute that begins here is one of a shift, by the clock on the wall."""
    local = minute.astimezone(calendar.zone)
    if local.date() in calendar.holidays:
        return False
    return any(a <= local.time() < b for a, b in calendar.week[local.weekday()])


def has_a_shift_in_a_change(calendar: Calendar, start: datetime) -> bool:
    """A shift that begins or ends in the hour that is skipped or doubled has no one length."""
    for n in range(-2, 14):
        day = (start + n * 24 * HOUR).astimezone(calendar.zone).date()
        for opens, closes in calendar.week[day.weekday()]:
            for at in (opens, closes):
                local = datetime.combine(day, at, calendar.zone)
                if local.utcoffset() != local.replace(fold=1).utcoffset():
                    return True
    return False


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(0, 3 * 24 * 60))
def test_worked_is_the_number_of_staffed_minutes(
    given_: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = given_
    assume(not has_a_shift_in_a_change(calendar, start))
    counted = sum(is_staffed(calendar, start + n * MINUTE) for n in range(minutes))
    assert calendar.worked(start, start + minutes * MINUTE) == counted * MINUTE


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(1, 16 * 60))
def test_due_is_the_first_moment_at_which_so_much_has_passed(
    given_: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, start = given_
    allowance = minutes * MINUTE
    if not any(calendar.week.values()):
        with pytest.raises(NeverStaffed):
            calendar.due(start, allowance)
        return
    due = calendar.due(start, allowance)
    assert due.tzinfo is UTC
    assert calendar.worked(start, due) == allowance
    assert calendar.worked(start, due - MINUTE) == allowance - MINUTE


@settings(max_examples=60, deadline=None)
@given(calendars(), st.integers(1, 16 * 60))
def test_before_is_due_backwards(given_: tuple[Calendar, datetime], minutes: int) -> None:
    calendar, end = given_
    lead = minutes * MINUTE
    if not any(calendar.week.values()):
        with pytest.raises(NeverStaffed):
            calendar.before(end, lead)
        return
    start = calendar.before(end, lead)
    assert start.tzinfo is UTC
    assert calendar.worked(start, end) == lead
    assert calendar.worked(start + MINUTE, end) == lead - MINUTE


OFFICE = Calendar(ZoneInfo("Europe/Berlin"), OFFICE_WEEK)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def test_four_hours_from_friday_afternoon_are_over_on_monday_noon() -> None:
    friday, monday = berlin("2026-03-13 16:00"), berlin("2026-03-16 12:00")
    assert OFFICE.due(friday, 4 * HOUR) == monday
    assert OFFICE.before(monday, 4 * HOUR) == friday


def test_an_hour_before_monday_morning_is_friday_afternoon() -> None:
    assert OFFICE.before(berlin("2026-03-16 09:30"), HOUR) == berlin("2026-03-13 16:30")


def test_a_night_shift_on_the_day_of_the_change_has_its_true_length() -> None:
    night = {day: ((time(22), time(6)),) for day in range(7)}
    calendar = Calendar(ZoneInfo("Europe/Berlin"), night)
    for evening, hours in [
        ("2026-03-28 22:00", 7),
        ("2026-10-24 22:00", 9),
        ("2026-06-01 22:00", 8),
    ]:
        start = berlin(evening)
        morning = (start + timedelta(days=1)).replace(hour=6)
        assert calendar.worked(start, morning) == hours * HOUR
        assert calendar.due(start, hours * HOUR) == morning
        assert calendar.before(morning, hours * HOUR) == start


def test_nothing_is_worked_backwards_or_on_a_holiday() -> None:
    assert OFFICE.worked(berlin("2026-03-11 12:00"), berlin("2026-03-11 11:00")) == timedelta()
    closed = Calendar(OFFICE.zone, OFFICE.week, frozenset({date(2026, 3, 11)}))
    assert closed.worked(berlin("2026-03-11 00:00"), berlin("2026-03-12 00:00")) == timedelta()
    assert closed.due(berlin("2026-03-11 12:00"), HOUR) == berlin("2026-03-12 10:00")


def test_no_time_at_all_leads_to_the_next_opening() -> None:
    assert OFFICE.due(berlin("2026-03-14 12:00"), timedelta()) == berlin("2026-03-16 09:00")
    assert OFFICE.due(berlin("2026-03-13 12:00"), timedelta()) == berlin("2026-03-13 12:00")
