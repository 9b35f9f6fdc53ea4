"""Sets up the desk of a storm: staff, a queue, a topic, and tickets whose promises come due in it."""

import argparse
import json
import os
import sys
import uuid
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

PASSWORD = "a storm is coming up"


def found(promises: int, first_in: float, spread: float, staff: int) -> dict[str, object]:
    """Return who can sign in, and which promise is due when."""
    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from customers import identities
    from customers.models import Customer
    from supportdesk import tasks
    from supportdesk.models import Delivery, Role, Team, User
    from tickets.models import Queue, Ticket, Topic
    from tickets.models import ticket as module

    lead = User.objects.create_user(
        "lead@storm.example", PASSWORD, name="Ruth Abernathy", role=Role.ADMIN
    )
    team = Team.objects.create(name="Storm", lead=lead)
    team.members.add(lead)
    people = []
    for n in range(staff):
        user = User.objects.create_user(f"agent{n}@storm.example", PASSWORD, name=f"Agent {n}")
        team.members.add(user)
        people.append(user.email)
    queue = Queue.objects.create(name="Storm", team=team)
    topic = Topic.objects.create(name="Weather", queue=queue)
    now, due = timezone.now(), []
    # At once, or the desk would send the mails before they are taken back.
    with tasks.silence(), transaction.atomic():
        for n in range(promises):
            # By phone: nobody is mailed about it but staff.
            at = now - timedelta(minutes=30)
            identity = Customer.known_by(
                identities.phone(f"+4930{2_000_000 + n}"), name=f"Promised {n}", at=at
            )
            moment = now + timedelta(seconds=first_in + spread * n / max(promises, 1))
            # Due then and not when the opening hours say; it is night somewhere.
            module.in_staffed_time = lambda start, allowance, moment=moment: moment
            ticket = Ticket.submit(
                queue=queue, topic=topic, identity=identity, subject=f"Promise {n}",
                text="When?", key=uuid.uuid4(), at=at,
            )  # fmt: skip
            due.append([ticket.pk, moment.timestamp()])
        # These mails are not what is measured.
        Delivery.objects.update(state=Delivery.State.CANCELLED)
    return {"staff": people, "topic": topic.pk, "due": due}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--promises", type=int, required=True)
    parser.add_argument("--first-in", type=float, required=True)
    parser.add_argument("--spread", type=float, required=True)
    parser.add_argument("--staff", type=int, required=True)
    options = parser.parse_args()
    json.dump(found(options.promises, options.first_in, options.spread, options.staff), sys.stdout)
