from django.test import Client
from django.utils import timezone

from supportdesk.models import User
from tests.factories import make_reply, make_solved, make_topic
from tests.tickets.desk.pages import address, make_fresh, solve_data
from tickets.models import Ticket
from tickets.states import State


def test_solving_asks_the_customer(browser: Client) -> None:
    ticket = make_fresh()

    answer = browser.post(address("solve", ticket), solve_data(ticket))

    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert (ticket.state, ticket.given_outcome) == (State.SOLVED, "full")


def test_what_they_wanted_stands_beside_what_they_got(browser: Client) -> None:
    ticket = make_fresh(desired_outcome="A straight wheel before Saturday.")

    page = browser.get(address("ticket", ticket) + "?open=solve")

    sheet = page.content.decode().split('data-sheet="solve"')[1]
    assert "A straight wheel before Saturday." in sheet.split("</form>")[0]


def test_nothing_needs_its_reason_and_the_text_stays(browser: Client) -> None:
    ticket = make_fresh()

    page = browser.post(
        address("solve", ticket), solve_data(ticket, outcome="none", text="I’m sorry.")
    )

    assert "Say why the customer got nothing." in page.content.decode()
    assert "I’m sorry." in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == State.NEW


def test_a_ticket_without_a_topic_gets_one_on_the_way(browser: Client) -> None:
    ticket = make_fresh()
    Ticket.objects.filter(pk=ticket.pk).update(topic=None)
    topic = make_topic("Delivery", queue=ticket.queue)

    refused = browser.post(address("solve", ticket), solve_data(ticket))
    assert "Choose a topic" in refused.content.decode()
    browser.post(address("solve", ticket), solve_data(ticket, topic=topic.pk))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.topic) == (State.SOLVED, topic)


def test_who_comes_second_reads_why_and_keeps_the_words(browser: Client, colleague: User) -> None:
    ticket = make_fresh()
    written = solve_data(ticket, text="My own last words.")
    make_solved(Ticket.objects.get(pk=ticket.pk), colleague, at=timezone.now())

    page = browser.post(address("solve", ticket), written)

    assert page.status_code == 409
    assert "My own last words." in page.content.decode()
    assert ticket.events.filter(kind="solved").count() == 1


def test_a_message_that_one_has_not_seen_stops_it(browser: Client, colleague: User) -> None:
    ticket = make_fresh()
    written = solve_data(ticket)
    make_reply(Ticket.objects.get(pk=ticket.pk), colleague, at=timezone.now())

    page = browser.post(address("solve", ticket), written)

    assert page.status_code == 409
    assert "Solve anyway" in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
