"""The small verbs: whose it is, where it stands, what it is. One view each."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.models import Customer
from supportdesk.lib import moments
from supportdesk.lib.access import AgentRequest, agent_required
from tickets import next_update
from tickets.beside import people_for
from tickets.errors import TicketError
from tickets.forms import properties
from tickets.forms.composer import ParkForm
from tickets.models import Ticket
from tickets.states import Priority, State
from tickets.views.ticket import (
    address,
    done,
    invalid,
    key_of,
    refused,
    show,
    ticket_or_404,
)

Verb = Callable[[], object]


def _try(
    request: AgentRequest, ticket: Ticket, verb: Verb, words: Callable[[], str]
) -> HttpResponse:
    try:
        verb()
    except TicketError as refusal:
        return refused(request, ticket, refusal)
    return done(request, ticket, words())


# --- Whose it is ---------------------------------------------------------------------------------


@agent_required
@require_POST
def take(request: AgentRequest, number: int) -> HttpResponse:
    """Become the owner, if the owner is still who the page said."""
    ticket = ticket_or_404(request, number)
    if not _owner_is_still(request, ticket):
        return refused(request, ticket, _now_owned(ticket))
    return _try(
        request,
        ticket,
        lambda: ticket.take(by=request.user, at=timezone.now()),
        lambda: _("#%(number)s is yours.") % {"number": ticket.pk},
    )


@agent_required
@require_POST
def assign(request: AgentRequest, number: int) -> HttpResponse:
    """Give it to somebody, or to nobody."""
    ticket = ticket_or_404(request, number)
    form = properties.AssignForm(request.POST, people=list(people_for(ticket.queue)))
    if not form.is_valid():
        return invalid(request, ticket, {"assign": form})
    if not _owner_is_still(request, ticket):
        return refused(request, ticket, _now_owned(ticket))
    to = form.cleaned_data["owner"]
    return _try(
        request,
        ticket,
        lambda: ticket.assign(to=to, by=request.user, at=timezone.now()),
        lambda: (
            _("%(name)s has it now.") % {"name": to}
            if to
            else _("Nobody owns it now; the team’s lead is accountable.")
        ),
    )


def _owner_is_still(request: AgentRequest, ticket: Ticket) -> bool:
    was = request.POST.get("owner_was")
    return was is None or was == str(ticket.owner_id or "")


def _now_owned(ticket: Ticket) -> str:
    if ticket.owner:
        return _("%(name)s took it a moment ago.") % {"name": ticket.owner}
    return _("It has no owner any more. Have another look.")


# --- Where it stands -----------------------------------------------------------------------------


@agent_required
@require_POST
def wait(request: AgentRequest, number: int) -> HttpResponse:
    """The ball is with the customer."""
    return _park(
        request,
        number,
        "wait",
        lambda ticket, reason: ticket.wait(by=request.user, at=timezone.now(), reason=reason),
    )


@agent_required
@require_POST
def hold(request: AgentRequest, number: int) -> HttpResponse:
    """Somebody outside has to act; the customer reads why."""
    return _park(
        request,
        number,
        "hold",
        lambda ticket, reason: ticket.hold(reason=reason, by=request.user, at=timezone.now()),
    )


def _park(
    request: AgentRequest, number: int, sheet: str, verb: Callable[[Ticket, str], None]
) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = ParkForm(request.POST)
    try:
        if form.is_valid():
            verb(ticket, form.cleaned_data["reason"])
    except TicketError as refusal:
        form.add_error("reason", str(refusal))
    if form.errors:
        found = ticket_or_404(request, number)
        at = timezone.now()
        return show(request, found, at=at, sheet=sheet, forms={sheet: form}, status=409)
    messages.success(request, _("It is now: %(state)s.") % {"state": State(ticket.state).label})
    return redirect(address(request, ticket))


@agent_required
@require_POST
def resume(request: AgentRequest, number: int) -> HttpResponse:
    """The ball is with us again."""
    ticket = ticket_or_404(request, number)
    return _try(
        request,
        ticket,
        lambda: ticket.resume(by=request.user, at=timezone.now()),
        lambda: _("It is open again."),
    )


# --- What it is ----------------------------------------------------------------------------------


@agent_required
@require_POST
def subject(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.SubjectForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"subject": form})
    return _try(
        request,
        ticket,
        lambda: ticket.change_subject(
            form.cleaned_data["subject"], by=request.user, at=timezone.now()
        ),
        lambda: _("The subject is changed."),
    )


@agent_required
@require_POST
def queue(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.QueueForm(request.POST, user=request.user)
    if not form.is_valid():
        return invalid(request, ticket, {"queue": form})
    to = form.cleaned_data["queue"]
    return _try(
        request,
        ticket,
        lambda: ticket.change_queue(to, by=request.user, at=timezone.now()),
        lambda: _("It is in %(queue)s now.") % {"queue": to},
    )


@agent_required
@require_POST
def topic(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.TopicForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"topic": form})
    to = form.cleaned_data["topic"]
    return _try(
        request,
        ticket,
        lambda: ticket.change_topic(to, by=request.user, at=timezone.now()),
        lambda: _("It is about %(topic)s now.") % {"topic": to},
    )


@agent_required
@require_POST
def priority(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.PriorityForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"priority": form})
    to = form.cleaned_data["priority"]
    return _try(
        request,
        ticket,
        lambda: ticket.change_priority(to, by=request.user, at=timezone.now()),
        lambda: _("Its priority is %(priority)s now.") % {"priority": Priority(to).label},
    )


@agent_required
@require_POST
def tags(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.TagsForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"tags": form})
    return _try(
        request,
        ticket,
        lambda: ticket.change_tags(form.cleaned_data["tags"], by=request.user, at=timezone.now()),
        lambda: _("The tags are changed."),
    )


@agent_required
@require_POST
def customer(request: AgentRequest, number: int) -> HttpResponse:
    """It is another customer’s: links mailed to the one before stop working."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    form = properties.CustomerForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"customer": form})
    identity = Customer.known_by(form.cleaned_data["contact"], at=at)
    return _try(
        request,
        ticket,
        lambda: ticket.change_customer(identity, by=request.user, at=at),
        lambda: _("It is the ticket of %(address)s now.") % {"address": identity},
    )


@agent_required
@require_POST
def spam(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    return _try(
        request,
        ticket,
        lambda: ticket.mark_spam(by=request.user, at=timezone.now()),
        lambda: _("It is marked as spam, and in no list but that one."),
    )


@agent_required
@require_POST
def not_spam(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    return _try(
        request,
        ticket,
        lambda: ticket.mark_not_spam(by=request.user, at=timezone.now()),
        lambda: _("It is no spam, and back in its lists."),
    )


@agent_required
@require_POST
def complaint(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    form = properties.ComplaintForm(request.POST)
    if not form.is_valid():
        return invalid(request, ticket, {"complaint": form})
    return _try(
        request,
        ticket,
        lambda: ticket.mark_complaint(
            quote=form.cleaned_data["quote"], by=request.user, at=timezone.now()
        ),
        lambda: _("It is a complaint now, for good."),
    )


# --- Follow-ups ----------------------------------------------------------------------------------


@agent_required
@require_POST
def follow_up(request: AgentRequest, number: int) -> HttpResponse:
    """Be reminded of this ticket."""
    ticket, at = ticket_or_404(request, number), timezone.now()
    quick = next_update.quick_follow_ups(at, zone_of=request.desk.calendar)
    form = properties.FollowUpForm(request.POST, quick=quick)
    if form.is_valid():
        try:
            made = ticket.follow_up(
                due_at=form.cleaned_data["due_at"],
                what=form.cleaned_data["what"],
                by=request.user,
                at=at,
            )
        except TicketError as refusal:
            form.add_error("due_at", str(refusal))
        else:
            words = moments.day_and_time(made.due_at, now=at)
            return done(request, ticket, _("You are reminded %(moment)s.") % {"moment": words})
    return invalid(request, ticket, {"follow_up": form})


@agent_required
@require_POST
def followed_up(request: AgentRequest, number: int) -> HttpResponse:
    ticket = ticket_or_404(request, number)
    made = get_object_or_404(ticket.follow_ups, pk=key_of(request.POST.get("follow_up", "")))
    return _try(
        request,
        ticket,
        lambda: ticket.followed_up(made, by=request.user, at=timezone.now()),
        lambda: _("Followed up."),
    )
