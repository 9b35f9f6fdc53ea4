"""The doorbells of the tickets."""

from celery import shared_task


@shared_task
def process_inbound() -> None:
    """Process mail that was stored."""


@shared_task
def sweep_files() -> None:
    """Delete files that nobody kept."""
