"""People and teams."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from supportdesk.models import Role, Team, User
from supportdesk.setup.forms import language_field, says_when_empty

ROLES = [
    (Role.AGENT, _("Agent: works on tickets")),
    (Role.SUPERVISOR, _("Supervisor: also sees how the teams are doing")),
    (Role.ADMIN, _("Admin: sees everything and arranges the desk")),
]


def _teams() -> "forms.ModelMultipleChoiceField[Team]":
    return forms.ModelMultipleChoiceField(
        label=_("Teams"),
        queryset=Team.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class Person(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ChoiceField(
        label=_("Role"), choices=ROLES, initial=Role.AGENT, widget=forms.RadioSelect
    )
    teams = _teams()


class Invitation(Person):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = language_field()
    field_order = ["email", "name", "language", "role", "teams"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        known = User.objects.filter(email=email).first()
        if known and not known.is_active:
            raise ValidationError(
                _("%(name)s has this address and is switched off. Switch them on again instead."),
                params={"name": known.name},
            )
        if known:
            raise ValidationError(
                _("%(name)s has this address and is here already."), params={"name": known.name}
            )
        return email


class Deactivation(forms.Form):
    successor = forms.ModelChoiceField(
        label=_("Give their open tickets to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody: the leads of the teams answer for them"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        if isinstance(successor, forms.ModelChoiceField):
            says_when_empty(successor)
            successor.queryset = User.objects.filter(is_active=True).exclude(pk=user.pk)


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Team
        fields = ["name", "lead", "members"]
        labels = {"lead": _("Lead"), "members": _("Members")}
        help_texts = {"lead": _("Answers for tickets that have no owner yet, and is reminded.")}
        widgets = {"members": forms.CheckboxSelectMultiple}
        error_messages = {"name": {"unique": _("There is a team of this name already.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True)
        for name in ("lead", "members"):
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = people
        says_when_empty(self.fields["lead"])
        self.fields["lead"].empty_label = _("nobody yet")  # type: ignore[attr-defined]
