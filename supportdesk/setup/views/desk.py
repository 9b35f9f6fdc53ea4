"""The desk itself: name and rules, opening hours, colour and logo."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from supportdesk.lib import brand
from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.models import Desk
from supportdesk.setup import logo as logos
from supportdesk.setup import rows
from supportdesk.setup.forms.desk import Hours, Look, Rules
from supportdesk.setup.views import show


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: AgentRequest) -> HttpResponse:
    row = Desk.current()
    form = Rules(request.POST or None, instance=row)
    if form.is_valid():
        rows.write(row, form.cleaned_data | {"set_up_at": row.set_up_at or timezone.now()})
        messages.success(request, _("Saved."))
        return redirect("setup:desk")
    return show(request, "desk", "desk", form=form)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: AgentRequest) -> HttpResponse:
    form = Hours(request.POST or None, desk=request.desk)
    if form.is_valid():
        said = form.cleaned_data
        rows.write(request.desk, {"hours": said["hours"], "holidays": said["holidays"]})
        messages.success(request, _("The opening hours hold for promises made from now on."))
        return redirect("setup:hours")
    days = [field for field in form if field.name.startswith("day_")]
    return show(request, "hours", "hours", form=form, days=days)


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: AgentRequest) -> HttpResponse:
    initial = {"colour": request.desk.colour}
    form = Look(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        columns = {"colour": form.cleaned_data["colour"]}
        try:
            if uploaded := form.cleaned_data["logo"]:
                columns["logo"] = logos.keep(uploaded)
        except logos.NoPicture as refusal:
            form.add_error("logo", str(refusal))
        else:
            rows.write(request.desk, columns)
            messages.success(request, _said_of(columns["colour"]))
            return redirect("setup:look")
    forms_of_it = brand.brand(request.desk.colour)
    return show(request, "look", "look", form=form, brand=forms_of_it)


def _said_of(colour: str) -> str:
    """Nobody’s colour is refused; where it could not be read, it is made readable."""
    if brand.brand(colour).light == colour:
        return _("Saved.")
    return _("Saved. As text it is a little darker, so that everybody can read it.")


@admin_required
@require_POST
def remove_logo(request: AgentRequest) -> HttpResponse:
    rows.write(request.desk, {"logo": ""})
    messages.success(request, _("Your customers read the name instead."))
    return redirect("setup:look")
