from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from feedback.models import Feedback
from supportdesk.models import User
from tests.factories import NOW, make_solved, make_ticket
from tests.tickets.customer.conftest import let_in
from tickets.models import Event, Ticket

LATER = NOW + timedelta(hours=1)


class Clock:
    now = LATER


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(Clock, "now", LATER)
    monkeypatch.setattr("django.utils.timezone.now", lambda: Clock.now)
    return Clock


@pytest.fixture
def ticket(agent: User, clock: type[Clock]) -> Ticket:
    ticket = make_ticket()
    make_solved(ticket, agent, at=NOW)
    return ticket


@pytest.fixture
def browser(client: Client, ticket: Ticket) -> Client:
    return let_in(client, ticket, at=LATER)


def address(ticket: Ticket) -> str:
    return f"/t/{ticket.pk}/feedback/"


def said(**changes: Any) -> dict[str, Any]:
    return {
        "is_solved": "partly",
        "ease": "3",
        "words": "Too slow.",
        "may_contact": "yes",
    } | changes


def test_what_is_said_is_kept_and_shown_and_can_be_corrected(
    browser: Client, ticket: Ticket
) -> None:
    page = browser.post(address(ticket), said(), follow=True).text
    feedback = Feedback.objects.get()
    assert (feedback.is_solved, feedback.ease, feedback.words, feedback.may_contact) == (
        "partly", 3, "Too slow.", True,
    )  # fmt: skip
    for shown in ("Thank you. We have it.", "Partly", "3 of 7", "Too slow.", "we don’t promise it"):
        assert shown in page

    again = browser.get(address(ticket) + "?edit=1").text
    assert "Too slow." in again
    assert 'value="3" id="id_ease_2" checked' in again
    browser.post(address(ticket), said(is_solved="yes", ease="", may_contact=""))

    feedback.refresh_from_db()
    assert (feedback.is_solved, feedback.ease, feedback.may_contact) == ("yes", None, None)
    assert Feedback.objects.count() == 1
    assert Event.objects.filter(kind="rated").count() == 1


def test_an_answer_chosen_in_the_mail_is_marked_and_not_given(
    browser: Client, ticket: Ticket
) -> None:
    for choice in ("yes", "partly", "no"):
        page = browser.get(f"{address(ticket)}?solved={choice}").text
        assert page.count("checked") == 1
        assert f'value="{choice}" id="id_is_solved_' in page.split("checked")[0][-80:]
    assert "checked" not in browser.get(f"{address(ticket)}?solved=maybe").text
    assert not Feedback.objects.exists()


def test_the_first_question_needs_an_answer_and_the_rest_is_kept(
    browser: Client, ticket: Ticket
) -> None:
    page = browser.post(address(ticket), said(is_solved="")).text

    assert "Choose yes, partly or no." in page
    assert "Too slow." in page
    assert 'value="3" id="id_ease_2" checked' in page
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("ease", ["0", "8", "3.5", "x"])
def test_the_scale_has_seven_steps(browser: Client, ticket: Ticket, ease: str) -> None:
    page = browser.post(address(ticket), said(ease=ease)).text

    assert "Choose a number from 1 to 7." in page
    assert not Feedback.objects.exists()


def test_not_solved_does_not_open_the_ticket_and_says_so(browser: Client, ticket: Ticket) -> None:
    page = browser.post(address(ticket), said(is_solved="no"), follow=True).text

    assert "This answer alone does not open your ticket again." in page
    assert f"/t/{ticket.pk}/?choice=no" in page
    ticket.refresh_from_db()
    assert ticket.state == "solved"


def test_nothing_is_asked_before_there_is_a_solution(
    client: Client, agent: User, clock: type[Clock]
) -> None:
    ticket = make_ticket()
    let_in(client, ticket, at=LATER)
    assert client.get(address(ticket))["Location"] == f"/t/{ticket.pk}/"

    # One that can still be taken back is none yet.
    make_solved(ticket, agent, at=LATER)
    assert client.post(address(ticket), said())["Location"] == f"/t/{ticket.pk}/"
    assert not Feedback.objects.exists()
    clock.now = LATER + timedelta(minutes=1)
    assert client.get(address(ticket)).status_code == 200


def test_a_ticket_solved_again_is_asked_again(
    browser: Client, ticket: Ticket, agent: User, clock: type[Clock]
) -> None:
    browser.post(address(ticket), said())
    ticket.refresh_from_db()
    ticket.resume(by=agent, at=LATER)
    make_solved(ticket, agent, at=LATER)
    clock.now = LATER + timedelta(minutes=1)

    assert "How did it go?" in browser.get(address(ticket)).text
    browser.post(address(ticket), said(is_solved="yes"))

    assert [one.is_solved for one in Feedback.objects.order_by("at")] == ["partly", "yes"]


def test_a_stranger_is_asked_nothing(client: Client, ticket: Ticket) -> None:
    answer = client.post(address(ticket), said(words="my words"))

    assert answer.status_code == 403
    assert "my words" in answer.text
    assert not Feedback.objects.exists()
