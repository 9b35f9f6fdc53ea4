"""What might be meant, while somebody types into the box."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from supportdesk.lib.access import AgentRequest, agent_required
from tickets import filters, inbox, passages, search


@agent_required
@require_safe
def suggest(request: AgentRequest) -> HttpResponse:
    """A few tickets that begin so, and the way to all of them."""
    at = timezone.now()
    text = request.GET.get("q", "")
    parts = filters.parse(text)
    values = [part.value for part in parts if not part.key]
    sought = search.seek_beginning(values)
    rows = inbox.rows_of(inbox.VIEWS["all"], user=request.user, at=at)
    keyed = [part for part in parts if part.key]
    if keyed:
        rows = filters.narrow(rows, keyed, known=filters.known_to(request.user), at=at).rows
    keys = [hit.pk for hit in search.suggestions(rows, sought, at=at)]
    tickets = rows.with_row().in_bulk(keys)
    context = {
        "q": filters.render(parts),
        "suggestions": [
            (tickets[key], passages.marks(tickets[key], None, sought))
            for key in keys
            if key in tickets
        ],
    }
    return render(request, "tickets/desk/_suggestions.html", context)
