import uuid
from datetime import datetime, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import identities
from customers.models import Customer, Identity
from supportdesk.models import User
from tests.factories import (
    AN_HOUR,
    NOW,
    make_identity,
    make_queue,
    make_reply,
    make_team,
    make_ticket,
)
from tickets import passages, search
from tickets.models import Findable, Message, Ticket, ToRead

LATER = NOW + timedelta(days=3)


def _found(*values: str, user: User | None = None, at: datetime = LATER) -> list[int]:
    rows = Ticket.objects.visible_to(user) if user else Ticket.objects.all()
    hits = search.hits(rows, search.seek(values), at=at, limit=50)
    return [hit.pk for hit in hits]


def test_words_stand_in_subject_messages_notes_and_names(agent: User) -> None:
    ticket = make_ticket(
        identity=make_identity("noor.elamin@mail.example", name="Noor El-Amin"),
        subject="Front wheel arrived bent",
        text="The rim has a dent.",
        desired_outcome="A replacement by Friday.",
    )
    make_reply(ticket, agent, text="The courier was told.")
    ticket.note(text="Leeds has spares.", by=agent, at=NOW + AN_HOUR, key=uuid.uuid4())
    make_ticket(subject="Tent poles", text="One snapped.", identity=make_identity(name="Bo Ek"))

    for words in (
        ["wheel"],
        ["dent"],
        ["courier"],
        ["spares"],
        ["noor"],
        ["El-Amin"],
        ["noor.elamin@mail.example"],
        ["friday"],
        # Each of them somewhere in the ticket.
        ["courier", "rim", "noor", "spares"],
        [f"#{ticket.pk}"],
        [str(ticket.pk)],
    ):
        assert _found(*words) == [ticket.pk], words
    assert _found("courier", "snapped") == []


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("The refunds were late.", "refund"),
        ("One refund was late.", "refunds"),
        ("Two deliveries came.", "delivery"),
        ("Der Reifen ist für die Straße.", "strasse"),
        ("Der Reifen ist für die Strasse.", "Straße"),
        ("Ich habe zwei Häuser.", "Haus"),
        ("Das ist ein Haus.", "häuser"),
        ("Grüße von Müller", "muller"),
        ("Grüße von Müller", "mueller"),
        ("Hello from Mueller", "Müller"),
        ("The café is shut.", "CAFE"),
        ("It says ERR-00015 here.", "err-00015"),
        ("Привет, колесо погнуто", "колесо"),
        ("O’Brien called", "o'brien"),
    ],
)
@pytest.mark.django_db
def test_words_are_found_in_any_form_of_two_languages(written: str, typed: str) -> None:
    ticket = make_ticket(text=written)
    make_ticket(text="Something else.")

    assert _found(typed) == [ticket.pk]


@pytest.mark.parametrize(
    "typed",
    [["+442079460958"], ["+44 20 7946 0958"], ["+44", "20", "7946", "0958"], ["(020)", "79460958"],
     ["0044 20 7946-0958"], ["7946", "0958"]],
)  # fmt: skip
@pytest.mark.django_db
def test_a_phone_number_is_found_in_any_notation(typed: list[str]) -> None:
    caller = Customer.known_by(identities.phone("020 7946 0958"), at=NOW)
    ticket = make_ticket(identity=caller)
    make_ticket(identity=Customer.known_by(identities.phone("020 7946 0959"), at=NOW))

    assert _found(*typed) == [ticket.pk]


@pytest.mark.django_db
def test_quoted_words_stand_beside_each_other_and_as_they_are() -> None:
    ticket = make_ticket(subject="One", text="It is a bent\nwheel, as you see.")
    make_ticket(subject="Two", text="The wheel is bent. A bent fork, and wheels.")

    assert _found("bent wheel") == [ticket.pk]
    assert len(_found("bent", "wheel")) == 2


@pytest.mark.django_db
def test_words_that_are_everywhere_are_never_looked_for_alone() -> None:
    ticket = make_ticket(text="The rim and the dent.")

    alone = search.seek(["the"])
    assert not alone.asked
    assert alone.sentence == "Nearly every ticket has “the” in it. Add a word that says more."
    assert search.hits(Ticket.objects.all(), alone, at=LATER, limit=9) == []
    assert not search.seek(["und", "der"]).asked

    beside = search.seek(["the", "rim"])
    assert beside.sentence == "“the” is in nearly every ticket and was not looked for."
    assert _found("the", "rim") == [ticket.pk]


@pytest.mark.django_db
def test_the_newest_come_first_and_pages_meet_each_once(agent: User) -> None:
    # Days apart, so that every span has some, and two of the same moment.
    days = [0, 0, 3, 9, 20, 70, 130, 600, 1200]
    made = [make_ticket(at=NOW - timedelta(days=ago)) for ago in days]
    made[4].note(text="Looked at it.", by=agent, at=NOW + AN_HOUR, key=uuid.uuid4())
    newest_first = [made[4], made[1], made[0], made[2], made[3], *made[5:]]

    assert _found("rim") == [ticket.pk for ticket in newest_first]
    for size in (1, 2, 4):
        seen: list[search.Hit] = []
        while page := search.hits(
            Ticket.objects.all(),
            search.seek(["rim"]),
            at=LATER,
            limit=size,
            after=seen[-1] if seen else None,
        ):
            seen += page
        assert [hit.pk for hit in seen] == [ticket.pk for ticket in newest_first]


def test_what_was_taken_back_is_not_found(agent: User) -> None:
    ticket = make_ticket(at=timezone.now() - AN_HOUR)
    reply = make_reply(ticket, agent, text="Nonsense about kangaroos.", at=timezone.now())
    assert _found("kangaroos", at=timezone.now()) == [ticket.pk]

    ticket.undo(reply, by=agent, at=timezone.now())

    assert _found("kangaroos", at=timezone.now()) == []
    assert _found("rim", at=timezone.now()) == [ticket.pk]


def test_a_new_subject_is_found_and_the_old_one_is_not(agent: User) -> None:
    ticket = make_ticket(subject="Kangaroo")
    assert _found("kangaroo") == [ticket.pk]

    ticket.change_subject("Wallaby", by=agent, at=NOW)

    assert (_found("kangaroo"), _found("wallaby")) == ([], [ticket.pk])


def test_another_customer_is_found_and_the_one_before_is_not(agent: User) -> None:
    ticket = make_ticket(identity=make_identity("old@mail.example", name="Kangaroo"))

    ticket.change_customer(make_identity("new@mail.example", name="Wallaby"), by=agent, at=NOW)

    assert (_found("kangaroo"), _found("wallaby")) == ([], [ticket.pk])
    assert (_found("old@mail.example"), _found("new@mail.example")) == ([], [ticket.pk])


@pytest.mark.parametrize("many", [2, 51])
@pytest.mark.django_db
def test_a_new_name_is_found_and_the_old_one_is_not(many: int) -> None:
    identity = make_identity(name="Kangaroo")
    queue = make_queue()
    first = make_ticket(identity=identity, queue=queue)
    Ticket.objects.bulk_create(_copies(first, many - 1))
    search.read_some(100)
    assert len(_found("kangaroo")) == min(many, 50)

    Customer.objects.filter(pk=identity.customer_id).update(name="Wallaby")
    assert _found("kangaroo") == []
    # Very many are read by the worker, and the page says how many are missing.
    assert search.seek(["x"]).waiting == (0 if many == 2 else 51)
    search.read_some(100)

    assert len(_found("wallaby")) == min(many, 50)
    Identity.objects.filter(customer=identity.customer_id).update(value="other@mail.example")
    search.read_some(100)
    assert len(_found("other@mail.example")) == min(many, 50)


def _copies(ticket: Ticket, n: int) -> list[Ticket]:
    fields = {
        field.attname: getattr(ticket, field.attname)
        for field in Ticket._meta.concrete_fields
        if not field.primary_key
    }
    return [Ticket(**fields) for _ in range(n)]


@pytest.mark.django_db
def test_an_import_is_read_afterwards_and_a_message_meanwhile_at_once(agent: User) -> None:
    ticket, other = make_ticket(text="Old words."), make_ticket(text="Ostrich words.")
    Findable.objects.all().delete()
    ToRead.objects.fill()
    Message.objects.bulk_create(
        Message(
            ticket=ticket, kind="customer", via="mail", by_customer=ticket.customer,
            text="A kangaroo.", at=NOW, release_at=NOW, key=uuid.uuid4(),
        )
        for _ in range(101)
    )  # fmt: skip
    assert (_found("kangaroo"), search.seek(["x"]).waiting) == ([], 2)

    make_reply(other, agent, text="A wallaby.")
    assert _found("wallaby") == _found("ostrich") == [other.pk]
    assert search.seek(["x"]).waiting == 1

    assert search.read_some() == 1
    assert _found("kangaroo") == _found("old") == [ticket.pk]
    assert (search.seek(["x"]).waiting, search.read_some()) == (0, 0)


@pytest.mark.django_db
def test_old_tickets_are_put_down_in_batches_as_often_as_one_likes() -> None:
    """Also on a desk where some are put down and some read already."""
    known, put_down, *old = [make_ticket() for _n in range(7)]
    search.read_some(100)
    Findable.objects.exclude(ticket=known).delete()
    ToRead.objects.create(ticket_id=put_down.pk)
    migration = import_module("tickets.migrations.0012_read_old_tickets")

    for _time in range(2):
        with CaptureQueriesContext(connection) as asked:
            migration.put_down_old_tickets(None, SimpleNamespace(connection=connection), batch=3)
        assert len(asked) == 7  # three batches, and that there is no fourth
        assert set(ToRead.objects.values_list("pk", flat=True)) == {
            put_down.pk, *(ticket.pk for ticket in old)
        }  # fmt: skip
    assert search.read_some(100) == 6
    assert Findable.objects.count() == 7


@pytest.mark.django_db
def test_a_message_without_end_is_taken_and_its_beginning_found() -> None:
    ticket = make_ticket(text=" ".join(f"w{n}" for n in range(60_000)))
    for k in range(4):
        ticket.customer_wrote(
            text=" ".join(f"{k}x{n}" for n in range(30_000)),
            by=ticket.customer, via="mail", key=uuid.uuid4(), at=NOW,
        )  # fmt: skip

    assert _found("3x17") == [ticket.pk]


def test_nobody_learns_of_what_they_may_not_see(agent: User, colleague: User, admin: User) -> None:
    private = make_queue(team=make_team(), is_private=True)
    hidden = make_ticket(queue=private, subject="Kangaroo", text="A kangaroo bit me.")
    seen = make_ticket(text="The kangaroo is fine.")

    assert _found("kangaroo", user=admin) == [seen.pk, hidden.pk]
    assert _found("kangaroo", user=agent) == [seen.pk]
    hidden.assign(to=agent, by=admin, at=NOW)
    assert _found("kangaroo", user=agent) == [seen.pk, hidden.pk]
    assert _found("kangaroo", user=colleague) == [seen.pk]


@pytest.mark.django_db
def test_a_search_that_takes_too_long_becomes_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket()
    monkeypatch.setattr(search, "PATIENCE", timedelta(milliseconds=1))
    slow = Ticket.objects.extra(where=["pg_sleep(0.1) IS NOT NULL"])

    with pytest.raises(search.TooLong, match="took too long and was given up"), atomic():
        search.hits(slow, search.seek(["rim"]), at=LATER, limit=9)


def test_the_passage_with_most_of_the_words_is_shown_and_marked(agent: User) -> None:
    ticket = make_ticket(text="x " * 400 + "My <b>Räder</b> are bent; a wheel, too. " + "y " * 400)
    make_reply(ticket, agent, text="Wheels are in stock.")

    sought = search.seek(["wheel", "bent", "rader"])
    passage = passages.of([ticket.pk], sought)[ticket.pk]

    assert passage.who == "Noor El-Amin"
    assert [piece.text for piece in passage.pieces if piece.is_sought] == ["Räder", "bent", "wheel"]
    whole = "".join(piece.text for piece in passage.pieces)
    assert whole.startswith("… x") and whole.endswith("y…")  # noqa: PT018 -- one look
    assert len(whole) < passages.LENGTH + 5


@pytest.mark.django_db
def test_no_search_reads_every_ticket() -> None:
    """The plan, as Postgres makes it whatever the words are: by the index of words."""
    queue = make_queue()
    first = make_ticket(queue=queue)
    Ticket.objects.bulk_create(_copies(first, 600))
    search.read_some(700)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tickets_findable, tickets_ticket")
    with CaptureQueriesContext(connection) as asked:
        assert len(_found("rim")) == 1
    (sql,) = (one["sql"] for one in asked if "AS span" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.partition("; ")[2])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan on findable_words" in plan
    assert "Seq Scan on tickets_findable" not in plan
