from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from supportdesk.lib.paging import _write, capped, page_of
from tests.factories import NOW, make_queue, make_ticket, make_topic
from tickets.models import Ticket


@pytest.fixture
def tickets(db: None) -> list[int]:
    """Twelve tickets: pairs share their due moment, the last four have none."""
    queue = make_queue()
    topic = make_topic(queue=queue)
    for n in range(12):
        ticket = make_ticket(queue=queue, topic=topic)
        due_at = NOW + timedelta(minutes=n // 2) if n < 8 else None
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due_at)
    return list(Ticket.objects.order_by("due_at", "pk").values_list("pk", flat=True))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 12, 13])
def test_walking_forwards_and_back_sees_every_row_once(tickets: list[int], size: int) -> None:
    pages, cursor = [], ""
    while True:
        page = page_of(Ticket.objects.all(), key="due_at", size=size, cursor=cursor)
        pages.append([row.pk for row in page.rows])
        if not page.next:
            break
        cursor = page.next
    assert [pk for rows in pages for pk in rows] == tickets

    for expected in reversed(pages[:-1]):
        page = page_of(Ticket.objects.all(), key="due_at", size=size, cursor=page.previous)
        assert [row.pk for row in page.rows] == expected
    assert page.previous == ""


def test_descending_pages_meet_the_newest_first(tickets: list[int]) -> None:
    rows = Ticket.objects.all()
    first = page_of(rows, key="changed_at", size=5, descending=True)
    second = page_of(rows, key="changed_at", size=5, cursor=first.next, descending=True)

    newest = list(rows.order_by("-changed_at", "-pk").values_list("pk", flat=True))
    assert [row.pk for row in first.rows + second.rows] == newest[:10]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsImEiLDFd", "💥", "a" * 5000])
def test_a_cursor_that_is_not_ours_shows_the_first_page(tickets: list[int], cursor: str) -> None:
    page = page_of(Ticket.objects.all(), key="due_at", size=3, cursor=cursor)

    assert [row.pk for row in page.rows] == tickets[:3]


def test_a_count_stops_at_its_cap(tickets: list[int]) -> None:
    assert capped(Ticket.objects.all(), limit=12) == (12, "12")
    assert capped(Ticket.objects.all(), limit=11) == (12, "11+")


def test_a_page_far_behind_reads_as_little_as_the_first(tickets: list[int]) -> None:
    """The cursor is a place in the index, not something that is looked for from the top."""
    names = [field.column for field in Ticket._meta.concrete_fields if field.column != "id"]
    moved = "changed_at - n * interval '1 hour'"
    values = [moved if name == "changed_at" else f'"{name}"' for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticket ({columns}) SELECT {', '.join(values)}"
            f" FROM tickets_ticket, generate_series(1, 3000) AS n WHERE id = {tickets[0]}"
        )
        cursor.execute("ANALYZE tickets_ticket")
    middle = Ticket.objects.order_by("-changed_at", "-pk")[1500]
    cursor_there = _write(middle, "changed_at", backwards=False)

    with CaptureQueriesContext(connection) as asked:
        page = page_of(
            Ticket.objects.all(), key="changed_at", size=10, cursor=cursor_there, descending=True
        )

    assert len(page.rows) == 10
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT TEXT) " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (changed_at <=" in plan
