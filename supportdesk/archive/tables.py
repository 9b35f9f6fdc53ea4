"""What an archive of our own holds, table by table, in the order in which it can be taken in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet

from customers.models import Customer, Identity, Organization, OrganizationDomain
from feedback.models import Feedback
from supportdesk.archive import neutral
from supportdesk.models import (
    Attempt,
    Backup,
    CaughtMail,
    Delivery,
    Desk,
    Hold,
    Limit,
    OneTimeLink,
    Team,
    Timer,
    User,
)
from tickets.models import (
    Attachment,
    Draft,
    Escalation,
    Event,
    Findable,
    FollowUp,
    Handoff,
    InboundMail,
    Mention,
    Message,
    Promise,
    Queue,
    SecretLink,
    Ticket,
    Topic,
    TopicField,
    ToRead,
)

#: The name of the format in an archive’s manifest.
FORMAT = "supportdesk-1"
#: What is over: only such mail is history. What may still go out stays with the desk that owes it.
_ENDED = ("sent", "failed", "cancelled")


@dataclass(frozen=True)
class Table:
    """One file of an archive and the rows in it. ``neutral`` says a row as other desks say it."""

    file: str
    model: type[Model]
    left_out: frozenset[str] = frozenset()
    rows: Q = field(default_factory=Q)
    neutral: Callable[[Any], dict[str, Any]] | None = None

    def queryset(self) -> "QuerySet[Any]":
        rows = self.model._default_manager.filter(self.rows)  # noqa: SLF001 -- Django’s documented API
        return rows.order_by("pk")


TABLES = (
    # Passwords and second factors stay where they are.
    Table("agents", User, frozenset({"password", "last_login"}), neutral=neutral.agent),
    Table("teams", Team),
    Table("team_members", Team.members.through),
    Table("organizations", Organization),
    Table("organization_domains", OrganizationDomain),
    Table("customers", Customer, neutral=neutral.customer),
    Table("identities", Identity),
    Table("queues", Queue, neutral=neutral.queue),
    Table("topics", Topic),
    Table("topic_fields", TopicField),
    Table("tickets", Ticket, neutral=neutral.ticket),
    Table("messages", Message, neutral=neutral.message),
    Table("mentions", Mention),
    Table("attachments", Attachment, rows=Q(message__isnull=False)),
    Table("promises", Promise),
    Table("escalations", Escalation),
    Table("handoffs", Handoff),
    Table("follow_ups", FollowUp),
    Table("feedback", Feedback),
    Table("drafts", Draft),
    Table("inbound_mails", InboundMail, rows=~Q(state="new")),
    Table("deliveries", Delivery, rows=Q(state__in=_ENDED)),
    Table("attempts", Attempt, rows=Q(delivery__state__in=_ENDED)),
    Table("timers", Timer, rows=Q(fired_at=None, cancelled_at=None)),
    Table("events", Event),
)

#: And why the rest is not in it.
NOT_IN_IT = {
    Desk: "one row, written by hand: see exporting and own",
    SecretLink: "links belong to the mails that this desk sent, and to its address",
    OneTimeLink: "a secret that was given away once",
    Limit: "who did how much in the last hour",
    CaughtMail: "what the trial’s mail server caught",
    Findable: "what search reads from the tickets; here it reads again",
    ToRead: "what search has yet to read",
    Hold: "whether this desk may send, not what it holds",
    Backup: "what was backed up here",
}
