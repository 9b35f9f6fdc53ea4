"""Which mail belongs to which ticket: by names that only we can have given."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.db import connection

from supportdesk import outbox
from tickets.models import Ticket

#: What may stand in our own headers of what others call their mails.
PLAIN_ID = re.compile(r"<[!-;=?A-~]{1,200}>")
_MESSAGE_ID = re.compile(
    rb"^message-id:[ \t]*(?:\n[ \t]+)?(\S{1,202})[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_ROOT = re.compile(r"<?ticket-(\d{5,12})\.([0-9a-f]{32})(?:@[^<>\s]*)?>?")
#: How many earlier mails a mail names: enough for every client to find its thread.
REMEMBERED = 10
HEAD_BYTES = 64 * 1024
#: Our mails to somebody about a ticket, by their names, and theirs, by their beginnings.
_EARLIER = """
(SELECT created_at, message_id, NULL::bytea FROM supportdesk_delivery
  WHERE group_key = %(group)s AND recipient = %(recipient)s
    AND state NOT IN ('cancelled', 'failed')
  ORDER BY created_at DESC LIMIT %(most)s)
UNION ALL
(SELECT mail.received_at, '', substring(mail.raw FROM 1 FOR %(head)s)
  FROM tickets_inboundmail mail JOIN tickets_message said ON said.id = mail.message_id
  WHERE said.ticket_id = %(ticket)s AND said.from_address = %(recipient)s
  ORDER BY mail.received_at DESC LIMIT %(most)s)
"""


def group_key(ticket: Ticket) -> str:
    return f"ticket:{ticket.pk}"


def root_id(ticket: Ticket) -> str:
    """Return the name of the ticket’s whole thread, which every mail about it refers to."""
    key = group_key(ticket)
    return f"<ticket-{ticket.pk}.{outbox.seal(key.encode())}@{settings.MAIL_DOMAIN}>"


def references(ticket: Ticket, recipient: str) -> list[str]:
    """Return what a mail to ``recipient`` refers to, the one it follows last. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _EARLIER,
            {
                "group": group_key(ticket),
                "ticket": ticket.pk,
                "recipient": recipient,
                "most": REMEMBERED,
                "head": HEAD_BYTES,
            },
        )
        found = cursor.fetchall()
    named = [(at, name if head is None else _own_name(bytes(head))) for at, name, head in found]
    return [root_id(ticket), *(name for _at, name in sorted(named)[-REMEMBERED:] if name)]


def _own_name(head: bytes) -> str:
    """Return the Message-ID in the first bytes of a mail; nothing that could be more than one."""
    lines = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = _MESSAGE_ID.search(lines)
    name = found[1].decode("ascii", "replace") if found else ""
    return name if PLAIN_ID.fullmatch(name) else ""


def ticket_of(message_ids: Iterable[str]) -> int | None:
    """Return the number of the ticket that one of these names proves, the last one first.

    A number in a subject, an address or a name without our seal proves nothing.
    """
    for name in reversed(list(message_ids)):
        number = _number(name)
        if number is not None:
            return number
    return None


def _number(name: str) -> int | None:
    if match := _ROOT.fullmatch(name.strip()):
        key = f"ticket:{int(match[1])}"
        return int(match[1]) if outbox.is_sealed(key.encode(), match[2]) else None
    delivery = outbox.recognised(name)
    kind, _colon, number = delivery.group_key.partition(":") if delivery else ("", "", "")
    return int(number) if kind == "ticket" and number.isdigit() else None
