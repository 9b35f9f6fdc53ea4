"""The tickets behind the dashboard’s past, the latest first, from a place in an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    #: The index is built beside a desk that goes on working.
    atomic = False

    dependencies = [("tickets", "0013_read_many_at_once")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=models.Index(fields=["created_at", "id"], name="ticket_came"),
        ),
    ]
