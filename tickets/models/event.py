"""The ledger: what happened to a ticket, once and for good."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from supportdesk.models import User


class Event(models.Model):
    """One thing that happened to a ticket: who, what, from, to, when.

    Never changed and never deleted; the database refuses both.
    """

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        OPENED = "opened", _("opened for the customer")
        CUSTOMER_WROTE = "customer_wrote", _("wrote")
        REPLIED = "replied", _("replied")
        NOTED = "noted", _("left a note")
        TAKEN = "taken", _("took it")
        ASSIGNED = "assigned", _("gave it to")
        HANDED_OFF = "handed_off", _("handed it off")
        WAITED = "waited", _("set it to wait for the customer")
        HELD = "held", _("put it on hold")
        RESUMED = "resumed", _("opened it again")
        SOLVED = "solved", _("solved it")
        CONFIRMED = "confirmed", _("said it is solved")
        STILL_A_PROBLEM = "still_a_problem", _("said it is still a problem")
        WENT_QUIET = "went_quiet", _("went quiet")
        PRIORITY_CHANGED = "priority_changed", _("changed the priority")
        TOPIC_CHANGED = "topic_changed", _("changed the topic")
        QUEUE_CHANGED = "queue_changed", _("moved it")
        TAGGED = "tagged", _("changed the tags")
        SUBJECT_CHANGED = "subject_changed", _("changed the subject")
        CUSTOMER_CHANGED = "customer_changed", _("changed the customer")
        MARKED_SPAM = "marked_spam", _("marked it as spam")
        MARKED_NOT_SPAM = "marked_not_spam", _("said it is no spam")
        MARKED_COMPLAINT = "marked_complaint", _("marked it as a complaint")
        PROMISED = "promised", _("promised")
        PROMISE_BROKEN = "promise_broken", _("a promise was broken")
        OWNER_REMINDED = "owner_reminded", _("the owner was reminded")
        CUSTOMER_REMINDED = "customer_reminded", _("the customer was reminded")
        ESCALATED = "escalated", _("escalated")
        FOLLOW_UP_SET = "follow_up_set", _("set a follow-up")
        FOLLOW_UP_DUE = "follow_up_due", _("a follow-up came due")
        FOLLOW_UP_DONE = "follow_up_done", _("followed up")
        UNDONE = "undone", _("took it back")
        MAIL_FAILED = "mail_failed", _("a mail could not be sent")
        RATED = "rated", _("said how it went")
        IMPORTED = "imported", _("was imported")

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    #: Who did it. Neither: the desk itself did, by a timer.
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    by_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True)
    at = models.DateTimeField()
    #: What changed, in words that stand without the row they were taken from:
    #: {"from": …, "to": …}, names rather than keys, keys beside them as ``…_id``.
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="event_of_ticket"),
            models.Index(fields=["kind", "at"], name="event_of_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by_user=None) | models.Q(by_customer=None),
                name="event_by_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.ticket_id} {self.at:%Y-%m-%d %H:%M}"
