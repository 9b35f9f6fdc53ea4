"""Queues and topics."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext_lazy as _

from supportdesk.models import Team
from supportdesk.setup.forms import says_when_empty
from tickets.models import Queue, Topic, TopicField

#: Names in ``static/icons.svg``, with what a screen reader says for each.
ICONS = {
    "bike": _("Bicycle"), "box": _("Box"), "truck": _("Truck"), "card": _("Payment card"),
    "again": _("Again"), "gift": _("Gift"), "tag": _("Tag"), "tent": _("Tent"), "key": _("Key"),
    "lock": _("Lock"), "person": _("Person"), "phone": _("Telephone"), "mail": _("Mail"),
    "chat": _("Speech bubble"), "building": _("Building"), "globe": _("Globe"),
    "calendar": _("Calendar"), "info": _("Information"), "complaint": _("Complaint"),
    "more": _("Three dots"),
}  # fmt: skip
LONGEST_TARGET_HOURS = 1000


def _hours(label: Any, text: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=text,
        min_value=Decimal("0.25"),
        max_value=LONGEST_TARGET_HOURS,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.25"}),
    )


def _offer_the_only(
    form: forms.BaseForm, name: str, rows: QuerySet[Any], *, when_none: str
) -> None:
    """Choose what there is only one of; say what to do when there is nothing to choose."""
    first_two = rows[:2]
    if not first_two:
        form.fields[name].help_text = when_none
    elif len(first_two) == 1:
        form.initial[name] = first_two[0].pk


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]
    first_reply_hours = _hours(_("First reply within, hours"), _("Counted in opening hours."))
    update_hours = _hours(_("Next update within, hours"), _("Promised when nobody says otherwise."))

    class Meta:
        model = Queue
        fields = ["name", "team", "address", "is_private", "is_active"]
        labels = {
            "address": _("Its own address"),
            "is_private": _("Private: only its team and the admins see it"),
            "is_active": _("In use"),
        }
        help_texts = {"address": _("Mail from this queue comes from here. Empty: the desk’s own.")}
        error_messages = {"name": {"unique": _("There is a queue of this name already.")}}

    field_order = [
        "name", "team", "first_reply_hours", "update_hours", "address", "is_private", "is_active",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_reply", "update"):
            minutes = Decimal(getattr(self.instance, f"{name}_minutes"))
            self.fields[f"{name}_hours"].initial = (minutes / 60).normalize()
        team = self.fields["team"]
        if isinstance(team, forms.ModelChoiceField):
            team.empty_label = str(_("choose one"))
        if not self.instance.pk:
            when_none = _("There is no team yet. Make one first, under “Teams”.")
            _offer_the_only(self, "team", Team.objects.all(), when_none=str(when_none))

    def clean_is_active(self) -> bool:
        is_active = bool(self.cleaned_data["is_active"])
        topics = Topic.objects.filter(queue=self.instance.pk, is_active=True).count()
        if topics and not is_active:
            raise ValidationError(
                ngettext(
                    "%(n)s topic leads here. Send it elsewhere first.",
                    "%(n)s topics lead here. Send them elsewhere first.",
                    topics,
                )
                % {"n": topics}
            )
        return is_active

    def columns(self) -> dict[str, Any]:
        """What was said, as the columns of the queue."""
        said = dict(self.cleaned_data)
        for name in ("first_reply", "update"):
            said[f"{name}_minutes"] = int(said.pop(f"{name}_hours") * 60)
        return said


def _other_languages() -> list[tuple[str, str]]:
    """Codes and names, as the reader would name them: “German”."""
    codes = [code for code, _name in settings.LANGUAGES if code != "en"]
    return [(code, str(get_language_info(code)["name_translated"])) for code in codes]


class _Named(forms.ModelForm):  # type: ignore[type-arg]
    """Something with one name in each language: ``name_de`` beside ``name``."""

    one, many = "name", "names"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = getattr(self.instance, self.many)
        for code, language in _other_languages():
            self.fields[f"{self.one}_{code}"] = forms.CharField(
                label=_("In %(language)s") % {"language": language},
                max_length=self.fields[self.one].max_length,  # type: ignore[attr-defined]
                required=False,
                initial=names.get(code, ""),
                widget=forms.TextInput(attrs={"lang": code}),
            )

    def columns(self) -> dict[str, Any]:
        """What was said, as the columns of the row."""
        said = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        names = {code: self.cleaned_data[f"{self.one}_{code}"] for code, _l in _other_languages()}
        said[self.many] = {code: name for code, name in names.items() if name}
        return said


class TopicForm(_Named):
    icon = forms.ChoiceField(
        label=_("Icon"),
        choices=[("", _("none")), *ICONS.items()],
        required=False,
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Topic
        fields = ["name", "parent", "queue", "icon", "is_active"]
        labels = {
            "name": _("Name, as customers would say it"),
            "parent": _("Part of"),
            "queue": _("Its tickets go to"),
            "is_active": _("Customers can choose it"),
        }

    field_order = ["name", "name_de", "parent", "queue", "icon", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)
        branches = Topic.objects.filter(parent=None).exclude(pk=self.instance.pk)
        if self.instance.pk and self.instance.children.exists():
            branches = branches.none()
        for name, rows, empty in (
            ("parent", branches, _("nothing: it stands at the top")),
            ("queue", Queue.objects.active(), _("the queue of what it is part of")),
        ):
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset, choice.empty_label = rows, str(empty)
                says_when_empty(choice)
        if not self.instance.pk and not branches:
            when_none = _("There is no queue yet. Make one first, under “Queues”.")
            _offer_the_only(self, "queue", Queue.objects.active(), when_none=str(when_none))
        icon = says_when_empty(self.fields["icon"])
        if isinstance(icon, forms.ChoiceField) and self.instance.icon not in {"", *ICONS}:
            icon.choices = [*ICONS.items(), (self.instance.icon, self.instance.icon)]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        same = Topic.objects.filter(parent=said.get("parent"), name=said.get("name", ""))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is a topic of this name already."))
        if not said.get("parent") and not said.get("queue") and "queue" not in self.errors:
            self.add_error("queue", _("Choose where its tickets go."))
        return said


class FieldForm(_Named):
    one, many = "label", "labels"
    choices = forms.CharField(
        label=_("What can be chosen"),
        help_text=_("For a choice: one on each line."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    shown_when = forms.ChoiceField(label=_("Asked"), required=False)

    class Meta:
        model = TopicField
        fields = ["label", "help", "kind", "is_required"]
        labels = {
            "label": _("What the form asks"),
            "help": _("A word of help"),
            "kind": _("Kind of answer"),
            "is_required": _("Must be answered"),
        }

    def __init__(self, *args: Any, topic: Topic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.topic = topic
        self.order_fields(["label", "label_de", "help", "kind", "choices", "shown_when"])
        says_when_empty(self.fields["choices"])
        says_when_empty(self.fields["shown_when"])
        self.fields["choices"].initial = "\n".join(self.instance.choices)
        if isinstance(shown_when := self.fields["shown_when"], forms.ChoiceField):
            shown_when.choices = [("", _("always")), *self._conditions()]
        if self.instance.shown_when_key:
            self.fields[
                "shown_when"
            ].initial = f"{self.instance.shown_when_key}={self.instance.shown_when_value}"

    def _conditions(self) -> list[tuple[str, str]]:
        others = self.topic.fields.filter(kind=TopicField.Kind.CHOICE).exclude(pk=self.instance.pk)
        return [
            (f"{other.key}={value}", _("only if “%(asked)s” is “%(value)s”")
             % {"asked": other.label, "value": value})
            for other in others
            if other.shown_when_key != self.instance.key or not self.instance.key
            for value in other.choices
        ]  # fmt: skip

    def clean_choices(self) -> list[str]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["choices"].splitlines()]
        choices = list(dict.fromkeys(line for line in lines if line))
        if any(len(choice) > 120 for choice in choices):
            raise ValidationError(_("One line is longer than 120 characters. Shorten it."))
        return choices

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        choices = said.get("choices", [])
        if said.get("kind") == TopicField.Kind.CHOICE and len(choices) < 2:
            self.add_error("choices", _("Give at least two things to choose from."))
        elif said.get("kind") != TopicField.Kind.CHOICE:
            said["choices"] = []
        return said

    def columns(self) -> dict[str, Any]:
        key, _equals, value = self.cleaned_data["shown_when"].partition("=")
        return super().columns() | {
            "topic": self.topic,
            "key": self.instance.key or self._new_key(),
            "choices": self.cleaned_data["choices"],
            "shown_when_key": key,
            "shown_when_value": value,
        }

    def _new_key(self) -> str:
        """A name for the answer that stays, whatever the question is called later."""
        wanted = slugify(self.cleaned_data["label"])[:32].strip("-") or "field"
        taken = set(self.topic.fields.values_list("key", flat=True))
        numbered = (f"{wanted}-{n}" for n in range(2, 1000))
        return wanted if wanted not in taken else next(k for k in numbered if k not in taken)
