"""Everything that goes out passes here: rows first, the wire later.

A mail is queued in the transaction of its cause. A worker claims it, notes
that it begins to hand it over, hands it over, and writes down the answer. If
it dies between the last two, the mail is in doubt until the journal says
whether it was taken.
"""

from supportdesk.outbox.facts import Alarms, Fate, alarms, state_of
from supportdesk.outbox.names import is_sealed, recognised, seal, signed_message_id
from supportdesk.outbox.queueing import (
    KEPT_BACK,
    NothingSendsPastTheOutbox,
    is_written,
    keep_back,
    mark_arrived,
    queue_mail,
    send_again,
    take_back,
)
from supportdesk.outbox.registry import SECRET_LINK, Link, on_failed, register_link
from supportdesk.outbox.sending import reap, send_next

__all__ = [
    "KEPT_BACK",
    "SECRET_LINK",
    "Alarms",
    "Fate",
    "Link",
    "NothingSendsPastTheOutbox",
    "alarms",
    "is_sealed",
    "is_written",
    "keep_back",
    "mark_arrived",
    "on_failed",
    "queue_mail",
    "reap",
    "recognised",
    "register_link",
    "seal",
    "send_again",
    "send_next",
    "signed_message_id",
    "state_of",
    "take_back",
]
