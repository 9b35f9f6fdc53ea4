"""What tickets are about, as customers would say it, and what the form asks for it."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tickets.models.queue import Queue

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


def _in_language(names: dict[str, str], name: str) -> str:
    return names.get((get_language() or "en")[:2]) or name


class Topic(models.Model):
    """A branch of the topic tree: “Delivery”, “Parcel missing”."""

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    name = models.CharField(_("name"), max_length=80)
    #: The name in other languages: {"de": "Lieferung"}.
    names = models.JSONField(default=dict, blank=True)
    icon = models.CharField(max_length=20, blank=True)
    #: Where its tickets go; a branch without one uses its parent’s.
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="topics"
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    if TYPE_CHECKING:
        fields: RelatedManager["TopicField"]
        children: RelatedManager["Topic"]

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="topic_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return _in_language(self.names, self.name)


class TopicField(models.Model):
    """One more thing that the form asks for a topic."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        CHOICE = "choice", _("Choice")
        DATE = "date", _("Date")
        NUMBER = "number", _("Number")
        FILE = "file", _("File")
        ORDER = "order", _("Order number")

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="fields")
    key = models.SlugField(max_length=40)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind, default=Kind.TEXT)
    label = models.CharField(_("label"), max_length=120)
    labels = models.JSONField(default=dict, blank=True)
    help = models.CharField(_("help"), max_length=200, blank=True)
    #: For a choice: what can be chosen, as customers would say it.
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    #: Shown only when the field ``shown_when_key`` of the same topic has this value.
    shown_when_key = models.CharField(max_length=40, blank=True)
    shown_when_value = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "key"], name="topic_field_once"),
        ]

    def __str__(self) -> str:
        return _in_language(self.labels, self.label)
