"""Whom a note names, what they may see then, and that nobody is let in by accident."""

import uuid

import pytest
from django.test import Client

from supportdesk.models import Delivery, Role, User
from tests.factories import NOW, make_agent, make_queue, make_team, make_ticket
from tests.tickets.desk.pages import address, make_fresh, note_data
from tickets import mentions
from tickets.models import Mention, Message, Queue, Ticket


@pytest.fixture
def private(db: None) -> Queue:
    return make_queue("Accounts", team=make_team("Accounts"), is_private=True)


@pytest.fixture
def insider(private: Queue) -> User:
    return make_agent("Ines Duarte", team=private.team)


def staff(*names: str) -> list[User]:
    return [User(pk=n, name=name, email=f"s{n}@desk.example") for n, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Priya can you look?", ["Priya Subramaniam"]),
        ("Ask @priya subramaniam, then @Tomás.", ["Priya Subramaniam", "Tomás Oliveira"]),
        ("(@s2@desk.example)", ["Tomás Oliveira"]),
        ("@Ann Lee and @Anna: @Anna again", ["Ann Lee", "Anna Berg"]),
        ("write to help@priya.example or me@Tomás", []),
        ("@Priyanka is no colleague, nor is @", []),
        ("at 2@Priya", []),
    ],
)
def test_names_are_found_whole_and_once(text: str, named: list[str]) -> None:
    everybody = staff("Priya Subramaniam", "Tomás Oliveira", "Ann Lee", "Anna Berg")
    assert [user.name for user in mentions.named_in(text, everybody).people] == named


def test_a_first_name_of_two_is_unclear_and_names_nobody() -> None:
    found = mentions.named_in("@anna, and @Anna Berg", staff("Anna Berg", "Anna Lund"))
    assert ([user.name for user in found.people], found.unclear) == (["Anna Berg"], ["anna"])


def test_who_is_named_may_read_the_ticket_and_only_that_one(
    private: Queue, insider: User, agent: User, colleague: User
) -> None:
    ticket, other = make_ticket(queue=private), make_ticket(queue=private)
    assert not Ticket.objects.visible_to(agent).exists()

    ticket.note(text="@Tomás?", by=insider, at=NOW, key=uuid.uuid4(), naming=[agent])

    assert list(Ticket.objects.visible_to(agent)) == [ticket]
    assert list(Ticket.objects.visible_to(insider).order_by("pk")) == [ticket, other]
    assert not Ticket.objects.visible_to(colleague).exists()
    assert list(Ticket.objects.naming(agent)) == [ticket]


def test_who_is_named_is_told_with_the_words_of_the_note(agent: User, colleague: User) -> None:
    ticket = make_ticket(owner=agent)
    Delivery.objects.all().delete()
    ticket.note(text="@Priya, a spare?", by=agent, at=NOW, key=uuid.uuid4(), naming=[colleague])

    mail = Delivery.objects.get()
    assert (mail.recipient, mail.kind) == (colleague.email, "staff")
    assert "Tomás Oliveira named you in a note about Noor El-Amin." in mail.payload["text"]
    assert "@Priya, a spare?" in mail.payload["text"]


def test_a_note_that_names_a_colleague_says_that_they_are_told(
    browser: Client, colleague: User
) -> None:
    ticket = make_fresh()
    page = browser.post(address("note", ticket), note_data(text="@Priya, a spare?"), follow=True)

    assert "Note added. Priya Subramaniam will be told." in page.content.decode()
    assert Mention.objects.get().user == colleague
    theirs = Client()
    theirs.force_login(colleague)
    assert f"/desk/tickets/{ticket.pk}/" in theirs.get("/desk/?view=named").content.decode()
    assert f"/desk/tickets/{ticket.pk}/" not in browser.get("/desk/?view=named").content.decode()


def test_nobody_is_let_into_a_private_queue_by_accident(
    private: Queue, insider: User, agent: User
) -> None:
    ticket, browser = make_fresh(queue=private), Client()
    browser.force_login(insider)
    written = note_data(text="@Tomás, look?")

    page = browser.post(address("note", ticket), written).content.decode()
    assert "Tomás Oliveira does not see this queue." in page
    assert "@Tomás, look?" in page
    assert not Message.objects.filter(kind="note").exists()
    # Agreed for somebody else is not agreed for him.
    browser.post(address("note", ticket), written | {"let_in": str(insider.pk)})
    assert not Ticket.objects.visible_to(agent).exists()

    browser.post(address("note", ticket), written | {"let_in": f"{agent.pk} "})
    assert list(Ticket.objects.visible_to(agent)) == [ticket]


def test_an_unclear_name_is_asked_about(browser: Client, db: None) -> None:
    make_agent("Anna Berg")
    make_agent("Anna Lund")
    ticket = make_fresh()
    page = browser.post(address("note", ticket), note_data(text="@Anna?")).content.decode()
    assert "Several people are called Anna. Write the whole name." in page
    assert not ticket.messages.filter(kind="note").exists()


def test_who_left_is_not_named(browser: Client, db: None) -> None:
    make_agent("Omar Haddad", is_active=False, role=Role.ADMIN)
    browser.post(address("note", make_fresh()), note_data(text="@Omar?"))
    assert Message.objects.filter(kind="note").count() == 1
    assert not Mention.objects.exists()
