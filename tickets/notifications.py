"""What staff are told, and how."""

from tickets.models import Event


def tell_staff(event: Event) -> None:
    """Write the mails to staff that this event is worth."""
