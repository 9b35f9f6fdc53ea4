"""The doorbells of the tickets."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from tickets import files, search
from tickets.mail import intake
from tickets.mail.reader import Reader

#: A task may last two minutes: no new mail is begun after this.
PROCESSING_SECONDS = 60
#: Reading old tickets leaves the worker to others as often.
READING_SECONDS = 8


@shared_task
def process_inbound() -> None:
    """Process mail that was stored. What is left after a while waits for the next ring."""
    began = monotonic()
    with Reader() as reader:
        while intake.process_next(at=timezone.now(), reader=reader):
            if monotonic() - began > PROCESSING_SECONDS:
                return


@shared_task
def read_into_search() -> None:
    """Read tickets that the search does not know yet: old ones, or very many at once."""
    began = monotonic()
    while search.read_some():
        if monotonic() - began > READING_SECONDS:
            return


@shared_task
def sweep_files() -> None:
    """Delete files that nobody kept."""
    files.sweep(at=timezone.now())
