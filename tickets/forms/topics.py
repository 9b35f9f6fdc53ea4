"""Choosing a topic, as it stands in its tree."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from tickets.models import Topic
from tickets.topic_tree import AS_A_TREE

if TYPE_CHECKING:
    _TopicField = forms.ModelChoiceField[Topic]
else:
    _TopicField = forms.ModelChoiceField


class TopicChoice(_TopicField):
    """“Delivery > Parcel missing”, from all topics in use unless ``queryset`` says otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        topics = Topic.objects.select_related("parent").filter(is_active=True)
        kwargs.setdefault("queryset", topics.order_by(*AS_A_TREE))
        super().__init__(**kwargs)

    def offer(self, topics: Sequence[Topic]) -> None:
        """Draw these, which were looked up already; what is chosen is still looked for anew."""
        nothing = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*nothing, *((one.pk, self.label_from_instance(one)) for one in topics)]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} > {obj}" if obj.parent else str(obj)
