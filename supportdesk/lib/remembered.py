"""Answers that are good for some seconds, so that every page need not ask again."""

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

P = ParamSpec("P")
T = TypeVar("T")


def remembered(seconds: float) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Ask once in so many seconds, in each process, whatever the arguments; in tests each time.

    For facts about the whole desk, told to whoever may hear them. Never for
    what differs from person to person.
    """

    def decorate(ask: Callable[P, T]) -> Callable[P, T]:
        #: When it was asked, and the answer; put down in one step, so that no thread sees half.
        known: list[tuple[float, T]] = []

        @wraps(ask)
        def answer(*args: P.args, **kwargs: P.kwargs) -> T:
            now = time.monotonic()
            if known and now - known[0][0] < seconds and settings.MODE != "test":
                return known[0][1]
            found = ask(*args, **kwargs)
            known[:] = [(now, found)]
            return found

        return answer

    return decorate
