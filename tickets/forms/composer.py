"""What the composers hand to a ticket’s verbs. A note’s form has no place for an address."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Identity
from supportdesk.lib import markup
from supportdesk.models import User
from tickets import mentions
from tickets.forms.topics import TopicChoice
from tickets.models import Draft, Handoff, Promise, Queue, Ticket, Topic
from tickets.next_update import Pick
from tickets.states import GIVEN, Outcome, State

LONGEST = 64_000
OTHER = "other"


class Text(forms.CharField):
    """What somebody wrote: any length that a person writes, and no character that breaks a page."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        kwargs.setdefault("widget", forms.Textarea)
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        text = markup.clean_text(str(value or "")).replace("\r\n", "\n")
        return text if text.strip() else ""


class Addresses(forms.CharField):
    """Mail addresses, separated by commas or spaces."""

    def clean(self, value: Any) -> Any:
        found = super().clean(value).replace(",", " ").replace(";", " ").split()
        for address in found:
            try:
                validate_email(address)
            except ValidationError as wrong:
                raise ValidationError(
                    _("“%(address)s” is no mail address. Write name@company.com."),
                    params={"address": address},
                ) from wrong
        if len(found) > 20:
            raise ValidationError(_("Twenty addresses are the most for one message."))
        return list(dict.fromkeys(address.lower() for address in found))


class _Written(forms.Form):
    """What every composer sends along: the key that makes pressing twice one message."""

    text = Text(error_messages={"required": _("Write something first.")})
    key = forms.UUIDField(widget=forms.HiddenInput)
    #: The draft that this was typed on.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("key", uuid.uuid4())
        super().__init__(*args, **kwargs)


class NoteForm(_Written):
    """A note among us."""

    text = Text(
        label=_("Note, only your team"), error_messages={"required": _("Write the note first.")}
    )
    #: Keys of those who could not read the ticket, and may once they are named.
    let_in = forms.CharField(label=_("Let them read it"), required=False, max_length=200)

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="note-%s", **kwargs)
        self.ticket = ticket
        self.naming: list[User] = []
        self.strangers: list[User] = []

    def clean(self) -> None:
        """Find whom the note names. Who cannot read the ticket yet is only let in on purpose."""
        text = self.cleaned_data.get("text", "")
        if "@" not in text:
            return
        named = mentions.named_in(text, User.objects.filter(is_active=True))
        for name in named.unclear:
            self.add_error(
                "text",
                _("Several people are called %(name)s. Write the whole name.") % {"name": name},
            )
        self.naming = named.people
        self.strangers = [user for user in named.people if not self._is_visible_to(user)]
        agreed = set(self.cleaned_data.get("let_in", "").split())
        if {str(user.pk) for user in self.strangers} - agreed:
            self.add_error("let_in", _("Say whether they may read this ticket."))

    def _is_visible_to(self, user: User) -> bool:
        return Ticket.objects.visible_to(user).filter(pk=self.ticket.pk).exists()


class ReplyForm(_Written):
    """A reply to the customer, and when they hear from us next."""

    text = Text(
        label=_("Reply"), error_messages={"required": _("Write what the customer should read.")}
    )
    to = forms.ChoiceField(label=_("To"), required=False)
    cc = Addresses(label=_("Cc"), required=False, max_length=1000)
    then = forms.ChoiceField(
        label=_("Then the ticket is"),
        choices=[
            (state, State(state).label) for state in (State.OPEN, State.WAITING, State.ON_HOLD)
        ],
        initial=State.OPEN,
    )
    hold_reason = forms.CharField(
        label=_("What we wait for, as the customer reads it"), max_length=300, required=False
    )
    next = forms.CharField(label=_("They hear next"), required=False, max_length=40)
    other_at = forms.DateTimeField(
        label=_("Another time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _("Write the day and the time, like 2026-03-20 12:00.")},
    )
    kind = forms.ChoiceField(
        label=_("What they hear"),
        choices=[
            (Promise.Kind.UPDATE, _("an update")),
            (Promise.Kind.RESULT, _("the result")),
            (Promise.Kind.CALL, _("a call")),
        ],
        initial=Promise.Kind.UPDATE,
        required=False,
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    #: What is kept in the draft beside the text.
    CHOICES = ("to", "cc", "then", "hold_reason", "next", "other_at", "kind")

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        identities: Iterable[Identity],
        picks: Sequence[Pick],
        at: datetime,
        **kwargs: Any,
    ) -> None:
        chosen = next((pick.at.isoformat() for pick in picks if pick.is_chosen), "")
        initial = {"seen": ticket.thread_version, "next": chosen} | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, auto_id="reply_%s", **kwargs)
        self.at = at
        self.addresses = [one.value for one in identities if one.kind == "email"]
        own = ticket.identity
        if own.kind == "email" and own.value in self.addresses:
            self.addresses.remove(own.value)
            self.addresses.insert(0, own.value)
        to = self.fields["to"]
        if isinstance(to, forms.ChoiceField):
            to.choices = [(address, address) for address in self.addresses]
        self.moments = self._moments(picks)

    def _moments(self, picks: Sequence[Pick]) -> list[tuple[str, str, bool]]:
        """The moments to choose from, with what was chosen before among them."""
        wanted = self["next"].value() or ""
        moments = {pick.at.isoformat(): pick.at for pick in picks}
        before = parse_datetime(wanted) if wanted and wanted != OTHER else None
        if before is not None and before.tzinfo and before > self.at:
            moments.setdefault(wanted, before)
        ordered = sorted(moments.items(), key=lambda moment: moment[1])
        return [(value, in_a_word(at, now=self.at), value == wanted) for value, at in ordered]

    @property
    def is_other(self) -> bool:
        return bool(self["next"].value() == OTHER)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["promise_at"] = None
        if data.get("then") == State.ON_HOLD and not data.get("hold_reason", "").strip():
            self.add_error(
                "hold_reason", _("Say what we are waiting for, in words the customer can read.")
            )
        if data.get("then") != State.WAITING:
            data["promise_at"] = self._promised(data)
        return data

    def _promised(self, data: dict[str, Any]) -> datetime | None:
        if data.get("next") != OTHER:
            try:
                at = parse_datetime(data.get("next") or "")
            except ValueError:
                at = None
            if at is not None and at.tzinfo and at > self.at:
                return at
            if not data.get("next"):
                return None
            self.add_error("next", _("That moment has passed. Choose another."))
            return None
        other: datetime | None = data.get("other_at")
        if other is None and "other_at" not in self.errors:
            self.add_error("other_at", _("Say when they hear from us next."))
        elif other is not None and other <= self.at:
            self.add_error("other_at", _("Choose a moment that is still to come."))
        return other


class SolveForm(_Written):
    """The end, as we see it: what the customer got, beside what they wanted."""

    text = Text(label=_("What you write to the customer"), required=False)
    outcome = forms.ChoiceField(
        label=_("What did the customer get?"),
        choices=[(one.value, one.label) for one in GIVEN],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what the customer got.")},
    )
    reason = forms.CharField(
        label=_("Why, in short"),
        max_length=500,
        required=False,
        help_text=_("For your team. Needed when they got nothing."),
    )
    topic = TopicChoice(
        label=_("What it was about"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a topic, so that we learn from this ticket.")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, ticket: Ticket, topics: Sequence[Topic] = (), **kwargs: Any
    ) -> None:
        initial = {"seen": ticket.thread_version} | kwargs.pop("initial", {})
        super().__init__(*args, initial=initial, auto_id="solve_%s", **kwargs)
        if ticket.topic_id is not None:
            del self.fields["topic"]
        elif topics and isinstance(topic := self.fields["topic"], TopicChoice):
            topic.offer(topics)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == Outcome.NONE and not data.get("reason", "").strip():
            self.add_error("reason", _("Say why the customer got nothing."))
        return data


class HandOffForm(forms.Form):
    """What the next one needs to know, so that nobody asks the customer again."""

    to = forms.ChoiceField(
        label=_("To whom"), error_messages={"required": _("Choose a person or a queue.")}
    )
    wants = Text(
        label=_("What the customer wants"),
        max_length=1000,
        error_messages={"required": _("Say what the customer wants.")},
    )
    known = Text(
        label=_("What we know"),
        max_length=2000,
        error_messages={"required": _("Say what we know so far.")},
    )
    tried = Text(label=_("What was tried"), max_length=2000, required=False)
    promised = Text(label=_("What was promised"), max_length=1000, required=False)
    dont_ask = Text(label=_("What not to ask again"), max_length=1000, required=False)
    owner_was = forms.CharField(widget=forms.HiddenInput, required=False)

    WRITTEN = ("wants", "known", "tried", "promised", "dont_ask")
    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        people: Sequence[User],
        queues: Sequence[Queue],
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {
            "owner_was": ticket.owner_id or "",
            "wants": ticket.desired_outcome[:1000],
        }
        kwargs["auto_id"] = "hand_off_%s"
        super().__init__(*args, **kwargs)
        self.people = {f"user-{one.pk}": one for one in people if one.pk != ticket.owner_id}
        self.queues = {f"queue-{one.pk}": one for one in queues if one.pk != ticket.queue_id}
        to = self.fields["to"]
        if isinstance(to, forms.ChoiceField):
            to.choices = [
                ("", _("Choose a person or a queue")),
                (_("A person"), [(key, str(one)) for key, one in self.people.items()]),
                (_("A queue"), [(key, str(one)) for key, one in self.queues.items()]),
            ]
        for name in self.WRITTEN:
            self.fields[name].widget.attrs["rows"] = 2

    def filled(self) -> Handoff:
        """The handoff as written, unsaved, with where it goes."""
        handoff = Handoff(**{name: self.cleaned_data[name] for name in self.WRITTEN})
        handoff.to_user = self.people.get(self.cleaned_data["to"])
        handoff.to_queue = self.queues.get(self.cleaned_data["to"])
        return handoff


class ParkForm(forms.Form):
    """Why it waits for the customer or is on hold."""

    reason = forms.CharField(max_length=300, required=False, strip=True)


def in_a_word(at: datetime, *, now: datetime) -> str:
    """A moment as one would promise it: “today 16:00”, “Mon 10:00”, “Mon 30 Nov 10:00”."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = (local.date() - today.date()).days
    time = date_format(local, "H:i")
    if days == 0:
        return gettext("today %(time)s") % {"time": time}
    day = date_format(local, "D" if days <= 6 else gettext("D j M"))
    return f"{day} {time}"


def from_draft(draft: Draft | None) -> dict[str, Any]:
    """What a composer begins with, if something was left unsent."""
    if draft is None:
        return {}
    kept = {name: value for name, value in draft.choices.items() if name in ReplyForm.CHOICES}
    return kept | {"text": draft.text, "version": draft.version}
