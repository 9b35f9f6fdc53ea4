"""Where the set-up begins: what is arranged, and what is not."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.setup import checklist
from supportdesk.setup.views import show


@admin_required
@require_safe
def home(request: AgentRequest) -> HttpResponse:
    steps = checklist.steps(request.desk)
    left = sum(not step.is_done for step in steps)
    return show(request, "home", "home", steps=steps, left=left)
