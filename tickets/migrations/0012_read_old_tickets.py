"""Old tickets are put down for the search to read, some thousand at a time.

Apart from the triggers of 0010, whose locks would hold every writer for as long
as this takes. It may be stopped and run again, also on a desk whose 0010 did it.
"""

from typing import Any

from django.db import migrations

BATCH = 5_000
#: Where the next batch ends.
END = (
    "SELECT max(id) FROM (SELECT id FROM tickets_ticket WHERE id > %s ORDER BY id LIMIT %s) AS next"
)
#: What the search knows already needs no reading: the triggers keep that.
PUT_DOWN = """
INSERT INTO tickets_toread (ticket_id)
SELECT id FROM tickets_ticket AS ticket WHERE id > %s AND id <= %s
    AND NOT EXISTS (SELECT FROM tickets_findable WHERE ticket_id = ticket.id)
ON CONFLICT DO NOTHING
"""


def put_down_old_tickets(apps: Any, schema_editor: Any, *, batch: int = BATCH) -> None:
    with schema_editor.connection.cursor() as cursor:
        begin = 0
        while True:
            cursor.execute(END, [begin, batch])
            (end,) = cursor.fetchone()
            if end is None:
                return
            cursor.execute(PUT_DOWN, [begin, end])
            begin = end


class Migration(migrations.Migration):
    #: Each batch is a transaction of its own.
    atomic = False

    dependencies = [("tickets", "0011_see_who_waits")]

    operations = [
        migrations.RunPython(put_down_old_tickets, migrations.RunPython.noop, atomic=False)
    ]
