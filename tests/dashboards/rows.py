"""Tickets as months of work leave them, for counting."""

import random
from datetime import datetime, timedelta

from feedback.models import Feedback
from supportdesk.models import User
from tests.factories import make_identity, make_topic
from tickets.models import Queue, Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def make_tickets(
    rng: random.Random,
    many: int,
    queues: list[Queue],
    owners: list[User | None],
    *,
    now: datetime,
) -> None:
    """Rows as months of work leave them, made without verbs: here only counting is asked."""
    topic, identity = make_topic(), make_identity(at=now)
    rows = []
    for n in range(many):
        at = now - timedelta(days=rng.random() ** 2 * 115, minutes=5)
        reply = at + rng.random() ** 2 * 3 * DAY
        solved = reply + rng.random() * 9 * DAY
        is_solved = solved < now and rng.random() < 0.8
        state = "solved" if is_solved else rng.choice(["new", "open", "waiting", "on_hold"])
        is_promised = state != "solved" and rng.random() < 0.7
        rows.append(
            Ticket(
                queue=rng.choice(queues),
                topic=topic,
                customer=identity.customer,
                identity=identity,
                owner=rng.choice(owners),
                subject=f"Matter {n}",
                via="web",
                state=state,
                priority=rng.choice([1, 2, 2, 3, 4]),
                given_outcome="full" if is_solved else "",
                confirmation="asked" if is_solved else "",
                spam_at=now if rng.random() < 0.05 else None,
                due_at=now + rng.uniform(-2, 4) * HOUR if is_promised else None,
                broken_at=now - HOUR if is_promised and rng.random() < 0.2 else None,
                waiting_since=at if state != "solved" and rng.random() < 0.5 else None,
                created_at=at,
                changed_at=now,
                last_at=now,
                state_from=now,
                first_reply_at=reply if reply < now else None,
                solved_at=solved if is_solved else None,
            )
        )
    made = Ticket.objects.bulk_create(rows)
    Feedback.objects.bulk_create(
        Feedback(
            ticket=ticket,
            solved_at=ticket.solved_at,
            is_solved=rng.choice(["yes", "yes", "partly", "no"]),
            at=min(ticket.solved_at + DAY, now),
        )
        for ticket in made
        if ticket.solved_at and rng.random() < 0.7
    )
