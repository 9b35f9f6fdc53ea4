"""The floor: what every app stands on."""

from supportdesk.models.backup import Backup
from supportdesk.models.delivery import Attempt, CaughtMail, Delivery
from supportdesk.models.desk import Desk
from supportdesk.models.hold import Hold
from supportdesk.models.limit import Limit
from supportdesk.models.one_time_link import OneTimeLink
from supportdesk.models.team import Team
from supportdesk.models.timer import Timer
from supportdesk.models.user import Role, User

__all__ = [
    "Attempt",
    "Backup",
    "CaughtMail",
    "Delivery",
    "Desk",
    "Hold",
    "Limit",
    "OneTimeLink",
    "Role",
    "Team",
    "Timer",
    "User",
]
