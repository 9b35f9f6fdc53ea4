"""Where the set-up begins: what is arranged, and what is not."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.setup import checklist, rows
from supportdesk.setup.views import show


@admin_required
@require_safe
def home(request: AgentRequest) -> HttpResponse:
    steps = checklist.steps(request.desk)
    left = sum(not step.is_done for step in steps)
    return show(request, "home", "home", steps=steps, left=left)


@admin_required
@require_POST
def lift_hold(request: AgentRequest) -> HttpResponse:
    """Let mail out and timers fire again, after somebody has looked at what would go out."""
    rows.write(request.desk, {"is_on_hold": False})
    messages.success(request, _("The desk works again. What was due goes out now."))
    return redirect("setup:home")
