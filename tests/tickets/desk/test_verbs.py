"""Every small verb: what it does, and what stands in its way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from supportdesk.models import User
from tests.factories import make_agent, make_identity, make_queue, make_reply, make_team, make_topic
from tests.tickets.desk.pages import (
    address,
    hand_off_data,
    make_fresh,
    note_data,
    reply_data,
    solve_data,
)
from tickets.models import Ticket
from tickets.states import Priority, State

VERBS = [
    "reply", "note", "solve", "hand_off", "undo", "draft", "take", "assign", "wait", "hold",
    "resume", "subject", "queue", "topic", "priority", "tags", "customer", "spam", "not_spam",
    "complaint", "follow_up", "followed_up",
]  # fmt: skip


def _everything(ticket: Ticket) -> dict[str, object]:
    """A post that each verb would take."""
    return {
        **hand_off_data(ticket, f"queue-{make_queue().pk}"),
        **reply_data(ticket),
        **solve_data(ticket),
        **note_data(),
        "reason": "x", "subject": "x", "queue": ticket.queue_id, "topic": ticket.topic_id,
        "priority": 4, "tags": "x", "contact": "x@mail.example", "quote": "x",
        "when": "tomorrow", "owner": "", "kind": "note",
    }  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_who_does_not_see_a_ticket_meets_nothing(verb: str, browser: Client, agent: User) -> None:
    hidden = make_fresh(queue=make_queue(team=make_team(), is_private=True))
    twin = make_fresh()
    before = Ticket.objects.values().get(pk=hidden.pk)
    events = hidden.events.count()

    answer = browser.post(address(verb, hidden), _everything(hidden))

    assert answer.status_code == 404
    assert Ticket.objects.values().get(pk=hidden.pk) == before
    assert hidden.events.count() == events
    assert not agent.draft_set.exists()
    if verb not in {"undo", "followed_up"}:
        assert browser.post(address(verb, twin), _everything(twin)).status_code != 404


@pytest.mark.parametrize("verb", VERBS)
def test_looking_changes_nothing(verb: str, browser: Client) -> None:
    assert browser.get(address(verb, make_fresh())).status_code == 405


@pytest.mark.parametrize("verb", ["ticket", *VERBS])
def test_a_stranger_is_asked_to_sign_in(verb: str, db: None) -> None:
    ticket = make_fresh()
    client = Client()

    answer = (
        client.get(address(verb, ticket))
        if verb == "ticket"
        else client.post(address(verb, ticket))
    )

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/")


def test_take(browser: Client, agent: User) -> None:
    ticket = make_fresh()

    browser.post(address("take", ticket), {"owner_was": ""})

    ticket.refresh_from_db()
    assert ticket.owner == agent
    assert ticket.events.filter(kind="taken").count() == 1


def test_take_what_another_took_since_says_who(browser: Client, colleague: User) -> None:
    ticket = make_fresh()
    ticket.take(by=colleague, at=timezone.now())

    page = browser.post(address("take", ticket), {"owner_was": ""})

    assert page.status_code == 409
    assert "Priya Subramaniam took it a moment ago." in page.content.decode()
    ticket.refresh_from_db()
    assert ticket.owner == colleague


def test_assign_to_somebody_and_to_nobody(browser: Client, agent: User, colleague: User) -> None:
    ticket = make_fresh()

    browser.post(address("assign", ticket), {"owner": colleague.pk, "owner_was": ""})
    ticket.refresh_from_db()
    assert ticket.owner == colleague
    browser.post(address("assign", ticket), {"owner": "", "owner_was": colleague.pk})
    ticket.refresh_from_db()
    assert ticket.owner is None


def test_nobody_who_left_can_be_given_a_ticket(browser: Client) -> None:
    gone = make_agent("Gone", is_active=False)
    ticket = make_fresh()

    browser.post(address("assign", ticket), {"owner": gone.pk, "owner_was": ""})

    ticket.refresh_from_db()
    assert ticket.owner is None


def test_parking_what_the_customer_just_wrote_needs_a_reason(browser: Client) -> None:
    ticket = make_fresh()

    refused = browser.post(address("wait", ticket), {"reason": ""})
    assert refused.status_code == 409
    assert "The customer wrote last." in refused.content.decode()
    browser.post(address("wait", ticket), {"reason": "The depot is shut today"})

    ticket.refresh_from_db()
    assert ticket.state == State.WAITING


def test_hold_and_open_again(browser: Client) -> None:
    ticket = make_fresh()

    refused = browser.post(address("hold", ticket), {"reason": " "})
    assert "in words the customer can read" in refused.content.decode()
    browser.post(address("hold", ticket), {"reason": "The engraver has it"})
    ticket.refresh_from_db()
    assert (ticket.state, ticket.hold_reason) == (State.ON_HOLD, "The engraver has it")
    assert "The engraver has it" in browser.get(address("ticket", ticket)).content.decode()
    browser.post(address("resume", ticket))
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_opening_an_open_ticket_again_is_refused_in_a_sentence(
    browser: Client, agent: User
) -> None:
    ticket = make_fresh()
    make_reply(ticket, agent, at=timezone.now())

    page = browser.post(address("resume", ticket))

    assert page.status_code == 409
    assert "A ticket that is “Open” can’t be set to “Open”." in page.content.decode()


def test_properties(browser: Client) -> None:
    ticket = make_fresh()
    queue, topic = make_queue("Tents"), make_topic("Poles")

    browser.post(address("subject", ticket), {"subject": "  Bent   rim "})
    browser.post(address("queue", ticket), {"queue": queue.pk})
    browser.post(address("topic", ticket), {"topic": topic.pk})
    browser.post(address("priority", ticket), {"priority": Priority.URGENT})
    browser.post(address("tags", ticket), {"tags": "Wheel, vip,, wheel"})

    ticket.refresh_from_db()
    assert ticket.subject == "Bent rim"
    assert (ticket.queue, ticket.topic) == (queue, topic)
    assert ticket.priority == Priority.URGENT
    assert ticket.tags == ["wheel", "vip"]
    changed = ticket.events.get(kind="priority_changed").data
    assert (changed["from"], changed["to"]) == ("Normal", "Urgent")


@pytest.mark.parametrize(
    ("verb", "data", "sentence"),
    [
        ("subject", {"subject": " "}, "A ticket needs a subject."),
        ("customer", {"contact": "what?"}, "That is neither a mail address nor a phone number."),
        ("complaint", {"quote": ""}, "Quote the words in which the customer complains."),
        ("follow_up", {"due_at": ""}, "Choose when you want to be reminded."),
        ("follow_up", {"due_at": "2020-01-01T09:00"}, "Choose a moment that is still to come."),
        ("queue", {"queue": "0"}, "Select a valid choice."),
        ("priority", {"priority": "9"}, "Select a valid choice."),
    ],
)
def test_bad_input_comes_back_with_a_sentence(
    browser: Client, verb: str, data: dict[str, str], sentence: str
) -> None:
    ticket = make_fresh()

    for as_htmx in (False, True):
        headers = {"HX-Request": "true"} if as_htmx else {}
        page = browser.post(address(verb, ticket), data, headers=headers)
        html = page.content.decode()
        assert sentence in html
        for typed in filter(str.strip, data.values()):
            assert typed in html or verb in {"queue", "priority"}
    assert ticket.events.count() == 1


def test_who_gives_away_what_they_see_only_as_owner_ends_at_the_inbox(
    browser: Client, agent: User, admin: User
) -> None:
    ticket = make_fresh(queue=make_queue("Legal", team=make_team(), is_private=True), owner=agent)
    given = {"owner": "", "owner_was": agent.pk}

    answer = browser.post(address("assign", ticket), given, headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/desk/"
    assert browser.get(address("ticket", ticket)).status_code == 404


def test_another_customer_and_their_other_tickets(browser: Client) -> None:
    ticket = make_fresh()
    other = make_identity("yuki@mail.example", name="Yuki Tanabe")
    make_fresh(identity=other, subject="An older matter")
    make_fresh(
        identity=other, subject="Secret", queue=make_queue(team=make_team(), is_private=True)
    )

    browser.post(address("customer", ticket), {"contact": " Yuki@Mail.example "})

    ticket.refresh_from_db()
    assert ticket.customer == other.customer
    html = browser.get(address("ticket", ticket)).content.decode()
    assert "An older matter" in html
    assert "Secret" not in html


def test_spam_and_no_spam(browser: Client) -> None:
    ticket = make_fresh()

    browser.post(address("spam", ticket))
    ticket.refresh_from_db()
    assert ticket.spam_at
    browser.post(address("not_spam", ticket))
    ticket.refresh_from_db()
    assert ticket.spam_at is None


def test_a_complaint_with_its_quote_stays(browser: Client) -> None:
    ticket = make_fresh()

    browser.post(address("complaint", ticket), {"quote": "You failed me."})

    ticket.refresh_from_db()
    assert (ticket.complaint_quote, bool(ticket.complaint_at)) == ("You failed me.", True)
    again = browser.post(address("complaint", ticket), {"quote": "Other words"})
    assert again.status_code == 409


def test_follow_up_quickly_and_done(browser: Client, agent: User) -> None:
    ticket = make_fresh()

    browser.post(address("follow_up", ticket), {"when": "tomorrow", "what": "Call her"})

    follow_up = ticket.follow_ups.get()
    assert (follow_up.user, follow_up.what) == (agent, "Call her")
    assert follow_up.due_at > timezone.now()
    assert follow_up.due_at - timezone.now() < timedelta(days=2)
    assert "Call her" in browser.get(address("ticket", ticket)).content.decode()
    browser.post(address("followed_up", ticket), {"follow_up": follow_up.pk})
    follow_up.refresh_from_db()
    assert follow_up.done_at
    twice = browser.post(address("followed_up", ticket), {"follow_up": follow_up.pk})
    assert "This follow-up is already done." in twice.content.decode()


def test_with_htmx_a_verb_answers_with_what_is_true_now(browser: Client) -> None:
    ticket = make_fresh()

    answer = browser.post(
        address("take", ticket), {"owner_was": ""}, headers={"HX-Request": "true"}
    )

    html = answer.content.decode()
    assert answer.status_code == 200
    assert f"#{ticket.pk} is yours." in html
    assert 'id="ticket-head"' in html
    assert "composer__text" not in html
