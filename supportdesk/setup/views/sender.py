"""Where mail comes from, and whether it goes out."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from supportdesk import outbox
from supportdesk.lib import letters
from supportdesk.lib.access import AgentRequest, admin_required
from supportdesk.models import Delivery
from supportdesk.setup import rows
from supportdesk.setup.forms.desk import Sender
from supportdesk.setup.views import show
from supportdesk.tasks import ring


@admin_required
@require_http_methods(["GET", "HEAD", "POST"])
def sender(request: AgentRequest) -> HttpResponse:
    form = Sender(request.POST or None, instance=request.desk)
    if form.is_valid():
        rows.write(request.desk, form.cleaned_data)
        messages.success(request, _("Saved. Send yourself a test mail."))
        return redirect("setup:sender")
    last = Delivery.objects.filter(kind="test").order_by("-created_at").first()
    return show(request, "sender", "sender", form=form, mail=last, server=settings.MAIL_SERVER)


@admin_required
@require_POST
def send_test(request: AgentRequest) -> HttpResponse:
    """Mail the admin who asks, by the way that every mail takes."""
    payload = letters.letter(
        "setup/mail/test",
        {"name": request.user.first_name},
        desk=request.desk,
        language=request.user.language,
        zone=request.user.zone,
    )
    outbox.queue_mail(
        kind="test",
        recipient=request.user.email,
        payload=payload,
        subject="supportdesk.desk",
        subject_id=request.desk.pk,
        group_key=f"test:{uuid.uuid4()}",
        at=timezone.now(),
        is_automatic=True,
    )
    ring("supportdesk.tasks.send_mail")
    return redirect("setup:sender")


@admin_required
@require_safe
def test_state(request: AgentRequest, pk: uuid.UUID) -> HttpResponse:
    """How the test mail stands; asked every two seconds until it is known."""
    mail = get_object_or_404(Delivery, pk=pk, kind="test")
    return render(request, "setup/_test_mail.html", {"mail": mail})
