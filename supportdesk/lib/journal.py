"""Who can say whether a mail was taken, when we cannot remember the answer."""

import re
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from django.conf import settings

from supportdesk.models import CaughtMail

#: How much of a relay’s log is read, from its end.
TAIL_BYTES = 64 * 1024 * 1024


class Word(Enum):
    TAKEN = "taken"
    NOT_TAKEN = "not taken"
    #: Nobody can tell: nothing is sent again by itself.
    UNKNOWN = "unknown"


class Journal(Protocol):
    def ask(self, message_id: str, *, since: datetime) -> Word:
        """Say whether the server took this mail, handed over at ``since`` or a little later."""
        ...


class Catcher:
    """The trial desk’s own mail server, which keeps what it took."""

    def ask(self, message_id: str, *, since: datetime) -> Word:
        taken = CaughtMail.objects.filter(message_id=message_id).exists()
        return Word.TAKEN if taken else Word.NOT_TAKEN


class RelayLog:
    """The log of the relay beside us, in which Postfix writes ``message-id=<…>`` as it takes one.

    A log that cannot be read, or in which nothing was written since, proves nothing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, message_id: str, *, since: datetime) -> Word:
        needle = re.compile(rb"message-id=" + re.escape(message_id.encode()) + rb"(?![^\s,])")
        is_alive = False
        for path in (self.path, self.path.with_name(self.path.name + ".1")):
            try:
                written_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                with path.open("rb") as log:
                    log.seek(max(0, path.stat().st_size - TAIL_BYTES))
                    if needle.search(log.read()):
                        return Word.TAKEN
            except OSError:
                continue
            is_alive = is_alive or written_at > since
        return Word.NOT_TAKEN if is_alive else Word.UNKNOWN


class Nobody:
    """There is no journal: a person has to decide."""

    def ask(self, message_id: str, *, since: datetime) -> Word:
        return Word.UNKNOWN


def current() -> Journal:
    """Return the journal that this desk has."""
    if settings.MAIL_JOURNAL:
        return RelayLog(Path(settings.MAIL_JOURNAL))
    return Catcher() if settings.TRIAL else Nobody()
