"""The form: what is it about, what that topic needs, what happened, where do we answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers import identities
from customers.identities import Known
from tickets.forms.words import WordsField
from tickets.models import Attachment, Topic, TopicField
from tickets.states import Impact
from tickets.topic_tree import TopicTree, fields_of

_FEW = 6


class SubmitForm(forms.Form):
    """What the topic needs is asked as soon as the topic is known.

    Given ``initial`` alone (what was typed so far) it draws itself without
    judging; given ``data`` it judges. ``held`` are the files uploaded for it.
    """

    text = WordsField(
        label=_("What happened?"),
        error_messages={"required": _("Write what happened, in your own words.")},
    )
    desired_outcome = WordsField(
        label=_("What would make it right?"),
        help_text=_("In your words. We store it as you write it, and nobody here can change it."),
        required=False,
        max_length=2000,
    )
    impact = forms.ChoiceField(
        label=_("How much does this affect you?"),
        choices=Impact.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    impact_reason = forms.CharField(label=_("Why?"), required=False, max_length=300)
    is_complaint = forms.BooleanField(
        label=_("You failed me: treat this as a complaint"), required=False
    )
    uploads = forms.FileField(label=_("Photos or documents"), required=False)
    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Where do we answer?"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "placeholder": _("name@example.org")}
        ),
        error_messages={"required": _("Write the e-mail address at which you read our answer.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        help_text=_("If we should call you about it."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    #: Bait: people don’t see it, robots fill it in.
    website = forms.CharField(label=_("Leave this empty"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        tree: TopicTree,
        held: Iterable[Attachment] = (),
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self._given: Mapping[str, Any] = self.data if self.is_bound else self.initial
        self.held = list(held)
        self.path: list[Topic] = []
        self.levels: list[str] = []
        self.is_chosen = False
        self._icons: dict[str, list[str]] = {}
        self.asked: dict[str, TopicField] = {}
        self._ask_topics(tree)
        if self.is_chosen:
            self._ask_fields(fields_of(self.path))
        self.order_fields([*self.levels, *self.asked, *self.base_fields])

    # --- What is asked ---------------------------------------------------------------------------

    def _ask_topics(self, tree: TopicTree) -> None:
        """One question for each level of the tree, as far down as was chosen."""
        choices = tree.children(None)
        while choices:
            name = f"topic{len(self.levels) or ''}"
            parent = self.path[-1] if self.path else None
            self.levels.append(name)
            self.fields[name] = _topic_field(choices, below=parent)
            self._icons[name] = [topic.icon for topic in choices]
            chosen = str(self._given.get(name, ""))
            topic = next((one for one in choices if str(one.pk) == chosen), None)
            if topic is None:
                return
            self.path.append(topic)
            choices = tree.children(topic)
        self.is_chosen = bool(self.levels)

    def _ask_fields(self, fields: Sequence[TopicField]) -> None:
        values = {field.key: self._given.get(_name(field), "") for field in fields}
        shown = {
            field.key: field
            for field in fields
            if not field.shown_when_key
            or str(values.get(field.shown_when_key)) == field.shown_when_value
        }
        for field in shown.values():
            # What hangs on a question that is not asked is not asked either.
            if field.shown_when_key and field.shown_when_key not in shown:
                continue
            self.asked[_name(field)] = field
            self.fields[_name(field)] = _control(field)

    def question_groups(self) -> list[dict[str, Any]]:
        """The topic’s questions for the template, each with the files that answer it."""
        return [
            {
                "field": self[name],
                "key": field.key,
                "is_file": field.kind == TopicField.Kind.FILE,
                "is_required": field.is_required,
                "held": [file for file in self.held if file.field_key == field.key],
            }
            for name, field in self.asked.items()
        ]

    def topic_levels(self) -> list[dict[str, Any]]:
        """The levels of the topic tree for the template: a field and its cards."""
        return [
            {
                "field": self[name],
                "cards": [
                    {"option": option, "icon": icon}
                    for option, icon in zip(self[name], self._icons[name], strict=True)
                ],
            }
            for name in self.levels
        ]

    @property
    def loose_files(self) -> list[Attachment]:
        """Held files that answer no question of the topic, also of one chosen before."""
        keys = {field.key for field in self.asked.values() if field.kind == TopicField.Kind.FILE}
        return [file for file in self.held if file.field_key not in keys]

    # --- What was answered -----------------------------------------------------------------------

    def clean_email(self) -> Known:
        try:
            return identities.email(self.cleaned_data["email"])
        except ValidationError as reason:
            raise ValidationError(
                _("That is not an e-mail address. One looks like name@example.org.")
            ) from reason

    def clean_phone(self) -> str:
        text = self.cleaned_data["phone"].strip()
        try:
            return identities.phone(text).value if text else ""
        except ValidationError as reason:
            raise ValidationError(
                _("That is not a phone number. Write it with its country, like +44 191 496 0128.")
            ) from reason

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(
                _(
                    "A field that people don’t see was filled in, as robots do. Please send it again."
                )
            )
        return ""

    def clean(self) -> None:
        rendered = set(str(self._given.get("asked", "")).split())
        for name, field in self.asked.items():
            answered = self._is_answered(name, field)
            if answered or name in self.errors:
                continue
            if field.is_required:
                self.add_error(name, _missing(field))
            elif field.key not in rendered:
                self.add_error(
                    name, _("This question came up with your answer. You may leave it empty.")
                )

    def _is_answered(self, name: str, field: TopicField) -> bool:
        if field.kind == TopicField.Kind.FILE:
            return any(file.field_key == field.key for file in self.held)
        return self.cleaned_data.get(name) not in {None, ""}

    @property
    def topic(self) -> Topic | None:
        return self.path[-1] if self.path else None

    def answers(self) -> list[dict[str, str]]:
        """What the extra questions were answered with, with the words they were asked in."""
        told = [
            {"key": field.key, "label": str(field), "value": _in_words(self.cleaned_data[name])}
            for name, field in self.asked.items()
            if field.kind != TopicField.Kind.FILE and self._is_answered(name, field)
        ]
        if self.cleaned_data["phone"]:
            label = str(self.fields["phone"].label)
            told.append({"key": "phone", "label": label, "value": self.cleaned_data["phone"]})
        return told


def _name(field: TopicField) -> str:
    return f"x_{field.key}"


def _topic_field(choices: Sequence[Topic], *, below: Topic | None) -> forms.ChoiceField:
    ask = _("Choose what fits best; “something else” is fine too.")
    return forms.ChoiceField(
        label=_("What is it about?") if below is None else str(below),
        choices=[(str(topic.pk), str(topic)) for topic in choices],
        widget=forms.RadioSelect,
        error_messages={"required": ask, "invalid_choice": ask},
    )


def _control(field: TopicField) -> forms.Field:
    """Return the control of one question. Whether it is needed is judged in ``clean``."""
    said: dict[str, Any] = {"label": str(field), "help_text": field.help, "required": False}
    kind = field.kind
    if kind == TopicField.Kind.CHOICE:
        options = [(str(one), str(one)) for one in field.choices]
        if len(options) <= _FEW:
            control: forms.Field = forms.ChoiceField(
                choices=options, widget=forms.RadioSelect, **said
            )
        else:
            control = forms.ChoiceField(choices=[("", _("Choose one")), *options], **said)
        control.error_messages["invalid_choice"] = _("Choose one of these.")
    elif kind == TopicField.Kind.DATE:
        control = forms.DateField(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _("Write the date like 2026-03-09.")},
            **said,
        )
    elif kind == TopicField.Kind.NUMBER:
        control = forms.DecimalField(
            max_digits=15, error_messages={"invalid": _("Write a number, for example 3.")}, **said
        )
    elif kind == TopicField.Kind.FILE:
        control = forms.FileField(**said)
    elif kind == TopicField.Kind.ORDER:
        control = forms.CharField(max_length=40, **said)
    else:
        control = forms.CharField(max_length=1000, **said)
    if not isinstance(control.widget, forms.RadioSelect):
        control.widget.attrs["class"] = "field__input"
    return control


def _missing(field: TopicField) -> Any:
    if field.kind == TopicField.Kind.FILE:
        return _("Add a file: without it we would have to ask you again.")
    if field.kind == TopicField.Kind.CHOICE:
        return _("Choose one of these.")
    return _("Fill this in: without it we would have to ask you again.")


def _in_words(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
