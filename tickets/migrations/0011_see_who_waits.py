"""Who waits for us, and what each person carries, in a few rows of an index."""

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    #: Indexes are built beside a desk that goes on working.
    atomic = False

    dependencies = [
        ("customers", "0001_initial"),
        ("tickets", "0010_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("spam_at", None),
                    ("state__in", ("new", "open", "on_hold", "waiting")),
                    ("waiting_since__isnull", False),
                ),
                fields=["waiting_since", "id"],
                include=("queue",),
                name="ticket_waits",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("spam_at", None),
                    ("state__in", ("new", "open", "on_hold", "waiting")),
                    ("waiting_since__isnull", False),
                ),
                fields=["queue", "waiting_since", "id"],
                name="ticket_waits_in_queue",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    ("broken_at__isnull", False),
                    ("spam_at", None),
                    ("state__in", ("new", "open", "on_hold", "waiting")),
                ),
                fields=["broken_at", "id"],
                include=("queue",),
                name="ticket_still_broken",
            ),
        ),
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("spam_at", None), ("state__in", ("new", "open", "on_hold"))),
                fields=["owner", "queue"],
                include=("priority", "waiting_since"),
                name="ticket_carried",
            ),
        ),
    ]
