"""How a ticket that waits for its customer is brought to their mind, and goes quiet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from supportdesk.lib.worktime import NeverStaffed
from supportdesk.models import Desk
from tickets.models import Event, Ticket

REMINDERS = 2


@dataclass(frozen=True)
class Step:
    """What comes next for a waiting ticket: reminder ``n``, or going quiet."""

    n: int
    due_at: datetime
    is_last: bool = False
    is_quiet: bool = False


def next_step(ticket: Ticket, desk: Desk) -> Step:
    """Return the next step of a waiting ticket, by the reminders that it had since it waits.

    Reminders come ``waiting_reminder_days`` apart, at the same time of day or
    when the desk next opens, at most ``REMINDERS`` of them; then it goes quiet
    ``waiting_quiet_days`` after it began to wait. A step that came late moves
    those after it, so that nobody is reminded twice in a row after a pause.
    """
    days = _days(desk)
    told = list(
        ticket.events.filter(kind=Event.Kind.CUSTOMER_REMINDED, at__gte=ticket.state_from).order_by(
            "at", "pk"
        )
    )
    n = len(told)
    if n >= len(days):
        announced = told[-1].data["quiet_at"]
        due_at = datetime.fromisoformat(announced) if announced else quiet_at(told[-1].at, desk)
        return Step(n, due_at, is_quiet=True)
    last_at = told[-1].at if told else ticket.state_from
    pause = days[n] - (days[n - 1] if n else 0)
    due_at = when_open(days_after(last_at, pause, desk), desk)
    return Step(n + 1, due_at, is_last=n + 1 == len(days))


def quiet_at(last_reminded_at: datetime, desk: Desk) -> datetime:
    """Return when a ticket goes quiet whose last reminder was at ``last_reminded_at``."""
    pause = max(desk.waiting_quiet_days - _days(desk)[-1], 1)
    return days_after(last_reminded_at, pause, desk)


def days_after(moment: datetime, days: int, desk: Desk) -> datetime:
    """Return the same time of day ``days`` days later, by the desk’s clock on the wall."""
    local = moment.astimezone(desk.calendar.zone)
    return (local + timedelta(days=days)).astimezone(UTC)


def when_open(moment: datetime, desk: Desk) -> datetime:
    """Return ``moment``, or the next at which somebody is there to read the answer."""
    try:
        return desk.calendar.due(moment, timedelta(0))
    except NeverStaffed:
        return moment


def _days(desk: Desk) -> list[int]:
    """On which days of waiting the customer is reminded: at least once before it goes quiet."""
    every = max(desk.waiting_reminder_days, 1)
    days = [n * every for n in range(1, REMINDERS + 1) if n * every < desk.waiting_quiet_days]
    return days or [every]
