"""The list of spam is short in a long table: find it by an index, built while the desk works."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0004_see_held_mail")]

    operations = [
        AddIndexConcurrently(
            "ticket",
            models.Index(
                fields=["changed_at", "id"],
                condition=models.Q(spam_at__isnull=False),
                name="ticket_spam",
            ),
        ),
    ]
