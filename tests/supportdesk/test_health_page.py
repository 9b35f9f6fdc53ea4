"""How the desk is doing, in sentences that are true."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from supportdesk import timers
from supportdesk.models import Backup, Delivery, Desk, Timer, User
from tests.factories import make_queue, make_ticket
from tickets.models import InboundMail, ToRead

pytestmark = pytest.mark.django_db
PAGE = "/desk/health/"


@pytest.fixture
def staff(client: Client, supervisor: User) -> Client:
    timers.run_due()
    client.force_login(supervisor)
    return client


def lines(staff: Client) -> dict[str, tuple[str, str]]:
    """Each part, with what its sign says and what its sentence says."""
    page = unescape(staff.get(PAGE).content.decode())
    found = re.findall(
        r'aria-label="([^"]+)".*?class="strong">([^<]+)</span>\s*<span class="list__note">([^<]+)',
        page.partition('<ul class="list list--mails">')[2],
        re.DOTALL,
    )
    return {part: (sign, words) for sign, part, words in found}


def test_a_desk_in_order(staff: Client) -> None:
    said = lines(staff)
    assert {sign for sign, _words in said.values()} == {"Works", "Not set up, or not done yet"}
    assert said["Mail out"] == ("Works", "Mail goes out. Waiting for its time: 0.")
    assert said["Clock"][1].startswith("Reminders and promises are on time. The last tick was")
    assert said["Backup"] == (
        "Not set up, or not done yet",
        "There is no backup of this desk yet: ./desk backup writes one.",
    )
    assert "Everything works." in staff.get(PAGE).content.decode()


def test_what_does_not_work_is_said_where_it_is(staff: Client, settings: Settings) -> None:
    at = timezone.now()
    make_ticket(queue=make_queue(), at=at)
    Delivery.objects.update(state="queued", release_at=at - timedelta(minutes=5))
    assert Delivery.objects.exists()
    InboundMail.objects.create(
        mailbox="x", raw=b"x", sha256="1", size_bytes=1, received_at=at - timedelta(minutes=3)
    )
    Timer.objects.filter(key="tick").update(fired_at=at - timedelta(minutes=1))
    Backup.objects.create(name="x", made_at=at - timedelta(hours=50), size_bytes=1, files=1)
    Desk.objects.update(is_on_hold=True)
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    said = lines(staff)

    bad = {part: words for part, (sign, words) in said.items() if sign == "Does not work"}
    assert bad == {
        "Hold": "The desk is on hold: nothing is sent, read or done by the clock.",
        "Mail out": "Mail does not go out: the oldest is 5 min late.",
        "Mail in": "To be read: 1. In no ticket, with a reason: 0.",
        "Clock": "Nothing happens by the clock: nobody ticks.",
        "Doorbell": "Redis does not answer. The desk does its work by itself, a little slower.",
        "Backup": "The last backup is 2 d old. None was ever restored to see that it can be.",
    }
    assert "6 things are not as they should be." in staff.get(PAGE).content.decode()
    ToRead.objects.bulk_create(ToRead(ticket_id=n) for n in range(10**6, 10**6 + 3))
    assert "still to read: 3." in lines(staff)["Search"][1]


def test_it_costs_the_same_however_much_stands_still(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5) as once:
        staff.get(PAGE)
    queue = make_queue()
    for _n in range(5):
        make_ticket(queue=queue)
    with django_assert_num_queries(len(once)):
        staff.get(PAGE)
