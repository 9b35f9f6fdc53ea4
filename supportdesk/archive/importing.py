"""An archive, of another desk or of our own, taken in: what is there already is left alone."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.db import connection

from supportdesk.archive import copying, own, people, places
from supportdesk.archive.lines import Lines
from supportdesk.archive.refused import Report
from supportdesk.archive.tickets import Tickets
from tickets.models import Event, Message, Ticket

#: Hears what is being read, and how much of it is, from 0 to 1.
Progress = Callable[[str, float], None]


def take(
    folder: Path, report: Report, *, at: datetime, with_passwords: bool, progress: Progress
) -> None:
    """Import what stands in ``folder``. Done again it adds nothing, or what was missing."""
    with copying.patiently():
        places.begin()
        manifest = own.manifest_of(folder)
        if manifest is not None:
            for what, share in own.take(folder, manifest, report):
                progress(what, share)
        else:
            _take_another_desks(
                folder, report, at=at, with_passwords=with_passwords, progress=progress
            )
        _know_the_tables()


def _take_another_desks(
    folder: Path, report: Report, *, at: datetime, with_passwords: bool, progress: Progress
) -> None:
    people.take_queues(Lines(folder, "queues", report), report)
    people.take_agents(
        Lines(folder, "agents", report), report, with_passwords=with_passwords, at=at
    )
    for share in people.take_customers(Lines(folder, "customers", report), report, at=at):
        progress("customers", share)
    tickets, messages = Lines(folder, "tickets", report), Lines(folder, "messages", report)
    for share in Tickets(tickets, messages, report, at=at).take():
        progress("tickets and messages", share)


def _know_the_tables() -> None:
    """Let Postgres look at what it holds now, or its plans are those of an empty desk."""
    with connection.cursor() as cursor:
        for model in (Ticket, Message, Event):
            cursor.execute(f'ANALYZE "{copying.table_of(model)}"')
        cursor.execute("ANALYZE customers_customer, customers_identity")
