from datetime import timedelta

from django.test import Client

from supportdesk.models import User
from tests.factories import make_reply, make_solved
from tests.tickets.customer.conftest import SUBMIT, a_form, let_in
from tickets.models import Ticket, Topic


def test_from_the_form_to_the_survey(client: Client, topic: Topic, agent: User, clock: object) -> None:
    answer = client.post(SUBMIT, a_form(topic), follow=True)

    ticket = Ticket.objects.get()
    assert answer.status_code == 200
    assert f"#{ticket.pk}" in answer.text
    assert "I waited all day" not in answer.text
    assert (ticket.subject, ticket.impact, ticket.identity.value) == (
        "The parcel never came", "blocked", "noor@mail.example",
    )
    assert not ticket.identity.is_verified

    let_in(client, ticket)
    page = client.get(f"/t/{ticket.pk}/")
    assert page.status_code == 200
    assert "I waited all day" in page.text
    ticket.identity.refresh_from_db()
    assert ticket.identity.is_verified

    make_reply(ticket, agent, at=clock.now)
    clock.now += timedelta(minutes=1)
    page = client.get(f"/t/{ticket.pk}/")
    assert "You’ll hear from Tomás" in page.text
    assert "A new wheel leaves today." in page.text

    client.post(f"/t/{ticket.pk}/write/", {"text": "Thank you!", "key": a_form(topic)["key"]})
    ticket.refresh_from_db()
    make_solved(ticket, agent, at=clock.now)
    clock.now += timedelta(minutes=1)
    assert "We think it is solved" in client.get(f"/t/{ticket.pk}/").text
    answer = client.post(f"/t/{ticket.pk}/solved/")
    assert answer["Location"] == f"/t/{ticket.pk}/feedback/?solved=yes"
    survey = client.get(answer["Location"])
    assert 'value="yes" id="id_is_solved_0" required checked' in survey.text.replace('class=""', "") or "checked" in survey.text
    answer = client.post(f"/t/{ticket.pk}/feedback/", {"is_solved": "yes", "ease": "7"}, follow=True)
    assert "Thank you. We have it." in answer.text
    ticket.refresh_from_db()
    assert ticket.confirmation == "confirmed"
