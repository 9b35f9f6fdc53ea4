"""The timers of a ticket, derived from where it stands."""

from tickets.models import Event


def wind(event: Event) -> None:
    """Set the timers that the ticket needs now and cancel those it no longer does."""
