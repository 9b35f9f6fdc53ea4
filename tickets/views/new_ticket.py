"""Opening a ticket for a customer who calls."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from customers import identities
from customers.models import Customer, Identity
from supportdesk.lib.access import AgentRequest, agent_required
from tickets import files
from tickets.forms.properties import NewTicketForm, queue_of
from tickets.models import Attachment, Message, Ticket

HELD_FOR = "new"


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """Write down what they say, and open the ticket."""
    form = NewTicketForm(request.POST or None, initial={"contact": request.GET.get("contact", "")})
    if request.method == "POST":
        at = timezone.now()
        for upload in request.FILES.getlist("files"):
            try:
                files.store(upload, user=request.user, held_for=HELD_FOR, at=at)
            except files.FileRefused as refusal:
                form.add_error(None, str(refusal))
        if form.is_valid():
            return _open(request, form)
    held = Attachment.objects.held_by(user=request.user).filter(held_for=HELD_FOR)
    context = {"form": form, "here": "new", "held": held} | _known(request, form["contact"].value())
    return render(request, "tickets/desk/new.html", context)


def _open(request: AgentRequest, form: NewTicketForm) -> HttpResponse:
    at, data = timezone.now(), form.cleaned_data
    identity = Customer.known_by(data["contact"], name=data["name"], at=at)
    queue = queue_of(data["topic"])
    if queue is None:
        raise LookupError("the form lets no topic through that has no queue")
    ticket = Ticket.submit(
        queue=queue,
        topic=data["topic"],
        identity=identity,
        subject=data["subject"],
        text=data["text"],
        key=data["key"],
        at=at,
        by=request.user,
        via=Message.Via.PHONE,
        desired_outcome=data["desired_outcome"],
        impact=data["impact"],
        is_complaint=data["is_complaint"],
        files=Attachment.objects.held_by(user=request.user).filter(held_for=HELD_FOR),
    )
    messages.success(
        request,
        _("#%(number)s is open and yours. Tell them the number.") % {"number": ticket.pk},
    )
    return redirect("desk:ticket", ticket.pk)


@agent_required
@require_safe
def who(request: AgentRequest) -> HttpResponse:
    """Who an address or number belongs to, while it is being typed."""
    return render(
        request, "tickets/desk/_who.html", _known(request, request.GET.get("contact", ""))
    )


def _known(request: AgentRequest, contact: str | None) -> dict[str, object]:
    """The customer with this address or number, and what is open already."""
    found = identities.normalised(contact or "")
    identity = (
        Identity.objects.select_related("customer__organization").filter(found.as_filter()).first()
        if found
        else None
    )
    if identity is None:
        return {"identity": None, "is_new": found is not None, "open_tickets": []}
    theirs = Ticket.objects.visible_to(request.user).of(identity.customer).no_spam()
    return {
        "identity": identity,
        "is_new": False,
        "open_tickets": list(theirs.unsolved().order_by("-created_at")[:5]),
    }
