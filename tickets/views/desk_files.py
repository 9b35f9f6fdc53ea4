"""Files and original mails, for staff."""

import uuid

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from supportdesk.lib import csp
from supportdesk.lib.access import AgentRequest, agent_required
from tickets import files
from tickets.models import Attachment, Message, Ticket


@agent_required
@require_safe
def file(request: AgentRequest, key: uuid.UUID) -> HttpResponseBase:
    """A file of a ticket that one may see, or that one holds: to save, or our picture of it."""
    mine = Q(held_by=request.user, message=None)
    seen = Q(message__ticket__in=Ticket.objects.visible_to(request.user).values("pk"))
    found = get_object_or_404(Attachment.objects.filter(mine | seen), pk=key)
    return files.as_preview(found) if "preview" in request.GET else files.as_download(found)


@agent_required
@require_safe
def message_body(request: AgentRequest, message: int) -> HttpResponse:
    """The HTML of a mail as it came, alone in its frame: no scripts, no request to anywhere."""
    rows = Message.objects.filter(ticket__in=Ticket.objects.visible_to(request.user).values("pk"))
    found = get_object_or_404(rows.exclude(framed_html=""), pk=message)
    answer = render(request, "tickets/desk/message_body.html", {"html": found.framed_html})
    answer["Content-Security-Policy"] = csp.FRAMED_MAIL
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer
