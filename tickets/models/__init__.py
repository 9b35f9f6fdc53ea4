"""The desk itself: tickets and everything that belongs to one."""

from tickets.models.attachment import Attachment
from tickets.models.draft import Draft
from tickets.models.escalation import Escalation
from tickets.models.event import Event
from tickets.models.findable import Findable, ToRead
from tickets.models.follow_up import FollowUp
from tickets.models.handoff import Handoff
from tickets.models.inbound import InboundMail
from tickets.models.mention import Mention
from tickets.models.message import Message
from tickets.models.promise import Promise
from tickets.models.queue import Queue
from tickets.models.secret_link import SecretLink
from tickets.models.ticket import Ticket
from tickets.models.topic import Topic, TopicField

__all__ = [
    "Attachment",
    "Draft",
    "Escalation",
    "Event",
    "Findable",
    "FollowUp",
    "Handoff",
    "InboundMail",
    "Mention",
    "Message",
    "Promise",
    "Queue",
    "SecretLink",
    "Ticket",
    "ToRead",
    "Topic",
    "TopicField",
]
