"""Holding the desk: nothing is sent, read or fired until an admin has looked.

A desk that was restored knows nothing of what happened since its backup: mail
that waited then may have gone out, reminders may have fired. So it holds, and
so does one that finds itself in another Postgres than before, by whatever
tool it came there. ``desk_is_held()`` in the database is what every claim
asks; nothing can start between the copy and the first look.
"""

import logging
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import BooleanField, Func

from supportdesk import outbox
from supportdesk.models import Desk, Hold, Timer, User

log = logging.getLogger(__name__)


class IsHeld(Func):
    """``desk_is_held()``, for QuerySets that claim rows."""

    function = "desk_is_held"
    output_field = BooleanField()


def is_held() -> bool:
    """Whether anything keeps the desk from working by itself. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT desk_is_held()")
        return bool(cursor.fetchone()[0])


def begin(*, reason: Hold.Reason, at: datetime, data_of: datetime | None = None) -> Hold:
    """Hold the desk; ``data_of`` is the moment of the data, if this is a copy of it."""
    with transaction.atomic():
        Desk.objects.select_for_update().get(pk=1)
        Desk.objects.filter(pk=1).update(is_on_hold=True, system_id=None)
        standing = current()
        if standing:
            return standing
        return Hold.objects.create(reason=reason, began_at=at, data_of=data_of)


def current() -> Hold | None:
    """Return the hold that stands. ``None`` also when only the desk’s row says that there is one."""
    return Hold.objects.filter(lifted_at=None).first()


def lift(*, by: User, at: datetime, mails: Hold.Mails) -> Hold | None:
    """Let the desk work again. ``None`` if somebody else just did.

    ``mails`` says what becomes of those that may have gone out already. Kept
    back, they are in doubt: none is sent again unless a person sends it.
    """
    with transaction.atomic():
        desk = Desk.objects.select_for_update().get(pk=1)
        if not desk.is_on_hold:
            return None
        hold = current() or Hold.objects.create(
            # Nobody wrote down why: then nothing is certain.
            reason=Hold.Reason.RESTORED,
            began_at=at,
            data_of=at,
        )
        if hold.data_of and mails == Hold.Mails.KEEP:
            hold.kept = outbox.keep_back(written_until=hold.data_of, at=at)
        hold.lifted_at, hold.lifted_by, hold.mails = at, by, mails
        hold.save(update_fields=["lifted_at", "lifted_by", "mails", "kept"])
        Desk.objects.filter(pk=1).update(is_on_hold=False, system_id=_here().system_id)
    log.info("%s lifted the hold: %s, %s mails kept back", by.pk, mails, hold.kept)
    return hold


class _Here(NamedTuple):
    """What Postgres says of itself, beside what the desk’s row says."""

    system_id: int
    known: int | None
    is_on_hold: bool


def notice_a_move(*, at: datetime) -> bool:
    """Hold a desk that woke up in another Postgres. Every tick asks; one query when all is well.

    The last tick is the moment of the data: while it ticked, it was at home.
    """
    here = _here()
    if here.is_on_hold or here.known == here.system_id:
        return False
    if here.known is None:
        Desk.objects.filter(pk=1, system_id=None, is_on_hold=False).update(system_id=here.system_id)
        return False
    last = Timer.objects.filter(key="tick").values_list("fired_at", flat=True).first()
    begin(reason=Hold.Reason.MOVED, at=at, data_of=last or at)
    log.warning("This data was in another Postgres before. The desk is on hold.")
    return True


def _here() -> _Here:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier, desk.system_id, desk.is_on_hold"
            " FROM pg_control_system(), supportdesk_desk desk"
        )
        return _Here(*cursor.fetchone())
