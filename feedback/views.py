"""A customer says how it went."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from feedback.forms import FeedbackForm
from feedback.models import Feedback
from supportdesk.lib.access import customer_link
from tickets import links
from tickets.models import Ticket
from tickets.views.ticket_link import closed_door


@customer_link
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest, number: int) -> HttpResponse:
    """The questions; once answered, what was said, which can be corrected (``?edit``)."""
    at = timezone.now()
    ticket = links.ticket_for(request, number, at=at)
    if ticket is None:
        return closed_door(request, number, typed=request.POST.get("words", ""))
    if ticket.solved_at is None or ticket.solved_at > at:
        return redirect("your_ticket", number)
    given = Feedback.objects.filter(ticket=ticket, solved_at=ticket.solved_at).first()
    if request.method == "POST":
        form = FeedbackForm(request.POST)
        if not form.is_valid():
            return _asked(request, ticket, form)
        Feedback.give(ticket, **form.cleaned_data, at=at)
        return redirect("feedback", number)
    if given and "edit" not in request.GET:
        return _thanked(request, ticket, given)
    return _asked(request, ticket, FeedbackForm(initial=_initial(request, given)))


def _asked(request: HttpRequest, ticket: Ticket, form: FeedbackForm) -> HttpResponse:
    context = {"form": form, "number": ticket.pk, "subject": ticket.subject}
    return _page(request, "feedback/feedback.html", context)


def _thanked(request: HttpRequest, ticket: Ticket, given: Feedback) -> HttpResponse:
    is_open = ticket.shown_state(timezone.now()) != "solved"
    context = {
        "given": given,
        "number": ticket.pk,
        "team": ticket.queue.team.name,
        "is_open": is_open,
    }
    return _page(request, "feedback/thanks.html", context)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _initial(request: HttpRequest, given: Feedback | None) -> dict[str, Any]:
    """What was said before; a choice from the mail’s link only marks an answer."""
    initial: dict[str, Any] = {}
    if given:
        may = {True: "yes", False: "no", None: ""}[given.may_contact]
        initial = {
            "is_solved": given.is_solved,
            "ease": given.ease,
            "words": given.words,
            "may_contact": may,
        }
    if request.GET.get("solved") in Feedback.Solved.values:
        initial["is_solved"] = request.GET["solved"]
    return initial
