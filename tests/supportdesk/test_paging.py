from datetime import timedelta

import pytest

from supportdesk.lib.paging import capped, page_of
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
