"""What the desk mails to customers."""

from tickets.models import Event


def tell_customer(event: Event) -> None:
    """Write the mail to the customer that this event is worth."""
