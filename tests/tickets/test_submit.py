import uuid
from datetime import timedelta

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_identity, make_queue, make_ticket, make_topic
from tests.tickets.traces import no_trace
from tickets.models import Event, Ticket
from tickets.states import State


def test_submit_keeps_what_the_customer_said_and_owes_them_a_word(db: None) -> None:
    identity = make_identity("noor@mail.example")
    ticket = make_ticket(
        identity=identity,
        queue=make_queue(first_reply_minutes=120),
        subject="  Front   wheel\narrived bent ",
        text="The rim has a dent.",
        desired_outcome="A straight wheel",
        impact="blocked",
        impact_reason="I ride to work",
        answers=[{"key": "order", "label": "Order", "value": "A-1"}],
    )

    assert ticket.subject == "Front wheel arrived bent"
    assert (ticket.state, ticket.owner, ticket.customer) == (State.NEW, None, identity.customer)
    assert ticket.desired_outcome == "A straight wheel"
    assert (ticket.impact, ticket.impact_reason) == ("blocked", "I ride to work")
    assert ticket.due_at == NOW + timedelta(hours=2)
    assert ticket.waiting_since == NOW
    assert (ticket.last_text, ticket.last_by_us) == ("The rim has a dent.", False)
    message = ticket.messages.get()
    assert (message.kind, message.by_customer, message.via) == (
        "customer",
        identity.customer,
        "web",
    )
    event = ticket.events.get()
    assert (event.kind, event.by_customer, event.data) == (
        "submitted",
        identity.customer,
        {"message_id": message.pk, "via": "web"},
    )


def test_sending_the_form_twice_is_one_ticket(db: None) -> None:
    queue, identity, key = make_queue(), make_identity(), uuid.uuid4()

    def submit() -> Ticket:
        return Ticket.submit(
            queue=queue,
            topic=make_topic(),
            identity=identity,
            subject="Twice",
            text="Pressed twice",
            key=key,
            at=NOW,
        )

    first = submit()
    with no_trace(first):
        assert submit() == first
    assert Ticket.objects.count() == 1


def test_an_agent_opens_one_for_a_customer_and_owns_it(agent: User) -> None:
    ticket = make_ticket(by=agent, via="phone")
    event = ticket.events.get()
    assert (event.kind, event.by_user, event.by_customer) == ("opened", agent, None)
    assert ticket.owner == agent
    assert ticket.messages.get().by_customer == ticket.customer


def test_a_complaint_is_one_from_the_start(db: None) -> None:
    assert make_ticket(is_complaint=True).complaint_at == NOW
    assert make_ticket().complaint_at is None


def test_the_acknowledgement_is_written_with_the_ticket(db: None) -> None:
    ticket = make_ticket(identity=make_identity("noor@mail.example"))
    mail = Delivery.objects.get(recipient="noor@mail.example")
    assert (mail.kind, mail.group_key) == ("acknowledgement", f"ticket:{ticket.pk}")
    assert Event.objects.count() == 1
