"""Where a ticket stands, and which moves there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    NEW = "new", _("New")
    OPEN = "open", _("Open")
    WAITING = "waiting", _("Waiting for the customer")
    ON_HOLD = "on_hold", _("On hold")
    SOLVED = "solved", _("Solved")


class Confirmation(models.TextChoices):
    """What the customer says of a solved ticket."""

    NONE = "", _("Not asked")
    ASKED = "asked", _("Asked")
    CONFIRMED = "confirmed", _("Confirmed")
    QUIET = "quiet", _("No answer")
    STILL_A_PROBLEM = "still", _("Still a problem")


class Priority(models.IntegerChoices):
    """Staff’s order of work."""

    LOW = 1, _("Low")
    NORMAL = 2, _("Normal")
    HIGH = 3, _("High")
    URGENT = 4, _("Urgent")


class Impact(models.TextChoices):
    """How much it hurts, as the customer says. Theirs alone."""

    CAN_WAIT = "can_wait", _("It can wait")
    NUISANCE = "nuisance", _("It is a nuisance")
    BLOCKED = "blocked", _("I can’t do what I planned")
    DANGER = "danger", _("Someone could get hurt")


class Outcome(models.TextChoices):
    """What the customer got in the end, beside what they wanted."""

    FULL = "full", _("All of it")
    PARTIAL = "partial", _("A part of it")
    ALTERNATIVE = "alternative", _("Something else instead")
    NONE = "none", _("Nothing, and why")
    #: Of a ticket that was solved elsewhere and imported; nobody can choose it.
    UNKNOWN = "unknown", _("Not recorded")


#: What can be said of a ticket that is solved here.
GIVEN = (Outcome.FULL, Outcome.PARTIAL, Outcome.ALTERNATIVE, Outcome.NONE)


class Stage(models.TextChoices):
    """The four plain steps that a customer sees."""

    RECEIVED = "received", _("Received")
    WORKED_ON = "worked_on", _("Being worked on")
    WAITING = "waiting", _("Waiting for you")
    SOLVED = "solved", _("Solved")


#: States in which the ball is with us: the clocks run, a next update is due.
WITH_US = (State.NEW, State.OPEN, State.ON_HOLD)
UNSOLVED = (*WITH_US, State.WAITING)

STAGES = {
    State.NEW: Stage.RECEIVED,
    State.OPEN: Stage.WORKED_ON,
    State.ON_HOLD: Stage.WORKED_ON,
    State.WAITING: Stage.WAITING,
    State.SOLVED: Stage.SOLVED,
}

_SUCCESSORS = {
    State.NEW: {State.OPEN, State.WAITING, State.ON_HOLD, State.SOLVED},
    State.OPEN: {State.WAITING, State.ON_HOLD, State.SOLVED},
    State.WAITING: {State.OPEN, State.ON_HOLD, State.SOLVED},
    State.ON_HOLD: {State.OPEN, State.WAITING, State.SOLVED},
    State.SOLVED: {State.OPEN},
}


def may_become(before: str, after: str) -> bool:
    """Say whether a ticket in ``before`` can be moved to ``after``."""
    return State(after) in _SUCCESSORS[State(before)]
