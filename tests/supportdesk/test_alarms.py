"""A desk that stands still is seen: a sentence on every page, and a page with the very rows."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from supportdesk import outbox, timers
from supportdesk.alarms import what_stands_still
from supportdesk.mail_state import outgoing
from supportdesk.models import Delivery, Desk, Role, User
from tests.factories import make_agent, make_queue, make_reply, make_team, make_ticket
from tests.tickets.mail.mails import READER, make_mail
from tickets.mail import intake, threads
from tickets.models import InboundMail, Queue, Ticket

pytestmark = pytest.mark.django_db
PAGE = "/desk/mail/"


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def nothing_waits(at: datetime) -> None:
    assert not Delivery.objects.exists()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, page: str = "/desk/") -> str:
    return unescape(browser(user).get(page).content.decode())


def banners(user: User, page: str = "/desk/") -> list[str]:
    band = re.search(r'<ul class="banner__all".*?</ul>', read(user, page), re.DOTALL)
    found = re.findall(r"<li\s*(?:class=\"on-desk\")?>.*?</li>", band[0] if band else "", re.DOTALL)
    texts = [re.sub(r"<svg.*?</svg>|<[^>]+>", "", each, flags=re.DOTALL) for each in found]
    return [" ".join(text.split()) for text in texts]


def make_mailed(ticket: Ticket, by: User, at: datetime, **columns: object) -> Delivery:
    """A reply whose mail stands as ``columns`` say."""
    ticket.refresh_from_db()
    reply = make_reply(ticket, by, at=at)
    mail = Delivery.objects.get(subject="tickets.message", subject_id=reply.pk)
    Delivery.objects.filter(pk=mail.pk).update(**columns)
    mail.refresh_from_db()
    if mail.state == Delivery.State.FAILED:
        mail.tries.create(at=at, outcome="failed", response=mail.response)
    return mail


def make_held(reason: str = intake.AUTOMATIC, *, state: str = "held", **mail: str) -> InboundMail:
    raw = make_mail(**mail)  # type: ignore[arg-type]
    held = intake.receive(raw, "desk@desk.example", at=timezone.now())
    InboundMail.objects.filter(pk=held.pk).update(state=state, reason=reason)
    held.refresh_from_db()
    return held


@pytest.fixture
def ticket(at: datetime, agent: User) -> Ticket:
    """Noor’s, in a private queue of the agent’s and the supervisor’s team, with no mail waiting."""
    team = agent.teams.get()
    queue = make_queue("Bikes", team=team, is_private=True)
    ticket = make_ticket(queue=queue, at=at - timedelta(hours=5), owner=agent)
    Delivery.objects.all().delete()
    return ticket


def make_stuck_desk(ticket: Ticket, agent: User, at: datetime) -> dict[str, Delivery]:
    """One mail of each sort that stands still, and two that do not."""
    hours = timedelta(hours=1)
    mails = {
        "late": make_mailed(ticket, agent, at - hours, release_at=at - timedelta(minutes=3)),
        "doubt": make_mailed(
            ticket, agent, at - hours, state="in_doubt", doubted_at=at - timedelta(minutes=13)
        ),
        "failed": make_mailed(
            ticket, agent, at - hours, state="failed", response="550 no such <b>user</b>"
        ),
        "sent": make_mailed(ticket, agent, at - hours, state="sent"),
        "waits": make_mailed(ticket, agent, at - hours, release_at=at + hours),
    }
    for n, mail in enumerate(mails.values()):
        Delivery.objects.filter(pk=mail.pk).update(recipient=f"{list(mails)[n]}@mail.example")
    Delivery.objects.exclude(pk__in=[mail.pk for mail in mails.values()]).delete()
    return mails


def test_a_desk_in_order_says_nothing(supervisor: User, ticket: Ticket) -> None:
    assert banners(supervisor) == []
    assert "Nothing stands still" in read(supervisor, PAGE)


def test_what_stands_still_is_said_on_every_page_to_those_who_can_act(
    agent: User, supervisor: User, admin: User, ticket: Ticket, at: datetime
) -> None:
    make_stuck_desk(ticket, agent, at)
    InboundMail.objects.create(
        mailbox="x", raw=b"x", sha256="1", size_bytes=1, received_at=at - timedelta(minutes=3)
    )
    make_held()
    make_held(state="quarantined", subject="Odd")
    timers.set(
        kind="none", subject="x", subject_id=1, group="x", key="x",
        due_at=at - timedelta(minutes=4),
    )  # fmt: skip

    said = banners(supervisor)

    since = re.search(r"was due (today|yesterday), \d\d:\d\d", said[0])
    assert since
    assert said == [
        f"1 mail has not gone out. It {since[0]}. See what waits",
        "Reminders and promises are 4 min behind. See which",
        "1 mail has come in and is in no ticket yet. See what is not read",
        "Nobody knows whether 1 mail arrived. Look and decide",
        "1 mail could not be sent in the last 24 hours. See why",
        "1 mail that came in could not be read. See the mail",
        "1 mail that came in is held and in no ticket. See why it is held",
    ]
    assert banners(admin) == said
    assert banners(admin, "/setup/") == said
    assert banners(agent) == []
    # Each leads to a part of the page that is there.
    page = read(supervisor, PAGE)
    for place in re.findall(r'href="/desk/mail/#([a-z-]+)"', read(supervisor)):
        assert f'<section class="stack stack--s" id="{place}"' in page


def test_fragments_and_customers_pages_ask_nothing(
    supervisor: User, ticket: Ticket, agent: User, at: datetime
) -> None:
    make_stuck_desk(ticket, agent, at)
    staff = browser(supervisor)
    for page in (reverse("desk:look", args=[ticket.pk]), reverse("submit")):
        with CaptureQueriesContext(connection) as asked:
            answer = staff.get(page, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "banner" not in answer.content.decode()
        assert not [q for q in asked if "supportdesk_delivery WHERE state = 'queued'" in q["sql"]]


def test_alarms_cost_three_statements_and_agents_none(
    agent: User, supervisor: User, ticket: Ticket, at: datetime
) -> None:
    make_stuck_desk(ticket, agent, at)
    costs = []
    for user in (agent, supervisor):
        client = browser(user)
        client.get("/desk/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/")
        costs.append(len(asked))
    assert costs[1] - costs[0] == 3
    assert costs[1] <= 12


def test_each_question_goes_by_the_index_of_its_rows(at: datetime) -> None:
    """Among thousands of mails that are done, nobody reads those."""
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO supportdesk_delivery (id, kind, subject, subject_id, group_key, message_id,
                recipient, payload, is_automatic, state, created_at, release_at, attempts, response)
            SELECT gen_random_uuid(), 'reply', 'x', n, 'x', n::text, 'a@b.example', '{}', false,
                   'sent', now(), now(), 1, '' FROM generate_series(1, 20000) n""")
        cursor.execute("""
            INSERT INTO tickets_inboundmail
                (mailbox, raw, sha256, size_bytes, received_at, state, attempts, reason)
            SELECT 'x', '', n::text, 0, now(), 'done', 1, '' FROM generate_series(1, 20000) n""")
        cursor.execute("ANALYZE supportdesk_delivery, tickets_inboundmail")
        with CaptureQueriesContext(connection) as asked:
            outbox.alarms(at=at)
            intake.alarms(at=at)
        plans = []
        for question in asked.captured_queries:
            cursor.execute("EXPLAIN " + question["sql"])
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    for index in ("delivery_queued", "delivery_doubt", "delivery_failed"):
        assert index in plans[0]
    assert "inbound_unseen" in plans[1]
    assert "Seq Scan on supportdesk_delivery" not in plans[0]
    assert "Seq Scan" not in plans[1]


def test_the_page_shows_the_very_rows_that_the_alarms_count(
    agent: User, supervisor: User, ticket: Ticket, at: datetime
) -> None:
    mails = make_stuck_desk(ticket, agent, at)

    counted = outbox.alarms(at=at)
    assert (counted.late, counted.in_doubt, counted.failed) == (1, 1, 1)
    assert [row.pk for row in outgoing.late(supervisor, at=at).rows] == [mails["late"].pk]
    assert [row.pk for row in outgoing.in_doubt(supervisor).rows] == [mails["doubt"].pk]
    assert [row.pk for row in outgoing.failed(supervisor, at=at).rows] == [mails["failed"].pk]
    raw = browser(supervisor).get(PAGE).content.decode()
    assert "550 no such &lt;b&gt;user&lt;/b&gt;" in raw
    assert f'href="/desk/tickets/{ticket.pk}/"' in raw
    assert "sent@mail.example" not in raw
    assert "waits@mail.example" not in raw


def test_a_supervisor_sees_the_mails_of_their_tickets_and_that_there_are_more(
    agent: User, supervisor: User, admin: User, ticket: Ticket, at: datetime
) -> None:
    own = make_mailed(ticket, agent, at, state="failed", response="550 own")
    stranger = make_agent("Other", team=make_team())
    private = make_queue("Wages", team=stranger.teams.get(), is_private=True)
    foreign_ticket = make_ticket(queue=private, owner=stranger, at=at)
    foreign = make_mailed(foreign_ticket, stranger, at, state="failed", response="550 foreign")
    account = outbox.queue_mail(
        kind="account", recipient="new@desk.example", payload={}, subject="supportdesk.user",
        subject_id=1, group_key="user:1", at=at,
    )  # fmt: skip
    assert account
    Delivery.objects.filter(pk=account.pk).update(state="failed")
    Delivery.objects.exclude(pk__in=[own.pk, foreign.pk, account.pk]).delete()

    page = read(supervisor, PAGE)
    assert "550 own" in page
    assert "550 foreign" not in page
    assert "new@desk.example" not in page
    assert "2 more are not for you to see. An admin sees them." in page
    for mail, status in ((own, 302), (foreign, 404), (account, 404)):
        again = reverse("mail_again", args=[mail.pk])
        assert browser(supervisor).post(again, {"state": "failed"}).status_code == status
        mail.refresh_from_db()
        assert mail.state == ("queued" if status == 302 else "failed")
    page = read(admin, PAGE)
    assert "550 foreign" in page
    assert "new@desk.example" in page


def test_a_mail_in_doubt_goes_again_only_to_who_saw_that_it_is(
    agent: User, supervisor: User, ticket: Ticket, at: datetime
) -> None:
    mail = make_mailed(ticket, agent, at, state="in_doubt", doubted_at=at)
    assert "they may get it twice" in read(supervisor, PAGE)
    again = reverse("mail_again", args=[mail.pk])

    answer = browser(supervisor).post(again, {"state": "failed"}, follow=True)
    mail.refresh_from_db()
    assert "Something has happened to this mail meanwhile" in answer.content.decode()
    assert mail.state == Delivery.State.IN_DOUBT

    answer = browser(supervisor).post(again, {"state": "in_doubt"}, follow=True)
    mail.refresh_from_db()
    assert f"The mail to {mail.recipient} is on its way again." in answer.content.decode()
    assert mail.state == Delivery.State.QUEUED

    assert mail.tries.get().response == "sent again by Ruth Abernathy"

    browser(supervisor).post(again, {"state": "queued"})
    Delivery.objects.filter(pk=mail.pk).update(state="sent")
    browser(supervisor).post(again, {"state": "sent"})
    mail.refresh_from_db()
    assert mail.state == Delivery.State.SENT


def test_a_mail_in_doubt_that_is_there_is_marked_once_with_a_name(
    agent: User, supervisor: User, ticket: Ticket, at: datetime
) -> None:
    mail = make_mailed(ticket, agent, at, state="in_doubt", doubted_at=at, data_began_at=at)
    failed = make_mailed(ticket, agent, at, state="failed")
    other = make_agent(team=make_team(), role=Role.SUPERVISOR)

    assert browser(other).post(reverse("mail_arrived", args=[mail.pk])).status_code == 404
    for each, said in (
        (mail, f"Noted: the mail to {mail.recipient} has arrived."),
        (mail, "Something has happened to this mail meanwhile"),
        (failed, "Something has happened to this mail meanwhile"),
    ):
        url = reverse("mail_arrived", args=[each.pk])
        assert said in browser(supervisor).post(url, follow=True).content.decode()

    mail.refresh_from_db()
    failed.refresh_from_db()
    assert (mail.state, failed.state) == (Delivery.State.SENT, Delivery.State.FAILED)
    assert mail.sent_at == at
    (line,) = mail.tries.all()
    assert (line.outcome, line.response) == ("sent", "arrived, as Ruth Abernathy found out")


@pytest.mark.parametrize(
    ("minutes", "says", "is_grave"), [(11, False, False), (13, True, False), (31, True, True)]
)
def test_doubt_is_said_when_the_journal_has_had_its_time_and_louder_later(
    agent: User, supervisor: User, ticket: Ticket, at: datetime,
    minutes: int, says: bool, is_grave: bool,
) -> None:  # fmt: skip
    since = at - timedelta(minutes=minutes)
    make_mailed(ticket, agent, since, state="in_doubt", doubted_at=since)
    alarms = what_stands_still(Desk.current(), supervisor, at=at)
    assert [each.is_grave for each in alarms] == [is_grave] * says


@pytest.mark.parametrize(("minutes", "graves"), [(1, []), (3, [False]), (11, [True])])
def test_mail_that_nobody_reads_is_said_and_louder_later(
    supervisor: User, at: datetime, minutes: int, graves: list[bool]
) -> None:
    InboundMail.objects.create(
        mailbox="x", raw=b"x", sha256="1", size_bytes=1, received_at=at - timedelta(minutes=minutes)
    )
    alarms = what_stands_still(Desk.current(), supervisor, at=at)
    assert [each.is_grave for each in alarms] == graves


def test_more_rows_than_fit_are_admitted(
    agent: User, admin: User, ticket: Ticket, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_mailed(ticket, agent, at, state="in_doubt", doubted_at=at)
    make_mailed(ticket, agent, at, state="in_doubt", doubted_at=at)
    assert "are shown" not in read(admin, PAGE)
    monkeypatch.setattr(outgoing, "LIMIT", 1)
    assert "Only 1 are shown." in read(admin, PAGE)


def test_received_mail_that_is_held_is_shown_with_its_reason_and_put_aside(
    supervisor: User, ticket: Ticket
) -> None:
    held = make_held(
        sender="Noor & Co <away@mail.example>", subject="=?utf-8?q?Zur=C3=BCck_<b>am_Montag?="
    )
    page = " ".join(browser(supervisor).get(PAGE).content.decode().split())
    assert "Zurück &lt;b&gt;am Montag" in page
    assert "Noor &amp; Co, away@mail.example" in page
    assert "written by a machine" in page
    assert reverse("received_again", args=[held.pk]) not in page

    original = browser(supervisor).get(reverse("received_original", args=[held.pk]))
    assert original.content == bytes(held.raw)
    assert original["Content-Type"] == "application/octet-stream"
    assert original["Content-Disposition"] == f'attachment; filename="mail-{held.pk}.eml"'
    assert "sandbox" in original["Content-Security-Policy"]

    browser(supervisor).post(reverse("received_seen"), {"mail": [held.pk, "9" * 30, "x"]})
    assert banners(supervisor) == []
    assert "Nothing stands still" in read(supervisor, PAGE)
    held.refresh_from_db()
    assert (held.state, bytes(held.raw) != b"") == (InboundMail.State.HELD, True)


def test_what_could_not_be_read_is_tried_again(supervisor: User, ticket: Ticket) -> None:
    mail = make_held(f"{intake.TOO_OFTEN}: ValueError", state="quarantined")
    InboundMail.objects.filter(pk=mail.pk).update(attempts=4)
    assert "it could not be processed: ValueError" in read(supervisor, PAGE)

    browser(supervisor).post(reverse("received_again", args=[mail.pk]))
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.reason) == (InboundMail.State.NEW, 0, "")
    while intake.process_next(at=timezone.now(), reader=READER):
        pass
    mail.refresh_from_db()
    assert mail.state == InboundMail.State.DONE
    assert browser(supervisor).post(reverse("received_again", args=[mail.pk])).status_code == 404


def test_received_mail_is_seen_by_those_whose_ticket_or_queue_it_is_for(
    agent: User, supervisor: User, admin: User, ticket: Ticket, at: datetime
) -> None:
    stranger = make_agent("Other", team=make_team())
    wages = make_queue(
        "Wages", team=stranger.teams.get(), is_private=True, address="wages@desk.example"
    )
    foreign = make_ticket(queue=wages, at=at)
    invitation = outbox.queue_mail(
        kind="account", recipient="new@desk.example", payload={}, subject="supportdesk.user",
        subject_id=1, group_key="user:1", at=at,
    )  # fmt: skip
    assert invitation
    own = make_held(subject="For Bikes")
    about_own = make_held(subject="About ours", references=threads.root_id(ticket))
    hidden = [
        make_held(subject="About theirs", references=threads.root_id(foreign)),
        make_held(subject="Out of office", in_reply_to=invitation.message_id),
        make_held(subject="From staff", sender=stranger.email.upper()),
    ]
    to_wages = make_held(subject="For Wages")
    InboundMail.objects.filter(pk=to_wages.pk).update(mailbox="wages@desk.example")
    assert Queue.objects.active().first() == ticket.queue

    page = read(supervisor, PAGE)
    for mail, subject in ((own, "For Bikes"), (about_own, "About ours")):
        assert subject in page
        assert browser(supervisor).get(f"{PAGE}received/{mail.pk}/").status_code == 200
    assert "4 more are not for you to see." in page
    for mail in (*hidden, to_wages):
        for path in ("", "again/"):
            address = f"{PAGE}received/{mail.pk}/{path}"
            ask = browser(supervisor).post if path else browser(supervisor).get
            assert ask(address).status_code == 404
        browser(supervisor).post(reverse("received_seen"), {"mail": mail.pk})
        mail.refresh_from_db()
        assert mail.seen_at is None
        assert browser(admin).get(f"{PAGE}received/{mail.pk}/").status_code == 200


def test_a_desk_on_hold_says_so_and_not_three_things(
    agent: User, supervisor: User, admin: User, ticket: Ticket, at: datetime
) -> None:
    make_stuck_desk(ticket, agent, at)
    Desk.objects.update(is_on_hold=True)
    intake.receive(make_mail(subject="New"), "desk@desk.example", at=at)
    said = (
        "The desk is on hold: no mail goes out or is read, and nothing happens by itself."
        " Waiting: mails to send 2, reminders and promises 0, mails to read 1."
    )
    assert banners(supervisor)[0] == f"{said} See what waits"
    assert banners(admin)[0] == f"{said} Look and lift it"
    assert banners(agent) == [said]
    assert len(banners(admin)) == 3


def test_agents_have_no_such_page(agent: User) -> None:
    assert browser(agent).get(PAGE).status_code == 403
    assert agent.role == Role.AGENT
