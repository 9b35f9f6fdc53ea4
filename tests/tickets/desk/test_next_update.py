from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from supportdesk.lib.worktime import OFFICE_WEEK, Calendar
from tickets.next_update import picks

LONDON = Calendar(ZoneInfo("Europe/London"), OFFICE_WEEK, frozenset())
WEDNESDAY = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


def _said(now: datetime, calendar: Calendar, within: timedelta) -> list[str]:
    found = picks(now, calendar=calendar, target=now + within)
    return [f"{pick.at:%a %H:%M}{' *' * pick.is_chosen}" for pick in found]


@pytest.mark.parametrize(
    ("now", "within", "expected"),
    [
        (WEDNESDAY, timedelta(days=1), ["Wed 16:00", "Thu 12:00 *", "Mon 10:00"]),
        (WEDNESDAY, timedelta(hours=5), ["Wed 16:00 *", "Thu 12:00", "Mon 10:00"]),
        (WEDNESDAY, timedelta(hours=2), ["Wed 14:00 *", "Wed 16:00", "Thu 12:00", "Mon 10:00"]),
        # Friday after hours: the afternoon is Monday’s, and so is the noon.
        (
            WEDNESDAY + timedelta(days=2, hours=6),
            timedelta(days=4),
            ["Mon 10:00", "Mon 12:00", "Mon 16:00 *"],
        ),
    ],
)
def test_moments_that_a_person_would_promise(
    now: datetime, within: timedelta, expected: list[str]
) -> None:
    assert _said(now, LONDON, within) == expected


def test_holidays_and_short_days_are_minded() -> None:
    early = {day: ((time(8), time(11)),) for day in range(5)}
    calendar = Calendar(ZoneInfo("UTC"), early, frozenset({(WEDNESDAY + timedelta(days=1)).date()}))

    assert _said(WEDNESDAY - timedelta(hours=4), calendar, timedelta(days=1)) == [
        "Wed 11:00 *",
        "Fri 11:00",
        "Mon 10:00",
    ]


def test_a_desk_without_hours_promises_by_the_clock() -> None:
    always = Calendar(ZoneInfo("UTC"), {}, frozenset())

    assert _said(WEDNESDAY, always, timedelta(days=9)) == ["Wed 16:00", "Thu 12:00", "Mon 10:00 *"]
