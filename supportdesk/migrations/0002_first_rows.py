"""The desk’s one row, and the table of the cache."""

from typing import Any

from django.db import migrations

CACHE = """
CREATE UNLOGGED TABLE cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX cache_expires ON cache (expires);
"""


def make_the_desk(apps: Any, schema_editor: Any) -> None:
    apps.get_model("supportdesk", "Desk").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("supportdesk", "0001_initial")]

    operations = [
        migrations.RunPython(make_the_desk, migrations.RunPython.noop),
        migrations.RunSQL(CACHE, "DROP TABLE cache"),
    ]
