"""What the desk announces, inside the transaction in which it happened."""

from django.dispatch import Signal

#: Sent with ``event``: an Event of the ledger that was just written.
event_recorded = Signal()
