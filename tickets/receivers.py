"""What follows from what happened: rows in the same transaction, bells after it."""

from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from supportdesk import outbox, tasks
from tickets import notifications
from tickets.mail import outgoing
from tickets.models import Event
from tickets.service import clocks
from tickets.signals import event_recorded

outbox.register_link("ticket", outgoing.SECRET_LINK)
outbox.on_failed(outgoing.record_failure)


@receiver(event_recorded)
def follow_up_on(event: Event, **kwargs: Any) -> None:
    """Wind the ticket’s clocks, and write the mails to customer and staff."""
    clocks.wind(event)
    notifications.tell_staff(event)
    # Last: it may count on the one row of the desk’s limit, and who counts next waits for our commit.
    outgoing.tell_customer(event)
    transaction.on_commit(partial(tasks.ring, "supportdesk.tasks.send_mail"), robust=True)
