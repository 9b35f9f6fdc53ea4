from datetime import timedelta
from typing import Any

from django.test import Client

from supportdesk.models import User
from tests.factories import make_reply, make_solved
from tests.tickets.customer.conftest import SUBMIT, a_form, let_in
from tickets.models import Ticket, Topic


def test_from_the_form_to_the_survey(client: Client, topic: Topic, agent: User, clock: Any) -> None:
    sent = client.post(SUBMIT, a_form(topic), follow=True)
    ticket = Ticket.objects.get()
    assert f"<b>#{ticket.pk}</b>" in sent.text
    assert "I waited all day" not in sent.text

    let_in(client, ticket)
    assert "I waited all day" in client.get(f"/t/{ticket.pk}/").text
    ticket.identity.refresh_from_db()
    assert ticket.identity.is_verified

    make_reply(ticket, agent, at=clock.now)
    clock.now += timedelta(minutes=1)
    page = client.get(f"/t/{ticket.pk}/").text
    assert "You’ll hear from Tomás" in page
    assert "A new wheel leaves today." in page

    client.post(f"/t/{ticket.pk}/write/", {"text": "Thank you!", "key": a_form(topic)["key"]})
    ticket.refresh_from_db()
    assert ticket.last_text == "Thank you!"

    make_solved(ticket, agent, at=clock.now)
    clock.now += timedelta(minutes=1)
    assert "We think it is solved. Is it?" in client.get(f"/t/{ticket.pk}/").text
    answer = client.post(f"/t/{ticket.pk}/solved/")
    assert answer["Location"] == f"/t/{ticket.pk}/feedback/?solved=yes"
    survey = {"is_solved": "yes", "ease": "7"}
    answer = client.post(f"/t/{ticket.pk}/feedback/", survey, follow=True)
    assert "Thank you. We have it." in answer.text
    ticket.refresh_from_db()
    assert ticket.confirmation == "confirmed"


def test_the_first_words_of_the_customer_arrive_as_written(client: Client, topic: Topic) -> None:
    client.post(SUBMIT, a_form(topic, is_complaint="on", phone="+44 191 496 0128"))

    ticket = Ticket.objects.get()
    assert ticket.messages.get().text == "The parcel never came.\nI waited all day."
    assert ticket.subject == "The parcel never came"
    assert ticket.desired_outcome == "A new one by Friday."
    assert (ticket.impact, ticket.impact_reason) == ("blocked", "I race on Sunday.")
    assert ticket.complaint_at == ticket.created_at
    assert ticket.answers == [{"key": "phone", "label": "Phone", "value": "+441914960128"}]
    assert ticket.identity.value == "noor@mail.example"
    assert not ticket.identity.is_verified
    assert (ticket.customer.name, ticket.customer.language) == ("Noor El-Amin", "en")
    assert ticket.topic == topic
    assert ticket.queue == topic.queue


def test_the_language_of_the_page_is_the_language_of_the_mail(client: Client, topic: Topic) -> None:
    client.post(SUBMIT, a_form(topic), headers={"Accept-Language": "de-AT,de;q=0.9"})

    assert Ticket.objects.get().customer.language == "de"
