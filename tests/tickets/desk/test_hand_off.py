from django.test import Client

from supportdesk.models import User
from tests.factories import make_agent, make_queue, make_team
from tests.tickets.desk.pages import address, hand_off_data, make_fresh
from tickets.models import Handoff


def test_to_a_person_with_what_they_need(browser: Client, agent: User, colleague: User) -> None:
    ticket = make_fresh(owner=agent)

    answer = browser.post(
        address("hand_off", ticket),
        hand_off_data(ticket, f"user-{colleague.pk}", dont_ask="The order number"),
    )

    assert answer.status_code == 302
    handoff = Handoff.objects.get(ticket=ticket)
    assert (handoff.to_user, handoff.dont_ask) == (colleague, "The order number")
    ticket.refresh_from_db()
    assert ticket.owner == colleague


def test_to_a_queue_that_nobody_of_it_has_yet(browser: Client, agent: User) -> None:
    ticket = make_fresh(owner=agent)
    returns = make_queue("Returns")

    browser.post(address("hand_off", ticket), hand_off_data(ticket, f"queue-{returns.pk}"))

    ticket.refresh_from_db()
    assert (ticket.queue, ticket.owner) == (returns, None)


def test_into_a_queue_that_one_does_not_see_is_no_choice(browser: Client, agent: User) -> None:
    ticket = make_fresh(owner=agent)
    secret = make_queue("Legal", is_private=True)

    page = browser.post(address("hand_off", ticket), hand_off_data(ticket, f"queue-{secret.pk}"))

    assert page.status_code == 200
    assert not Handoff.objects.exists()


def test_a_private_queue_goes_to_its_own_people_only(admin: User) -> None:
    legal = make_team("Legal")
    inside, outside = make_agent("Ivo", team=legal), make_agent("Oda")
    ticket = make_fresh(queue=make_queue("Legal", team=legal, is_private=True))
    client = Client()
    client.force_login(admin)

    page = client.get(address("ticket", ticket), {"open": "hand_off"}).content.decode()

    assert f'value="user-{inside.pk}"' in page
    assert f'value="user-{outside.pk}"' not in page


def test_what_is_missing_is_said_and_nothing_is_lost(browser: Client, agent: User) -> None:
    ticket = make_fresh(owner=agent)

    page = browser.post(
        address("hand_off", ticket), hand_off_data(ticket, "", known="", tried="Called Leeds")
    )

    html = page.content.decode()
    assert "Choose a person or a queue." in html
    assert "Say what we know so far." in html
    assert "Called Leeds" in html


def test_who_hands_off_what_another_owns_by_now_is_told(
    browser: Client, agent: User, colleague: User
) -> None:
    ticket = make_fresh(owner=agent)
    written = hand_off_data(ticket, f"queue-{make_queue().pk}")
    ticket.assign(to=colleague, by=colleague, at=ticket.changed_at)

    page = browser.post(address("hand_off", ticket), written)

    assert page.status_code == 409
    assert "Priya Subramaniam has it by now." in page.content.decode()
    assert "The rim is bent." in page.content.decode()
    assert not Handoff.objects.exists()
