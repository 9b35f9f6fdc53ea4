"""Where the set-up begins: what is arranged, and what is not."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from supportdesk import hold
from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.mail_state import waiting
from supportdesk.models import Hold
from supportdesk.setup import checklist
from supportdesk.setup.forms.hold import LiftHold
from supportdesk.setup.views import show


@admin_required
@require_safe
def home(request: AgentRequest) -> HttpResponse:
    steps = checklist.steps(request.desk)
    left = sum(not step.is_done for step in steps)
    return show(request, "home", "home", steps=steps, left=left)


@admin_required
def lift_hold(request: AgentRequest) -> HttpResponse:
    """Let mail out and timers fire again, after somebody has looked at what would happen."""
    at = timezone.now()
    standing = hold.current()
    form = LiftHold(standing, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        lifted = hold.lift(by=request.user, at=at, mails=form.mails_chosen)
        messages.success(request, _said_of(lifted))
        return redirect("setup:home")
    if not request.desk.is_on_hold:
        return redirect("setup:home")
    context = {"hold": standing, "form": form, "waiting": waiting.waiting(standing, at=at)}
    return show(request, "lift_hold", "home", **context)


def _said_of(lifted: Hold | None) -> str:
    if lifted is None:
        return _("The desk works already: somebody else was faster.")
    if not lifted.kept:
        return _("The desk works again. What was due goes out now.")
    return ngettext(
        "The desk works again. %(n)s mail is kept back: look whether it arrived.",
        "The desk works again. %(n)s mails are kept back: look whether they arrived.",
        lifted.kept,
    ) % {"n": lifted.kept}
