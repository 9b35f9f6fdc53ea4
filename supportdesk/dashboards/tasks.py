"""The doorbell of the dashboards."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from supportdesk.dashboards import counting

#: A task may last two minutes: no new batch is begun after this.
COUNTING_SECONDS = 45


@shared_task
def count() -> None:
    """Count what has changed. What is left after a while waits for the next ring."""
    began = monotonic()
    while counting.count(at=timezone.now()) and monotonic() - began < COUNTING_SECONDS:
        pass
