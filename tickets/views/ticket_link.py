"""The mailed link: a neutral page, a button, and a new link for one that has ended."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from supportdesk.lib.access import anyone
from tickets import form_limits, links
from tickets.forms.customer import NewLinkForm
from tickets.mail import outgoing
from tickets.models import SecretLink, Ticket

CHOICES = {"yes", "no"}


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET tells nothing and changes nothing: programs that read mail open links too."""
    at = timezone.now()
    if "email" in request.POST:
        once = links.link_once_of(token)
        return _private(_new_link(request, once.ticket if once else None))
    link = links.usable_link(token, at=at)
    if link is None:
        return _private(_ended(request, NewLinkForm()))
    if request.method != "POST":
        context = {"choice": _choice(request.GET.get("choice", ""))}
        return _private(render(request, "tickets/customer/link.html", context))
    return _private(_opened(request, link))


def _opened(request: HttpRequest, link: SecretLink) -> HttpResponse:
    choice = _choice(request.POST.get("choice", ""))
    to = reverse("your_ticket", args=[link.ticket_id]) + (f"?choice={choice}" if choice else "")
    response = HttpResponseRedirect(to, status=303)
    links.let_in(response, link, at=timezone.now())
    return response


def _choice(text: str) -> str:
    return text if text in CHOICES else ""


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it goes into no Referer and no search engine.

    With plain ``no-referrer`` browsers send “Origin: null”, and the CSRF check
    refuses every form of the page. They take the last policy that they know:
    ``strict-origin`` never sends a path either.
    """
    response["Referrer-Policy"] = "no-referrer, strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@anyone
@require_POST
def new_link(request: HttpRequest, number: int) -> HttpResponse:
    """Mail a new link to the customer of this ticket, if that is who asks."""
    ticket = Ticket.objects.filter(pk=number).select_related("customer", "identity").first()
    return _new_link(request, ticket)


def _new_link(request: HttpRequest, ticket: Ticket | None) -> HttpResponse:
    """The same answer for every address and every number, there or not."""
    at = timezone.now()
    form = NewLinkForm(request.POST)
    if not form.is_valid():
        return _ended(request, form)
    if not form_limits.may_ask_for_link(request, at=at):
        form.add_error(None, _("That was asked often from here. Wait an hour, then ask again."))
        return _ended(request, form, status=429)
    address = form.cleaned_data["email"]
    if ticket and ticket.customer.identities.filter(address.as_filter()).exists():
        outgoing.send_new_link(ticket, at=at)
    context = {"address": address.value, "is_trial": settings.TRIAL}
    return render(request, "tickets/customer/link_asked.html", context)


def _ended(request: HttpRequest, form: NewLinkForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "action": request.path}
    return render(request, "tickets/customer/link_ended.html", context, status=status)


def closed_door(request: HttpRequest, number: int, *, typed: str = "") -> HttpResponse:
    """This browser was not let in to the ticket, which may not exist at all.

    ``typed`` is what was sent all the same: it is given back, to be kept.
    """
    context = {
        "form": NewLinkForm(),
        "action": reverse("your_ticket_new_link", args=[number]),
        "typed": typed,
    }
    response = render(request, "tickets/customer/link_ended.html", context, status=403)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
