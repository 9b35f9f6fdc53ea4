"""What customers are mailed, and what they never are."""

import re
import uuid
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from supportdesk import outbox
from supportdesk.models import Delivery, Desk, User
from tests.factories import (
    AN_HOUR,
    NOW,
    make_identity,
    make_queue,
    make_reply,
    make_solved,
    make_ticket,
    make_topic,
)
from tests.supportdesk.mail_server import running
from tickets import files
from tickets.mail import outgoing, threads
from tickets.models import Event, Message, SecretLink, Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db
CUSTOMERS = Delivery.objects.exclude(kind="staff")


def mail_about(ticket: Ticket, kind: str) -> Delivery:
    return Delivery.objects.get(group_key=f"ticket:{ticket.pk}", kind=kind)


def test_the_acknowledgement_says_number_link_and_when() -> None:
    desk = Desk.objects.get()
    Desk.objects.filter(pk=desk.pk).update(name="Foldwerk", time_zone="Europe/Berlin")
    ticket = make_ticket(identity=make_identity("noor@mail.example"))

    mail = mail_about(ticket, "acknowledgement")

    assert (mail.recipient, mail.is_automatic, mail.release_at) == ("noor@mail.example", True, NOW)
    assert mail.payload["subject"] == f"[#{ticket.pk}] Front wheel arrived bent"
    assert mail.payload["link"] == {
        "kind": "ticket", "ticket": ticket.pk, "identity": ticket.identity_id,
    }  # fmt: skip
    for body in (mail.payload["text"], mail.payload["html"]):
        assert f"#{ticket.pk}" in body
        assert outbox.SECRET_LINK in body
        assert "Wednesday 11 March 2026" in body
        assert "(CET)" in body
    assert not re.search(r"(do not|don’t) reply", mail.payload["text"], re.IGNORECASE)


TYPED = "Zqxj"


@pytest.mark.parametrize("via", ["web", "mail"])
def test_a_stranger_is_mailed_nothing_that_somebody_typed(via: str) -> None:
    words = {
        name: f"{TYPED}{name} https://spam.example"
        for name in ("subject", "text", "desired_outcome", "impact_reason")
    }
    ticket = make_ticket(
        identity=make_identity("victim@mail.example", name=f"{TYPED} name", is_verified=False),
        answers=[{"key": "k", "label": f"{TYPED} label", "value": f"{TYPED} value"}],
        is_complaint=True,
        via=via,
        **words,
    )

    mail = mail_about(ticket, "acknowledgement")

    assert TYPED.lower() not in str(mail.payload).lower()
    assert "spam.example" not in str(mail.payload)
    assert f"#{ticket.pk}" in mail.payload["text"]
    other = make_ticket(identity=make_identity("other@mail.example", is_verified=False))
    same = mail_about(other, "acknowledgement").payload["text"]
    assert same.replace(str(other.pk), str(ticket.pk)) == mail.payload["text"]


def test_a_stranger_is_mailed_once_a_day_and_the_rest_is_in_the_next_mail(agent: User) -> None:
    identity = make_identity("victim@mail.example", is_verified=False)
    first, second, third = (make_ticket(identity=identity, at=NOW + n * AN_HOUR) for n in range(3))
    assert [mail.group_key for mail in CUSTOMERS.all()] == [f"ticket:{first.pk}"]

    next_day = make_ticket(identity=identity, at=NOW + timedelta(hours=25))

    mail = mail_about(next_day, "acknowledgement")
    assert mail.payload["also"] == [second.pk, third.pk]
    assert f"#{second.pk}, #{third.pk}" in mail.payload["text"]
    make_reply(next_day, agent, at=NOW + timedelta(hours=26))
    assert mail_about(next_day, "reply").payload["also"] == []


def test_those_we_know_are_always_acknowledged() -> None:
    identity = make_identity()

    for n in range(3):
        make_ticket(identity=identity, at=NOW + n * AN_HOUR)

    assert CUSTOMERS.count() == 3


def test_the_desk_cannot_be_made_a_mail_bomb(settings: Settings) -> None:
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 5
    queue = make_queue()

    for n in range(9):
        make_ticket(queue=queue, identity=make_identity(f"v{n}@mail.example", is_verified=False))
    make_ticket(queue=queue, identity=make_identity())

    assert CUSTOMERS.count() == 6


def test_a_reply_goes_to_each_address_when_it_can_no_longer_be_taken_back(agent: User) -> None:
    User.objects.filter(pk=agent.pk).update(signature="Workshop, <b>Foldwerk</b>")
    agent.refresh_from_db()
    ticket = make_ticket(identity=make_identity("noor@mail.example"))
    message = make_reply(
        ticket, agent, text="A **new** wheel leaves today.", cc=["shop@mail.example"]
    )

    mails = {mail.recipient: mail for mail in Delivery.objects.filter(kind="reply")}

    assert set(mails) == {"noor@mail.example", "shop@mail.example"}
    for mail in mails.values():
        assert (mail.subject, mail.subject_id) == ("tickets.message", message.pk)
        assert mail.release_at == message.release_at > message.at
        assert not mail.is_automatic
        assert mail.payload["from"][0] == "Tomás, Supportdesk"
        assert (mail.payload["to"], mail.payload["cc"]) == (
            ["noor@mail.example"], ["shop@mail.example"],
        )  # fmt: skip
        assert "<strong>new</strong>" in mail.payload["html"]
        assert "&lt;b&gt;Foldwerk" in mail.payload["html"]
    assert "link" in mails["noor@mail.example"].payload
    copy = mails["shop@mail.example"].payload
    assert "link" not in copy
    assert outbox.SECRET_LINK not in copy["text"] + copy["html"]


def test_files_go_along_unless_they_are_too_big_for_a_mail(agent: User, settings: Settings) -> None:
    settings.MAILED_FILES_LIMIT_BYTES = 10
    small, big = (
        files.store_bytes(content, name, user=agent, at=NOW)
        for name, content in (("small.txt", b"12345"), ("too-big.txt", b"1234567890"))
    )
    ticket = make_ticket()
    make_reply(ticket, agent, files=[small, big])

    payload = mail_about(ticket, "reply").payload

    assert [file["name"] for file in payload["files"]] == ["small.txt"]
    assert "on your ticket’s page: too-big.txt" in payload["text"]
    with running() as server:
        settings.MAIL_SERVER = server.address
        while outbox.send_next(at=NOW + 2 * AN_HOUR):
            pass
    mailed = [part.get_filename() for mail in server.read for part in mail.walk()]
    assert mailed.count("small.txt") == 1
    assert "too-big.txt" not in mailed


def test_an_undone_reply_is_never_mailed(agent: User) -> None:
    ticket = make_ticket()
    message = make_reply(ticket, agent)

    ticket.undo(message, by=agent, at=message.at + timedelta(seconds=5))

    assert mail_about(ticket, "reply").state == Delivery.State.CANCELLED


def test_a_solution_asks_whether_it_is_one(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent, text="The wheel is in the post.")

    mail = mail_about(ticket, "solved")

    for body in (mail.payload["text"], mail.payload["html"]):
        assert "The wheel is in the post." in body
        assert "Is it solved?" in body
        assert f"{outbox.SECRET_LINK}?choice=yes" in body
        assert f"{outbox.SECRET_LINK}?choice=no" in body


def test_the_last_reminder_says_what_will_happen(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent, then=State.WAITING)
    quiet_at = (NOW + timedelta(days=9)).isoformat()
    ticket.record(
        Event.Kind.CUSTOMER_REMINDED, by=None, at=NOW + timedelta(days=6), n=2, quiet_at=quiet_at
    )

    text = mail_about(ticket, "reminder").payload["text"]

    assert "If we don’t hear from you by Friday 20 March 2026" in text


def test_every_mail_about_a_ticket_is_one_thread(agent: User) -> None:
    ticket = make_ticket()
    make_reply(ticket, agent)
    make_solved(ticket, agent, at=NOW + 2 * AN_HOUR)

    first, second, third = (
        mail_about(ticket, kind) for kind in ("acknowledgement", "reply", "solved")
    )

    root = threads.root_id(ticket)
    assert first.payload["references"] == [root]
    assert second.payload["references"] == [root, first.message_id]
    assert third.payload["references"] == [root, first.message_id, second.message_id]
    assert len({mail.payload["subject"] for mail in (first, second, third)}) == 1


def test_customers_are_written_to_in_their_language(agent: User) -> None:
    identity = make_identity()
    identity.customer.language = "de"
    identity.customer.save()

    ticket = make_ticket(identity=identity)

    assert '<html lang="de">' in mail_about(ticket, "acknowledgement").payload["html"]


def test_a_new_link_goes_to_the_tickets_own_address_a_few_times_an_hour() -> None:
    ticket = make_ticket(identity=make_identity("noor@mail.example", is_verified=False))

    for n in range(5):
        outgoing.send_new_link(ticket, at=NOW + timedelta(minutes=n))

    mails = Delivery.objects.filter(kind="new_link")
    assert [mail.recipient for mail in mails] == ["noor@mail.example"] * 3
    assert TYPED not in str([mail.payload for mail in mails])
    assert "Front wheel" not in str([mail.payload for mail in mails])


def test_many_tickets_are_no_way_to_fill_a_strangers_mailbox() -> None:
    victim = make_identity("noor@mail.example", is_verified=False)
    for n in range(5):
        outgoing.send_new_link(make_ticket(identity=victim), at=NOW + n * AN_HOUR)

    assert Delivery.objects.filter(kind="new_link").count() == 3


def test_new_links_to_strangers_are_under_the_limit_of_the_desk(settings: Settings) -> None:
    settings.ACKNOWLEDGEMENTS_PER_HOUR = 3
    known = make_ticket(identity=make_identity("zoe@mail.example"))
    for n in range(4):
        stranger = make_identity(f"noor{n}@mail.example", is_verified=False)
        outgoing.send_new_link(make_ticket(identity=stranger), at=NOW)
    outgoing.send_new_link(known, at=NOW)

    assert CUSTOMERS.exclude(recipient="zoe@mail.example").count() == 3
    assert CUSTOMERS.filter(recipient="zoe@mail.example", kind="new_link").count() == 1


def test_a_known_machine_that_answers_our_mail_is_not_answered_for_ever() -> None:
    robot = make_identity("robot@mail.example")
    queue = make_queue()
    topic = make_topic(queue=queue)
    for n in range(25):
        make_ticket(identity=robot, queue=queue, topic=topic, at=NOW + n * timedelta(minutes=30))

    assert CUSTOMERS.filter(recipient="robot@mail.example").count() == 20
    make_ticket(identity=robot, queue=queue, topic=topic, at=NOW + timedelta(days=1))
    last = CUSTOMERS.order_by("created_at").last()
    assert last
    assert len(last.payload["also"]) == 5


def test_the_link_that_is_minted_opens_this_ticket_for_this_address() -> None:
    ticket = make_ticket()
    wanted = mail_about(ticket, "acknowledgement").payload["link"]

    outgoing.SECRET_LINK.keep(wanted, "a-secret", NOW)

    link = SecretLink.objects.opened_by("a-secret").usable(at=NOW).get()
    assert (link.ticket, link.identity) == (ticket, ticket.identity)
    assert outgoing.SECRET_LINK.url(wanted, "a-secret").endswith("/t/a-secret/")


def test_a_mail_that_fails_is_an_event_of_its_ticket(agent: User) -> None:
    ticket = make_ticket()
    message = make_reply(ticket, agent)
    mail = mail_about(ticket, "reply")
    mail.response = "550 no such user"

    outgoing.record_failure(mail, NOW + AN_HOUR)

    event = ticket.events.get(kind=Event.Kind.MAIL_FAILED)
    assert event.data["message_id"] == message.pk
    assert event.data["reason"] == "550 no such user"


def test_a_failed_mail_to_staff_is_no_event_of_the_ticket(agent: User) -> None:
    ticket = make_ticket()
    mail = mail_about(ticket, "acknowledgement")
    mail.kind = "staff"

    outgoing.record_failure(mail, NOW)

    assert not ticket.events.filter(kind=Event.Kind.MAIL_FAILED).exists()


def test_made_up_customers_are_mailed_in_the_trial_only(settings: Settings) -> None:
    identity = make_identity()
    identity.customer.is_demo = True
    identity.customer.save()
    settings.TRIAL = False

    make_ticket(identity=identity)

    assert not CUSTOMERS.exists()


# --- Notes ----------------------------------------------------------------------------------------

SECRET_NOTE = "Zqxj: he is lying, do not refund noor@mail.example"


def test_a_note_is_never_mailed_not_even_with_what_comes_after_it(agent: User) -> None:
    ticket = make_ticket(identity=make_identity("noor@mail.example"), owner=agent)
    before = Delivery.objects.count()
    ticket.note(text=SECRET_NOTE, by=agent, at=NOW, key=uuid.uuid4())
    assert Delivery.objects.count() == before

    ticket.note(text=SECRET_NOTE, by=agent, at=NOW, key=uuid.uuid4())
    make_reply(ticket, agent)
    ticket.wait(by=agent, at=NOW + 2 * AN_HOUR)
    ticket.record(Event.Kind.CUSTOMER_REMINDED, by=None, at=NOW + 3 * AN_HOUR, n=1, quiet_at="")
    make_solved(ticket, agent, at=NOW + 4 * AN_HOUR)
    outgoing.send_new_link(ticket, at=NOW + 5 * AN_HOUR)

    assert CUSTOMERS.count() >= 5
    assert "Zqxj" not in str(list(CUSTOMERS.values("payload", "recipient")))


def test_no_event_can_turn_a_note_into_a_mail(agent: User) -> None:
    """Even a wrong number in the ledger: what is mailed is asked for as a reply."""
    ticket = make_ticket()
    note = ticket.note(text=SECRET_NOTE, by=agent, at=NOW, key=uuid.uuid4())

    other = make_reply(make_ticket(), agent)

    for message in (note, other):
        event = Event(
            ticket=ticket, kind=Event.Kind.REPLIED, at=NOW, data={"message_id": message.pk}
        )
        with pytest.raises(Message.DoesNotExist):
            outgoing.tell_customer(event)


def test_a_stranger_nobody_has_answered_is_not_reminded(agent: User) -> None:
    stranger = make_identity("someone@mail.example", is_verified=False)
    ticket = make_ticket(identity=stranger, subject="Buy cheap wheels")
    once = {"n": 1, "is_last": False, "quiet_at": None}
    ticket.wait(by=agent, at=NOW + AN_HOUR, reason="Looks like an advertisement")
    ticket.record(Event.Kind.CUSTOMER_REMINDED, by=None, at=NOW + 2 * AN_HOUR, **once)
    assert not Delivery.objects.filter(kind="reminder").exists()

    make_reply(ticket, agent, at=NOW + 3 * AN_HOUR, then=State.WAITING)
    ticket.record(Event.Kind.CUSTOMER_REMINDED, by=None, at=NOW + 4 * AN_HOUR, **once)
    assert Delivery.objects.get(kind="reminder").recipient == "someone@mail.example"
