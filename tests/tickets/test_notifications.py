"""What staff are told by mail: whom it concerns, in their language and zone, and not twice."""

import uuid
from datetime import timedelta

import pytest

from supportdesk import timers
from supportdesk.models import Delivery, Desk, Role, User
from tests.factories import NOW, make_agent, make_queue, make_reply, make_team, make_ticket
from tickets.models import Event, Handoff, Queue, Ticket

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def lead(db: None) -> User:
    return make_agent("Lena Brandt", email="lena@desk.example")


@pytest.fixture
def queue(lead: User) -> Queue:
    return make_queue("Bikes", team=make_team("Bikes", lead=lead))


@pytest.fixture
def owner(db: None) -> User:
    return make_agent("Tomás Oliveira", email="tomas@desk.example")


def told(kind: str = "") -> list[tuple[str, str]]:
    """Who was told, and the first line of what."""
    mails = Delivery.objects.filter(kind="staff").order_by("created_at", "recipient")
    if kind:
        events = Event.objects.filter(kind=kind).values("pk")
        mails = mails.filter(subject="tickets.event", subject_id__in=events)
    return [(mail.recipient, mail.payload["text"].partition("\n")[0]) for mail in mails]


def write(ticket: Ticket, text: str = "Any news?", *, at: object = NOW) -> None:
    ticket.customer_wrote(
        text=text,
        by=ticket.customer,
        via="page",
        key=uuid.uuid4(),
        at=at,  # type: ignore[arg-type]
    )


def test_a_message_goes_to_the_owner(queue: Queue, owner: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    write(ticket, "The <b>rim</b> is bent & sharp.")

    assert told("customer_wrote") == [("tomas@desk.example", "Noor El-Amin wrote.")]
    mail = Delivery.objects.get(recipient="tomas@desk.example")
    assert mail.payload["subject"] == f"[#{ticket.pk}] Front wheel arrived bent"
    assert "“The <b>rim</b> is bent & sharp.”" in mail.payload["text"]
    assert "The &lt;b&gt;rim&lt;/b&gt; is bent &amp; sharp." in mail.payload["html"]
    assert f"http://localhost:8000/desk/tickets/{ticket.pk}/" in mail.payload["text"]
    assert (mail.is_automatic, mail.group_key) == (True, f"ticket:{ticket.pk}")


def test_without_an_owner_to_the_lead_or_whoever_stands_in(queue: Queue, lead: User) -> None:
    ticket = make_ticket(queue=queue)
    write(ticket)
    assert [to for to, _line in told("customer_wrote")] == ["lena@desk.example"]

    User.objects.filter(pk=lead.pk).update(is_active=False)
    make_agent(role=Role.SUPERVISOR, team=queue.team, email="ruth@desk.example")
    write(Ticket.objects.get(pk=ticket.pk), at=NOW + 3 * A_MINUTE)
    assert told("customer_wrote")[-1][0] == "ruth@desk.example"


def test_a_new_ticket_goes_to_the_lead_and_a_flood_is_one_mail(queue: Queue) -> None:
    for n in range(5):
        make_ticket(queue=queue, at=NOW + n * A_MINUTE)
    assert told("submitted") == [
        (
            "lena@desk.example",
            "Noor El-Amin wrote to Bikes. There may be more in the inbox.",
        )
    ]
    make_ticket(queue=queue, at=NOW + 20 * A_MINUTE)
    assert len(told("submitted")) == 2


def test_the_same_news_within_two_minutes_is_one_mail(queue: Queue, owner: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    write(ticket, "One")
    write(ticket, "Two", at=NOW + A_MINUTE)
    assert len(told("customer_wrote")) == 1
    write(ticket, "Three", at=NOW + 2 * A_MINUTE)
    assert len(told("customer_wrote")) == 2


def test_other_news_is_not_swallowed_by_it(queue: Queue, owner: User, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    ticket.assign(to=owner, by=agent, at=NOW)
    write(ticket, at=NOW)
    assert told("assigned") == [
        ("tomas@desk.example", f"{agent.name} gave you this ticket of Noor El-Amin.")
    ]
    assert told("customer_wrote") == [("tomas@desk.example", "Noor El-Amin wrote.")]


def test_what_i_am_given_i_am_told_and_what_i_do_myself_i_am_not(
    queue: Queue, owner: User, agent: User
) -> None:
    ticket = make_ticket(queue=queue)
    ticket.assign(to=owner, by=owner, at=NOW)
    ticket.take(by=agent, at=NOW)
    assert told("assigned") == told("taken") == []
    ticket.assign(to=owner, by=agent, at=NOW)
    assert [to for to, _line in told("assigned")] == ["tomas@desk.example"]
    ticket.assign(to=None, by=owner, at=NOW + 3 * A_MINUTE)
    assert told("assigned")[-1] == (
        "lena@desk.example",
        "Tomás Oliveira put this ticket of Noor El-Amin back into Bikes. It has no owner.",
    )


def test_a_handoff_says_what_the_customer_wants(queue: Queue, owner: User, agent: User) -> None:
    ticket = make_ticket(queue=queue)
    handoff = Handoff(to_user=owner, wants="A wheel by Friday", known="It is bent")
    ticket.hand_off(handoff=handoff, by=agent, at=NOW)
    other = make_queue("Wheels", team=make_team(lead=make_agent(email="wim@desk.example")))
    handoff = Handoff(to_queue=other, wants="A wheel by Friday", known="It is bent")
    ticket.hand_off(handoff=handoff, by=owner, at=NOW)

    assert [to for to, _line in told("handed_off")] == ["tomas@desk.example", "wim@desk.example"]
    mail = Delivery.objects.get(recipient="wim@desk.example")
    assert "“A wheel by Friday”" in mail.payload["text"]


def test_a_broken_promise_goes_to_lead_and_owner(queue: Queue, owner: User) -> None:
    make_ticket(queue=queue, owner=owner)
    timers.run_through(NOW + timedelta(hours=5))
    said = "We broke a promise: Noor El-Amin should have heard from us by Wednesday 11 March 2026,"
    assert told("owner_reminded") == [
        (
            "tomas@desk.example",
            "Noor El-Amin was told that they hear from us by Wednesday 11 March 2026, 16:00 (UTC).",
        )
    ]
    assert told("escalated") == [
        ("lena@desk.example", f"{said} 16:00 (UTC)."),
        ("tomas@desk.example", f"{said} 16:00 (UTC)."),
    ]


def test_the_second_level_goes_to_every_supervisor_of_the_team(queue: Queue, owner: User) -> None:
    for name in ("ruth", "rosa"):
        make_agent(role=Role.SUPERVISOR, team=queue.team, email=f"{name}@desk.example")
    make_agent(role=Role.SUPERVISOR, email="other@desk.example")
    make_ticket(queue=queue, owner=owner)
    timers.run_through(NOW + timedelta(days=3))
    later = [line for line in told("escalated") if "still no word" in line[1]]
    assert [to for to, _line in later] == ["rosa@desk.example", "ruth@desk.example"]


def test_in_the_reader_s_language_and_zone(queue: Queue, lead: User) -> None:
    User.objects.filter(pk=lead.pk).update(time_zone="America/New_York", language="de")
    make_ticket(queue=queue)
    timers.run_through(NOW + timedelta(hours=4))
    mail = Delivery.objects.filter(recipient="lena@desk.example").order_by("created_at").last()
    assert mail is not None
    assert "12:00 (EDT)" in mail.payload["text"]
    assert '<html lang="de">' in mail.payload["html"]


def test_who_left_and_who_never_was_is_not_mailed(queue: Queue, owner: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    write(ticket)
    assert len(told("customer_wrote")) == 1
    User.objects.update(is_demo=True)
    write(Ticket.objects.get(pk=ticket.pk), at=NOW + 10 * A_MINUTE)
    assert len(told("customer_wrote")) == 1
    Desk.objects.update(is_demo=True)
    write(Ticket.objects.get(pk=ticket.pk), at=NOW + 20 * A_MINUTE)
    assert len(told("customer_wrote")) == 2
    User.objects.update(is_active=False)
    write(Ticket.objects.get(pk=ticket.pk), at=NOW + 30 * A_MINUTE)
    assert len(told("customer_wrote")) == 2


def test_a_failed_mail_is_news_for_the_owner(queue: Queue, owner: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    ticket.record(
        Event.Kind.MAIL_FAILED, by=None, at=NOW, to="noor@mail.example", reason="550 no such user"
    )
    assert told("mail_failed") == [
        (
            "tomas@desk.example",
            "A mail to noor@mail.example could not be sent: 550 no such user",
        )
    ]


def test_spam_is_no_news(queue: Queue, owner: User, agent: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    ticket.mark_spam(by=agent, at=NOW)
    write(ticket)
    assert told("customer_wrote") == []


def test_what_we_say_is_no_news_to_us(queue: Queue, owner: User, agent: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    before = told()
    make_reply(ticket, agent)
    ticket.note(text="Hm", by=agent, at=NOW, key=uuid.uuid4())
    assert told() == before


def test_mails_about_one_ticket_make_one_thread(queue: Queue, owner: User) -> None:
    ticket = make_ticket(queue=queue, owner=owner)
    write(ticket)
    write(ticket, at=NOW + 5 * A_MINUTE)
    first, second = Delivery.objects.filter(recipient="tomas@desk.example").order_by("created_at")
    assert first.payload["references"][0] == second.payload["references"][0]
    assert second.payload["references"][-1] == first.message_id
