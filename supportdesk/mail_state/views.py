"""What stands still, and the few things that a person can do about it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from supportdesk import outbox
from supportdesk.lib import csp
from supportdesk.lib.access import AgentRequest, supervisor_required
from supportdesk.mail_state import outgoing, received
from supportdesk.tasks import ring
from tickets.mail import intake
from tickets.models import InboundMail


@supervisor_required
@require_safe
def mail_state(request: AgentRequest) -> HttpResponse:
    user, at = request.user, timezone.now()
    some = {
        "late": outgoing.late(user, at=at),
        "in_doubt": outgoing.in_doubt(user),
        "failed": outgoing.failed(user, at=at),
        "not_read": received.late(user, at=at),
        "put_by": received.put_by(user),
        "timers": outgoing.overdue_timers(user, at=at),
    }
    return render(
        request,
        "supportdesk/mail_state.html",
        some | {"is_all_well": not any(some.values()), "now": at, "limit": outgoing.LIMIT},
    )


@supervisor_required
@require_POST
def mail_again(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a mail again, if it is still what the person saw: failed is not the same as in doubt."""
    mail = get_object_or_404(outgoing.visible_to(request.user), pk=pk)
    is_as_seen = request.POST.get("state") == mail.state
    if is_as_seen and outbox.send_again(pk, by=request.user, at=timezone.now()):
        ring("supportdesk.tasks.send_mail")
        messages.success(
            request, _("The mail to %(email)s is on its way again.") % {"email": mail.recipient}
        )
    else:
        messages.error(request, _("Something has happened to this mail meanwhile. Look again."))
    return redirect("mail_state")


@supervisor_required
@require_POST
def mail_arrived(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody asked the recipient, or read the mail server’s log: it is there."""
    mail = get_object_or_404(outgoing.visible_to(request.user), pk=pk)
    if outbox.mark_arrived(pk, by=request.user, at=timezone.now()):
        said = _("Noted: the mail to %(email)s has arrived.")
        messages.success(request, said % {"email": mail.recipient})
    else:
        messages.error(request, _("Something has happened to this mail meanwhile. Look again."))
    return redirect("mail_state")


@supervisor_required
@require_safe
def received_original(request: AgentRequest, pk: int) -> HttpResponse:
    """The mail as it came, to be saved: never opened here."""
    if not received.visible_to(request.user, [pk]):
        raise Http404
    mail = InboundMail.objects.get(pk=pk)
    answer = HttpResponse(bytes(mail.raw), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="mail-{pk}.eml"'
    answer["Content-Security-Policy"] = csp.FILE
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@supervisor_required
@require_POST
def received_again(request: AgentRequest, pk: int) -> HttpResponse:
    if not received.visible_to(request.user, [pk]):
        raise Http404
    if intake.try_again(pk):
        ring("tickets.tasks.process_inbound")
        messages.success(request, _("The desk reads this mail again. Look here in a minute."))
    else:
        messages.error(request, _("Something has happened to this mail meanwhile. Look again."))
    return redirect("mail_state")


@supervisor_required
@require_POST
def received_seen(request: AgentRequest) -> HttpResponse:
    """Let mails be that somebody has looked at: they are kept, and alarm nobody any more."""
    asked = [int(pk) for pk in request.POST.getlist("mail") if pk.isascii() and pk.isdigit()]
    mails = received.visible_to(request.user, [pk for pk in asked if pk < 2**63])
    n = intake.put_aside(mails, at=timezone.now())
    if n:
        said = ngettext("%(n)s mail is put aside.", "%(n)s mails are put aside.", n) % {"n": n}
        messages.success(request, said)
    return redirect("mail_state")
