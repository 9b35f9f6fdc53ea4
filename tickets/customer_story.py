"""The story of a ticket as its customer may know it: who spoke when, and what we broke."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from supportdesk.lib import moments, story
from supportdesk.lib.worktime import Calendar
from tickets.models import Message, Promise


def story_of(
    messages: Sequence[Message],
    promises: Sequence[Promise],
    due: Promise | None,
    waits: Sequence[datetime],
    solved_at: datetime | None,
    *,
    calendar: Calendar,
    at: datetime,
) -> story.Story:
    happenings = [
        story.Happening(
            message.release_at,
            story.Kind.ANSWERED if message.kind == Message.Kind.REPLY else story.Kind.WROTE,
        )
        for message in messages
    ]
    happenings += [
        story.Happening(
            one.due_at, story.Kind.BROKE, _("We broke a promise"), moments.short(one.due_at, now=at)
        )
        for one in promises
        if is_broken(one, at)
    ]
    happenings += [story.Happening(moment, story.Kind.WAITS) for moment in waits]
    if solved_at:
        happenings.append(
            story.Happening(
                solved_at, story.Kind.SOLVED, _("Solved"), moments.short(solved_at, now=at)
            )
        )
    order = [story.Kind.WROTE, story.Kind.BROKE, story.Kind.ANSWERED, story.Kind.WAITS]
    happenings.sort(
        key=lambda one: (one.at, order.index(one.kind) if one.kind in order else len(order))
    )
    happenings = _without_repeats(happenings) or [story.Happening(at, story.Kind.WROTE)]
    happenings[0] = _begin(happenings[0], at=at)
    next_at = due.due_at if due and due.due_at > at else None
    return story.story(
        happenings,
        now=at,
        now_words=_("now"),
        due=next_at,
        due_name=_("Next update"),
        due_moment=moments.day_and_time(next_at, now=at) if next_at else "",
        for_customer=True,
        calendar=calendar,
        summary=_summary(happenings, next_at, at=at),
    )


def _without_repeats(happenings: Sequence[story.Happening]) -> list[story.Happening]:
    """Of many messages in a row keep the first and the last: only so many beads fit."""
    return [
        one
        for before, one, after in zip(
            [None, *happenings[:-1]], happenings, [*happenings[1:], None], strict=True
        )
        if not (before and after and before.kind == one.kind == after.kind)
    ]


def _begin(first: story.Happening, *, at: datetime) -> story.Happening:
    name = _("You wrote") if first.kind == story.Kind.WROTE else first.name
    return story.Happening(first.at, first.kind, name, moments.short(first.at, now=at))


def _summary(
    happenings: Sequence[story.Happening], next_at: datetime | None, *, at: datetime
) -> str:
    """The picture in words, for who hears it."""
    said = {
        story.Kind.WROTE: _("You wrote %(when)s."),
        story.Kind.ANSWERED: _("We answered %(when)s."),
        story.Kind.BROKE: _("We broke a promise %(when)s."),
        story.Kind.WAITS: _("We have waited for you since %(when)s."),
        story.Kind.SOLVED: _("Solved %(when)s."),
    }
    words = [
        said[one.kind] % {"when": moments.day_and_time(one.at, now=at)} for one in happenings[-8:]
    ]
    if next_at:
        words.append(
            _("The next update is due %(when)s.") % {"when": moments.day_and_time(next_at, now=at)}
        )
    return " ".join(words)


def is_settled(promise: Promise, at: datetime) -> bool:
    """Whether the customer knows of a word that settled it."""
    return promise.settled_by_id is not None and (
        promise.settled_at is not None and promise.settled_at <= at
    )


def is_broken(promise: Promise, at: datetime) -> bool:
    if promise.state in {Promise.State.WITHDRAWN, Promise.State.SUPERSEDED}:
        return False
    end = promise.settled_at if is_settled(promise, at) and promise.settled_at else at
    return promise.due_at < end or (promise.due_at == end and not is_settled(promise, at))
