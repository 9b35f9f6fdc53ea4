"""A ticket that waits for a customer who never answers leaves the working views, unsolved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_what_must_never_change")]

    operations = [
        migrations.AddField("ticket", "quiet_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "ticket",
            models.CheckConstraint(
                condition=models.Q(("state", "waiting"), ("quiet_at", None), _connector="OR"),
                name="only_waiting_goes_quiet",
            ),
        ),
    ]
