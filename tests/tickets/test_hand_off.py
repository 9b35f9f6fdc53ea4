import pytest

from supportdesk.models import User
from tests.factories import NOW, make_queue, make_ticket
from tests.tickets.traces import columns, no_trace, one_event, twin
from tickets.errors import TicketChanged
from tickets.models import Handoff


def filled(**to: object) -> Handoff:
    return Handoff(wants="A wheel by Friday", known="It came bent", **to)  # type: ignore[misc]


def test_to_a_person_with_what_they_need(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    with one_event(ticket, "handed_off") as added:
        ticket.hand_off(handoff=filled(to_user=colleague), by=agent, at=NOW)
    handoff = ticket.handoffs.get()
    assert (handoff.by_user, handoff.to_user, handoff.at) == (agent, colleague, NOW)
    assert added.event.data == {
        "handoff_id": handoff.pk,
        "from": "Tomás Oliveira",
        "to": "Priya Subramaniam",
        "to_id": colleague.pk,
        "to_queue_id": None,
    }
    assert columns(ticket, "owner") == {"owner": colleague.pk}


def test_to_a_queue_whose_team_picks_it_up(agent: User) -> None:
    ticket, wheels = make_ticket(owner=agent), make_queue("Wheels")
    with one_event(ticket, "handed_off") as added:
        ticket.hand_off(handoff=filled(to_queue=wheels), by=agent, at=NOW)
    assert added.event.data["to"] == "Wheels"
    assert columns(ticket, "owner", "queue") == {"owner": None, "queue": wheels.pk}


def test_of_two_who_hand_off_one_wins(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    other = twin(ticket)
    ticket.hand_off(handoff=filled(to_user=colleague), by=agent, at=NOW)
    with no_trace(ticket), pytest.raises(TicketChanged):
        other.hand_off(handoff=filled(to_queue=make_queue()), by=agent, at=NOW)
