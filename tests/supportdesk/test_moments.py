"""Words that are kept are the words of the reader’s own zone and language."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone, translation

from supportdesk.lib import moments

#: One instant, and the moments on either side of the hour that comes twice.
NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("turn", range(2))
def test_the_same_instant_reads_differently_elsewhere(turn: int) -> None:
    said = []
    for zone, language in (("Europe/London", "en"), ("Europe/Berlin", "en"), ("Asia/Tokyo", "en")):
        with timezone.override(zone), translation.override(language):
            said.append(moments.full(NOON))
    assert said == [
        "Wednesday 11 March 2026, 12:00 (GMT)",
        "Wednesday 11 March 2026, 13:00 (CET)",
        "Wednesday 11 March 2026, 21:00 (JST)",
    ]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    with timezone.override("Europe/Berlin"), translation.override("en"):
        first = moments.full(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
        second = moments.full(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert (first[-12:], second[-11:]) == ("02:30 (CEST)", "02:30 (CET)")


def test_yesterday_and_tomorrow_have_their_words() -> None:
    with timezone.override("UTC"), translation.override("en"):
        days = [
            moments.day_and_time(datetime(2026, 3, day, 9, 5, tzinfo=UTC), now=NOON)
            for day in (9, 10, 11, 12, 13, 20)
        ]
    assert days == [
        "Monday 9 March, 09:05",
        "yesterday, 09:05",
        "today, 09:05",
        "tomorrow, 09:05",
        "Friday, 09:05",
        "Friday 20 March, 09:05",
    ]
