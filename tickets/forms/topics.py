"""Choosing a topic, as it stands in its tree."""

from typing import TYPE_CHECKING, Any

from django import forms

from tickets.models import Topic

#: Branches together, in the order in which customers see them.
AS_A_TREE = ("parent__position", "parent__name", "position", "name")

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

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} > {obj}" if obj.parent else str(obj)
