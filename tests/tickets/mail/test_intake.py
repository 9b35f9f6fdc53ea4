"""Mail on its way in: stored first, in one ticket or shown with a reason, never lost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from customers.models import Customer, Identity
from supportdesk.models import Delivery, User
from tests.factories import AN_HOUR, NOW, make_identity, make_queue, make_reply, make_ticket
from tests.tickets.mail.mails import READER, make_mail
from tickets.mail import intake, threads
from tickets.mail.parse import Incoming
from tickets.mail.reader import Reader
from tickets.models import InboundMail, Message, Ticket
from tickets.states import State

pytestmark = pytest.mark.django_db
MAILBOX = "desk@desk.example"
Outcome = InboundMail.State


def arrive(raw: bytes, mailbox: str = MAILBOX) -> InboundMail:
    """Receive a mail and process all that waits."""
    mail = intake.receive(raw, mailbox, at=NOW)
    at = NOW
    for _n in range(20):
        while intake.process_next(at=at, reader=READER):
            pass
        at += timedelta(minutes=2)
    mail.refresh_from_db()
    return mail


@pytest.fixture
def ticket(agent: User) -> Ticket:
    """Noor’s, answered and waiting for her."""
    ticket = make_ticket(identity=make_identity("noor@mail.example"))
    make_reply(ticket, agent, then=State.WAITING)
    ticket.refresh_from_db()
    return ticket


def name_of_reply(ticket: Ticket) -> str:
    return Delivery.objects.get(kind="reply", group_key=f"ticket:{ticket.pk}").message_id


def test_a_new_mail_is_a_new_ticket_in_the_queue_of_its_mailbox() -> None:
    make_queue("Everything else")
    bikes = make_queue("Bikes", address="bikes@desk.example")

    mail = arrive(
        make_mail(html="<p onclick=x()>The rim has a <b>dent</b>.</p>"), "Bikes@desk.example"
    )

    ticket = Ticket.objects.get()
    assert (mail.state, mail.message) == (Outcome.DONE, ticket.messages.get())
    assert (ticket.queue, ticket.via, ticket.subject) == (bikes, "mail", "Front wheel arrived bent")
    assert str(ticket.customer) == "Noor El-Amin"
    message = ticket.messages.get()
    assert message.text == "The rim has a dent."
    assert message.from_address == "noor@mail.example"
    assert "<b>dent</b>" in message.framed_html
    assert "onclick" not in message.framed_html


def test_who_writes_a_mail_has_proved_nothing() -> None:
    make_queue()

    arrive(make_mail())

    assert Identity.objects.get().verified_at is None
    assert "a dent" not in str(Delivery.objects.get(kind="acknowledgement").payload)


def test_an_answer_joins_its_ticket_and_opens_it(ticket: Ticket) -> None:
    assert ticket.state == State.WAITING
    answer = "Yes, please.\n\nOn Wed, 11 Mar 2026 at 13:00, desk wrote:\n> A new wheel?\n"

    mail = arrive(make_mail(answer, in_reply_to=name_of_reply(ticket)))

    ticket.refresh_from_db()
    message = ticket.messages.get(kind=Message.Kind.CUSTOMER, via="mail")
    assert (mail.state, mail.message) == (Outcome.DONE, message)
    assert message.text == "Yes, please."
    assert ticket.state == State.OPEN
    assert Ticket.objects.count() == 1


def test_the_name_of_the_thread_is_enough(ticket: Ticket) -> None:
    arrive(make_mail("Yes.", references=f"<x@mail.example> {threads.root_id(ticket)}"))

    assert ticket.messages.filter(text="Yes.").exists()


def test_another_address_of_the_same_customer_may_answer(ticket: Ticket) -> None:
    Identity.objects.create(customer=ticket.customer, kind="email", value="work@mail.example")

    arrive(make_mail("Yes.", sender="work@mail.example", in_reply_to=name_of_reply(ticket)))

    assert ticket.messages.filter(text="Yes.").exists()


def test_somebody_elses_answer_is_held_and_changes_nothing(ticket: Ticket) -> None:
    mail = arrive(
        make_mail(
            "Refund it to me.",
            sender="Noor El-Amin <mallory@mail.example>",
            in_reply_to=name_of_reply(ticket),
            reply_to="noor@mail.example",
        )
    )

    assert (mail.state, mail.reason) == (Outcome.HELD, intake.SOMEONE_ELSE)
    ticket.refresh_from_db()
    assert ticket.state == State.WAITING
    assert ticket.messages.count() == 2
    assert not Customer.objects.filter(identities__value="mallory@mail.example").exists()


def test_staff_answer_on_the_page(ticket: Ticket, agent: User) -> None:
    mail = arrive(make_mail("Done.", sender=agent.email, in_reply_to=name_of_reply(ticket)))

    assert (mail.state, mail.reason) == (Outcome.HELD, intake.STAFF)


def test_no_forged_name_joins_a_ticket(ticket: Ticket) -> None:
    """Numbers, old forms, flipped bits: each is a new ticket of its own."""
    name, root = name_of_reply(ticket), threads.root_id(ticket)
    flipped = [
        form[:place] + ("0" if form[place] != "0" else "1") + form[place + 1 :]
        for form in (name, root)
        for place in range(1, form.index("@"))
        if form[place] not in "ticket-."
    ]
    other = threads.root_id(Ticket(pk=ticket.pk + 1))
    forged = [
        *flipped,
        f"<ticket-{ticket.pk}@desk.localhost>",
        f"<{ticket.pk}@desk.localhost>",
        f"<ticket-{ticket.pk}.{other.partition('.')[2]}",
        f"<{uuid.uuid4().hex}.{'0' * 32}@desk.localhost>",
        f"<{name.partition('.')[0][1:]}@desk.localhost>",
        f"{name[:-1]}.evil>"[:-30] + ">",
        f"<ticket-0{ticket.pk}.{root.partition('.')[2]}"[:20],
    ]
    assert len(forged) > 90

    assert [form for form in forged if threads.ticket_of([form]) is not None] == []

    arrive(make_mail("Mine.", subject=f"Re: [#{ticket.pk}] Front wheel", in_reply_to=forged[0]))
    assert ticket.messages.count() == 2
    assert Ticket.objects.count() == 2


def test_the_same_mail_is_one_message_however_often_it_comes(ticket: Ticket) -> None:
    raw = make_mail("Yes.", in_reply_to=name_of_reply(ticket))

    first, again = arrive(raw), arrive(raw)
    InboundMail.objects.update(state=Outcome.NEW, attempts=0, retry_at=None)
    arrive(raw)

    assert first == again
    assert ticket.messages.filter(text="Yes.").count() == 1


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"auto_submitted": "auto-replied"}, intake.AUTOMATIC),
        ({"Auto_Submitted": "auto-generated; type=x"}, intake.AUTOMATIC),
        ({"precedence": "auto_reply"}, intake.AUTOMATIC),
        ({"return_path": "<>"}, intake.AUTOMATIC),
        ({"x_autoreply": "yes"}, intake.AUTOMATIC),
    ],
)
def test_what_a_machine_wrote_is_held_and_answered_by_nobody(
    ticket: Ticket, headers: dict[str, str], reason: str
) -> None:
    before = Delivery.objects.count()

    mail = arrive(make_mail("I am away.", in_reply_to=name_of_reply(ticket), **headers))

    assert (mail.state, mail.reason) == (Outcome.HELD, reason)
    ticket.refresh_from_db()
    assert ticket.state == State.WAITING
    assert Delivery.objects.count() == before


def test_a_person_is_not_taken_for_a_machine(ticket: Ticket) -> None:
    headers = {"auto_submitted": "no", "x_loop": "list", "precedence": "bulk", "x_priority": "1"}

    mail = arrive(make_mail("Yes.", in_reply_to=name_of_reply(ticket), **headers))

    assert mail.state == Outcome.DONE


def test_our_own_mail_that_comes_back_is_a_loop(ticket: Ticket) -> None:
    name = name_of_reply(ticket)
    before = Delivery.objects.count()

    by_name = arrive(make_mail(message_id=name))
    by_mark = arrive(make_mail(x_supportdesk_mail=name.strip("<>").partition("@")[0]))
    forged = arrive(make_mail("A new thing.", x_supportdesk_mail="a" * 32 + "." + "b" * 32))

    assert (by_name.reason, by_mark.reason) == (intake.LOOP, intake.LOOP)
    assert forged.state == Outcome.DONE
    assert Delivery.objects.filter(kind="acknowledgement").count() <= before


@pytest.mark.parametrize(
    "sender",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        "<>",
        "A <a@b.example>, C <c@d.example>",
        "x@nowhere",
    ],
)
def test_a_mail_without_one_sender_is_held(sender: str) -> None:
    make_queue()
    raw = make_mail().replace(b"Noor El-Amin <noor@mail.example>", sender.encode())

    mail = arrive(raw)

    assert (mail.state, mail.reason) == (Outcome.HELD, intake.NO_SENDER)
    assert not Ticket.objects.exists()


def test_files_come_along() -> None:
    make_queue()

    arrive(make_mail(files=(("../../wheel.pdf", b"%PDF-1.4 x"), ("b.pdf", b"%PDF-1.4 y"))))

    files = Message.objects.get().attachments.all()
    assert len(files) == 2
    assert all("/" not in file.name and "\n" not in file.name for file in files)


def test_the_secret_link_in_the_quote_is_not_kept_for_others_to_read(ticket: Ticket) -> None:
    link = "http://localhost:8000/t/" + "aB3_-" * 9
    arrive(
        make_mail(
            f"Yes, {link[:68]}/ does not open.\n",
            html=f"<p>Yes <a href='{link[:67]}/'>{link[:67]}/</a></p>",
            in_reply_to=name_of_reply(ticket),
        )
    )

    message = ticket.messages.get(via="mail")
    assert "aB3_-" not in message.text + message.framed_html


# --- Poison ---------------------------------------------------------------------------------------


def test_a_mail_that_always_fails_ends_in_quarantine_and_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_queue()
    submit = Ticket.submit

    def poisoned(**facts: Any) -> Ticket:
        if "poison" in facts["text"]:
            raise RuntimeError("boom")
        return submit(**facts)

    monkeypatch.setattr(Ticket, "submit", poisoned)
    bad = intake.receive(make_mail("poison"), MAILBOX, at=NOW - AN_HOUR)
    good = arrive(make_mail("Good."))

    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (Outcome.QUARANTINED, 3)
    assert "RuntimeError" in bad.reason
    assert "boom" not in bad.reason
    assert good.state == Outcome.DONE
    assert Ticket.objects.count() == 1


class Died(BaseException):
    """As if by kill -9."""


def test_a_mail_that_kills_its_worker_is_put_aside() -> None:
    class Deadly(Reader):
        def read(self, raw: bytes) -> Incoming:
            raise Died

    mail = intake.receive(make_mail(), MAILBOX, at=NOW)

    for n in range(3):
        at = NOW + n * 2 * timedelta(minutes=1)
        with pytest.raises(Died):
            intake.process_next(at=at, reader=Deadly())
        assert not intake.process_next(at=at, reader=Deadly())
    assert intake.process_next(at=NOW + AN_HOUR, reader=READER)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (Outcome.QUARANTINED, 4)


def test_without_a_queue_the_mail_waits_for_one() -> None:
    mail = arrive(make_mail())

    assert (mail.state, mail.reason) == (Outcome.HELD, intake.NO_QUEUE)


def test_a_big_text_is_cut_and_the_original_kept(settings: Settings) -> None:
    make_queue()
    raw = b"From: noor@mail.example\nSubject: x\nX-Long: " + b"a" * 20_000 + b"\n\nHello\n"

    mail = arrive(raw)

    assert mail.state == Outcome.DONE
    message = Message.objects.get()
    assert message.text == "Hello"
    assert [file.name for file in message.attachments.all()] == ["original.eml"]


def test_what_nobody_has_seen_is_an_alarm(ticket: Ticket) -> None:
    assert not intake.alarms(at=NOW)
    intake.receive(make_mail("Waiting."), MAILBOX, at=NOW)
    assert not intake.alarms(at=NOW)
    assert intake.alarms(at=NOW + timedelta(minutes=3)).late == 1

    arrive(make_mail("I am away.", auto_submitted="auto-replied"))

    assert intake.alarms(at=NOW) == intake.Alarms(late=0, late_since=None, held=1, quarantined=0)
