"""What is said in a ticket."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from supportdesk.models import User


class MessageQuerySet(models.QuerySet["Message"]):
    def public(self, *, at: datetime) -> "MessageQuerySet":
        """What the customer may read at ``at``: never a note, never what can still be undone."""
        return self.exclude(kind=Message.Kind.NOTE).filter(undone_at=None, release_at__lte=at)

    def standing(self) -> "MessageQuerySet":
        """What was said and not taken back."""
        return self.filter(undone_at=None)


class Message(models.Model):
    """One thing said: by the customer, by us to the customer (reply), or among us (note)."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("from the customer")
        REPLY = "reply", _("reply")
        NOTE = "note", _("note")

    class Via(models.TextChoices):
        WEB = "web", _("web form")
        PAGE = "page", _("ticket page")
        MAIL = "mail", _("e-mail")
        PHONE = "phone", _("phone")
        DESK = "desk", _("desk")

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind)
    via = models.CharField(max_length=5, choices=Via)
    by_user = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    by_customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True)
    #: What was written: plain text, or Markdown if staff wrote it.
    text = models.TextField(blank=True)
    #: Staff’s Markdown, rendered once by ``lib.markup``: safe inside our pages.
    html = models.TextField(blank=True)
    #: HTML of a mail from outside, sanitised when stored. Only ever shown in its own frame.
    framed_html = models.TextField(blank=True)
    #: Whom a reply is mailed to; a note has no address, and the database refuses one.
    to = ArrayField(models.EmailField(), default=list)
    cc = ArrayField(models.EmailField(), default=list)
    #: The address a customer’s message came from, if by mail.
    from_address = models.EmailField(blank=True)
    at = models.DateTimeField()
    #: When the customer may see it: the end of the undo window.
    release_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    #: Made by the form or composer: pressing twice, or sending again, is one message.
    key = models.UUIDField(unique=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["ticket", "at", "id"], name="message_of_ticket")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="note") | Q(to=[], cc=[]), name="a_note_has_no_address"
            ),
            models.CheckConstraint(
                condition=Q(kind="customer", by_customer__isnull=False)
                | Q(kind__in=["reply", "note"], by_user__isnull=False, by_customer=None),
                name="message_has_an_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_note(self) -> bool:
        return bool(self.kind == self.Kind.NOTE)
