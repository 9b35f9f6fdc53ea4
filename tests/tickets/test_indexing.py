"""Very many tickets are read by several at a time, and the index is as it was afterwards."""

import pytest
from django.db import connection

from supportdesk.models import User
from tests.factories import make_reply, make_ticket
from tickets import indexing
from tickets.models import Findable, ToRead


def _words() -> list[tuple[int, str, str]]:
    return list(Findable.objects.order_by("pk").values_list("pk", "words", "head"))


def _index() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname LIKE 'findable_%%'")
        return [one for row in cursor.fetchall() for one in row[0] or () if "fastupdate" in one]


@pytest.mark.django_db(transaction=True)
def test_many_are_read_as_one_would_be(agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "MANY", 3)
    monkeypatch.setattr(indexing, "BATCH", 2)
    monkeypatch.setattr(indexing, "LUMP", 4)
    tickets = [make_ticket(text=f"Kangaroo {n}.") for n in range(7)]
    make_reply(tickets[0], agent, text="A wallaby.")
    before = _words()
    # Some are known already, and what is known of one of them is wrong.
    Findable.objects.exclude(pk__in=[one.pk for one in tickets[:2]]).delete()
    Findable.objects.filter(pk=tickets[0].pk).update(words="")
    ToRead.objects.fill()
    heard: list[int] = []

    assert indexing.read_all(at_once=2, tell=heard.append) == 7

    assert _words() == before
    assert (sorted(heard) == heard, heard[-1], ToRead.objects.count()) == (True, 7, 0)
    assert _index() == ["fastupdate=off", "fastupdate=off"]


@pytest.mark.django_db(transaction=True)
def test_somebody_who_searches_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The index cannot be changed while it is read: then it is read the slow way."""
    monkeypatch.setattr(indexing, "MANY", 1)
    monkeypatch.setattr(indexing, "_PATIENCE", "10ms")
    make_ticket(text="Kangaroo.")
    before = _words()
    Findable.objects.all().delete()
    ToRead.objects.fill()
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM tickets_findable WHERE words @@ 'kangaroo'")
        assert indexing.read_all(at_once=1) == 1
    finally:
        other.close()

    assert _words() == before
