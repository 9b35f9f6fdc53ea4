"""Loads the demo desk: a shop with its staff, its customers and sixty days of their tickets.

Everything is made by the verbs, at past moments, on one clock on which the
timers fire too: what stands in the end is what sixty days of work would have
left. It is one transaction, so that an interrupted loading leaves nothing.
"""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from supportdesk import tasks
from supportdesk.demo import founding, people, play, stories
from supportdesk.demo.run import Run, Scene
from supportdesk.demo.script import Story
from supportdesk.models import Delivery, User
from tickets.models import Ticket

DAYS = 60
TICKETS = 400
#: Mails older than this are not even written, which halves the time that loading takes.
MAILED = timedelta(days=2)
#: Customers for each ticket.
CROWD = 0.75
#: In hundredths of a normal day; customers of a bike shop write on Mondays.
WEEK = (150, 120, 110, 105, 105, 75, 60)
SEED = 20817


class NotEmpty(Exception):
    """The database has tickets or staff; nobody’s desk is written over."""


def load(*, at: datetime, many: int = TICKETS, tell: Callable[[str], None]) -> int:
    """Fill an empty desk. Return how many tickets there are. Raises NotEmpty on any other."""
    with tasks.silence(), transaction.atomic(), timezone.override("Europe/London"):
        # The second of two at once waits here, and then finds that it is not empty.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(20817)")
        if User.objects.exists() or Ticket.objects.exists():
            raise NotEmpty
        with translation.override("en"):
            made = _load(at=at, many=many, tell=tell)
            _settle_mail()
    return made


def _load(*, at: datetime, many: int, tell: Callable[[str], None]) -> int:
    rng = Random(SEED)  # noqa: S311 -- the same desk every time
    shop = founding.found(at=at)
    tell(f"{len(shop.teams)} teams, {len(shop.staff)} staff, {len(shop.topics)} topics")
    crowd = people.settle(max(60, int(many * CROWD)), rng, at=at)
    tell(f"{max(60, int(many * CROWD))} customers")
    scene = Scene(
        company=shop,
        public=crowd,
        rng=rng,
        now=at,
        since=at - timedelta(days=DAYS),
        calendar=shop.desk.calendar,
    )
    runs = _programme(scene, many)

    begun = itertools.count(1)

    def begins(now: datetime) -> None:
        many = next(begun)
        if many % 100 == 0:
            tell(f"{many} of {len(runs)} tickets, {(at - now).days} days ago")

    with shop.desk.kept():
        with play.without_mail():
            left = play.play(runs, until=at - MAILED, begins=begins)
        play.play(left, until=at, begins=begins)
    return len(runs)


def _programme(scene: Scene, many: int) -> list[Run]:
    """Say who comes when, in order."""
    rng, now = scene.rng, scene.now
    told: list[tuple[datetime, Story]] = [
        (scene.before_now(story.ago), story) for story in stories.FIXED if story.ago is not None
    ]
    left = max(0, many - len(told))
    for story, share in stories.BURSTS:
        assert story.burst is not None  # noqa: S101 -- that is what makes it one
        first, last = story.burst
        told += [
            (now - timedelta(days=rng.uniform(last, first)), story)
            for _ in range(round(left * share))
        ]
    left = max(0, many - len(told))
    told += [(_some_moment(scene), story) for story in play.deck(stories.EVERYDAY, left, rng)]
    runs = []
    for at, story in sorted(told, key=lambda pair: pair[0]):
        fixed = story.ago is not None
        begins = at if fixed else min(play.opening(story, at, scene.calendar), now)
        runs.append(Run(story, scene, at=begins))
    runs.sort(key=lambda run: run.at)
    taken: set[str] = set()
    for run in runs:
        run.draw(taken)
    return runs


def _some_moment(scene: Scene) -> datetime:
    """Draw a moment: more of them lately, on Mondays, and by day."""
    rng = scene.rng
    while True:
        ago = timedelta(days=DAYS * rng.random() ** 1.5, minutes=90)
        at = timezone.localtime(scene.now - min(ago, timedelta(days=DAYS)))
        by_day = 7 <= at.hour < 23 or rng.random() < 0.12
        if by_day and rng.random() * 150 < WEEK[at.weekday()]:
            return at


def _settle_mail() -> None:
    """Whatever was to be mailed was mailed then, as far as anybody can tell. Nothing goes out now."""
    queued = Delivery.objects.filter(state=Delivery.State.QUEUED)
    queued.update(state=Delivery.State.SENT, sent_at=F("release_at"), attempts=1)
