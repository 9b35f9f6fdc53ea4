"""The small forms beside a ticket, and the one that opens one for a customer."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers import identities
from customers.identities import Known
from supportdesk.models import User
from tickets.forms.composer import Text
from tickets.forms.topics import TopicChoice
from tickets.models import Queue, Ticket, Topic
from tickets.states import Impact, Priority
from tickets.topic_tree import AS_A_TREE


class SubjectForm(forms.Form):
    subject = forms.CharField(
        label=_("Subject"),
        max_length=200,
        error_messages={"required": _("A ticket needs a subject.")},
    )


class QueueForm(forms.Form):
    queue = forms.ModelChoiceField(
        label=_("Queue"), queryset=Queue.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, user: User, queues: Sequence[Queue] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queue = self.fields["queue"]
        if isinstance(queue, forms.ModelChoiceField):
            queue.queryset = Queue.objects.visible_to(user).active()
            if queues:
                queue.choices = [(one.pk, str(one)) for one in queues]


class TopicForm(forms.Form):
    topic = TopicChoice(
        label=_("Topic"),
        empty_label=_("no topic yet"),
        error_messages={"required": _("Choose a topic.")},
    )

    def __init__(self, *args: Any, topics: Sequence[Topic] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic = self.fields["topic"]
        if topics and isinstance(topic, TopicChoice):
            topic.offer(topics)


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(label=_("Priority"), choices=Priority.choices, coerce=int)


class TagsForm(forms.Form):
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"placeholder": _("none; separate them with commas")}),
    )

    def clean_tags(self) -> list[str]:
        return [tag for tag in self.cleaned_data["tags"].split(",") if tag.strip()]


class AssignForm(forms.Form):
    """Who owns it from now on; ``owner_was`` is who owned it when the page was drawn."""

    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody")
    )
    owner_was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = User.objects.filter(pk__in=[one.pk for one in people])


class CustomerForm(forms.Form):
    """The address or number of the customer that a ticket is really about."""

    contact = forms.CharField(
        label=_("E-mail address or phone number"),
        max_length=254,
        error_messages={"required": _("Write the customer’s e-mail address or phone number.")},
    )

    def clean_contact(self) -> Known:
        return known(self.cleaned_data["contact"])


def known(text: str) -> Known:
    found = identities.normalised(text)
    if found is None:
        raise forms.ValidationError(
            _(
                "That is neither a mail address nor a phone number. Write noor@company.com or +44 20…."
            )
        )
    return found


class ComplaintForm(forms.Form):
    quote = Text(
        label=_("Their words"),
        max_length=2000,
        error_messages={"required": _("Quote the words in which the customer complains.")},
    )


class FollowUpForm(forms.Form):
    """A quick choice by name, or a moment of one’s own."""

    when = forms.CharField(max_length=20, required=False)
    due_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Write the day and the time, like 2026-03-20 12:00.")},
    )
    what = forms.CharField(label=_("What for"), max_length=200, required=False)

    def __init__(self, *args: Any, quick: dict[str, datetime], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quick = quick

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["due_at"] = self.quick.get(data.get("when", "")) or data.get("due_at")
        if data["due_at"] is None and "due_at" not in self.errors:
            self.add_error("due_at", _("Choose when you want to be reminded."))
        return data


class NewTicketForm(forms.Form):
    """What a customer says on the phone, while an agent writes it down."""

    contact = forms.CharField(
        label=_("E-mail address or phone number"),
        max_length=254,
        error_messages={"required": _("Write the customer’s e-mail address or phone number.")},
    )
    name = forms.CharField(label=_("Their name"), max_length=120, required=False)
    topic = TopicChoice(
        label=_("What it is about"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose what it is about.")},
    )
    subject = forms.CharField(
        label=_("In a few words"),
        max_length=200,
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = Text(
        label=_("What happened, in their words"),
        error_messages={"required": _("Write down what the customer says.")},
    )
    desired_outcome = Text(
        label=_("What would make it right?"),
        max_length=2000,
        required=False,
        help_text=_(
            "In their words. It is stored as you write it, and nobody can change it later."
        ),
    )
    impact = forms.ChoiceField(
        label=_("How much does it affect them?"),
        choices=Impact.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    is_complaint = forms.BooleanField(
        label=_("They say that we failed them: this is a complaint"), required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("key", uuid.uuid4())
        super().__init__(*args, **kwargs)
        topic = self.fields["topic"]
        if isinstance(topic, forms.ModelChoiceField):
            leaves = Topic.objects.select_related("parent__queue", "queue").filter(
                is_active=True, children=None
            )
            topic.queryset = leaves.order_by(*AS_A_TREE)

    def clean_contact(self) -> Known:
        return known(self.cleaned_data["contact"])

    def clean_topic(self) -> Topic:
        topic: Topic = self.cleaned_data["topic"]
        if queue_of(topic) is None:
            raise forms.ValidationError(_("This topic has no queue yet. Choose another."))
        return topic


def queue_of(topic: Topic) -> Queue | None:
    """Where tickets of a topic go: its own queue, or its parent’s."""
    return topic.queue or (topic.parent.queue if topic.parent else None)


def initial_tags(ticket: Ticket) -> str:
    return ", ".join(ticket.tags)
