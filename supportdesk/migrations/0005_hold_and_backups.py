"""Why the desk is on hold, in which Postgres it lives, and what backups there are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# In any other Postgres than its own the desk holds by itself: whoever copied it there.
IS_HELD = """
CREATE FUNCTION desk_is_held() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM supportdesk_desk
        WHERE is_on_hold
           OR system_id <> (SELECT system_identifier FROM pg_control_system()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("supportdesk", "0004_find_failed_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="desk",
            name="system_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Backup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("files", models.PositiveIntegerField()),
                ("missing", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["-made_at"], name="backup_latest")],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("restored", "The desk was restored from a backup."),
                            ("moved", "The database runs on another server than before."),
                            ("by hand", "Somebody put it on hold."),
                        ],
                        max_length=8,
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("data_of", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "mails",
                    models.CharField(
                        blank=True,
                        choices=[("keep", "Keep them back"), ("send", "Send them")],
                        max_length=4,
                    ),
                ),
                ("kept", models.PositiveIntegerField(default=0)),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.ExpressionWrapper(
                            models.Q(("lifted_at", None)), output_field=models.BooleanField()
                        ),
                        condition=models.Q(("lifted_at", None)),
                        name="hold_one_at_a_time",
                    )
                ],
            },
        ),
        migrations.RunSQL(IS_HELD, "DROP FUNCTION desk_is_held()"),
    ]
