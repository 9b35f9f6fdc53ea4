"""Lets sixty days pass: stories and timers on one clock."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection

from supportdesk import timers
from supportdesk.demo import script
from supportdesk.demo.run import Run, awake
from supportdesk.lib.worktime import Calendar
from tickets import receivers
from tickets.models import Event, Message
from tickets.service import clocks
from tickets.signals import event_recorded

NO_TIME = timedelta()


@contextmanager
def without_mail() -> Iterator[None]:
    """Let what happens wind the clocks and tell nobody: the past is not mailed."""

    def wind(event: Event, **_kwargs: Any) -> None:
        clocks.wind(event)

    event_recorded.disconnect(receivers.follow_up_on)
    event_recorded.connect(wind)
    try:
        yield
    finally:
        event_recorded.disconnect(wind)
        event_recorded.connect(receivers.follow_up_on)


def play(runs: Iterable[Run], *, until: datetime, begins: Callable[[datetime], None]) -> list[Run]:
    """Let time pass: whatever is due next happens next, be it a person or a timer.

    Returns those whose story is not over at ``until``.
    """
    agenda = [(run.at, place, run) for place, run in enumerate(runs)]
    heapq.heapify(agenda)
    while agenda and agenda[0][0] <= until:
        at, place, run = heapq.heappop(agenda)
        _run_timers(at)
        if run.is_new:
            begins(at)
        run.go_on()
        if not run.is_over:
            heapq.heappush(agenda, (run.at, place, run))
    _run_timers(until)
    return [run for _at, _place, run in sorted(agenda, key=lambda one: one[:2])]


def _run_timers(until: datetime) -> None:
    """Fire what is due. Asked thousands of times: first in the words that cost the least."""
    with connection.cursor() as cursor:
        cursor.execute(_ANY_DUE, [until])
        is_any_due = cursor.fetchone()
    if is_any_due:
        timers.run_through(until)


_ANY_DUE = """
    SELECT 1 FROM supportdesk_timer
     WHERE fired_at IS NULL AND cancelled_at IS NULL AND coalesce(retry_at, due_at) <= %s LIMIT 1
"""


def opening(story: script.Story, at: datetime, calendar: Calendar) -> datetime:
    return calendar.due(at, NO_TIME) if story.via == Message.Via.PHONE else awake(at)


def deck(stories: Sequence[script.Story], many: int, rng: Random) -> list[script.Story]:
    """Return ``many`` stories by their weight: each is told before any is told again too often."""
    whole = [story for story in stories for _ in range(story.weight)]
    dealt: list[script.Story] = []
    while len(dealt) < many:
        rng.shuffle(whole)
        dealt += whole
    return dealt[:many]
