import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from supportdesk.models import User
from tests.factories import (
    make_agent,
    make_identity,
    make_queue,
    make_reply,
    make_solved,
    make_team,
    make_topic,
)
from tests.tickets.desk.pages import make_fresh, note_data, words
from tickets import counts, inbox
from tickets.models import Attachment, Draft, Queue, Ticket, Topic

INBOX = reverse("desk:inbox")


def _numbers(html: str) -> list[int]:
    return [int(n) for n in re.findall(r'id="t(\d+)"', html)]


def _list(client: Client, **query: object) -> list[int]:
    return _numbers(client.get(INBOX, query).content.decode())


def test_each_view_lists_its_tickets(browser: Client, agent: User, colleague: User) -> None:
    now = timezone.now()
    fresh = make_fresh()
    mine = make_fresh(owner=agent)
    waiting = make_fresh(owner=colleague)
    make_reply(waiting, colleague, at=now, then="waiting")
    solved = make_fresh(owner=colleague)
    make_solved(solved, colleague, at=now)
    broken = make_fresh(owner=colleague, at=now - timedelta(days=9))
    broken.break_promise(broken.promises.get(), at=now)
    spam = make_fresh()
    spam.mark_spam(by=colleague, at=now)
    unverified = make_fresh(identity=make_identity(is_verified=False), owner=colleague)
    followed = make_fresh(owner=colleague)
    followed.follow_up(due_at=now - timedelta(minutes=1), by=agent, at=now - timedelta(days=1))

    named = make_fresh(owner=colleague)
    named.note(text="@Tomás?", by=colleague, at=now, key=uuid.uuid4(), naming=[agent])

    expected = {
        "mine": {mine},
        "named": {named},
        "follow-ups": {followed},
        "open": {fresh, mine, broken, unverified, followed, named},
        "broken": {broken},
        "unassigned": {fresh},
        "waiting": {waiting},
        "unverified": {unverified},
        "all": {fresh, mine, waiting, solved, broken, unverified, followed, named},
        "solved": {solved},
        "spam": {spam},
    }
    assert set(expected) == set(inbox.VIEWS)
    for slug, tickets in expected.items():
        assert set(_list(browser, view=slug)) == {ticket.pk for ticket in tickets}, slug


@pytest.mark.parametrize("slug", inbox.VIEWS)
def test_a_count_is_the_number_of_rows_that_one_may_see(
    slug: str, agent: User, supervisor: User, admin: User
) -> None:
    now = timezone.now()
    private = make_queue(team=make_team(), is_private=True)
    for queue in (make_queue(), private):
        for owner in (None, admin):
            make_fresh(queue=queue, owner=owner, identity=make_identity(is_verified=False))
        make_solved(make_fresh(queue=queue), admin, at=now)
        make_fresh(queue=queue).mark_spam(by=admin, at=now)

    listed = {}
    for user in (agent, supervisor, admin):
        rows = inbox.rows_of(inbox.VIEWS[slug], user=user, at=now)
        assert inbox.counts(user=user, at=now)[slug].n == rows.count()
        assert not set(rows) - set(Ticket.objects.visible_to(user))
        listed[user.name] = rows.count()
    # The twin in the private queue is there, for who may see it.
    if slug in {"open", "all", "solved", "spam", "unverified", "unassigned"}:
        assert 0 < listed[agent.name] < listed[admin.name]


def test_counting_ends_at_five_hundred(agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "CAP", 2)
    for _ in range(4):
        make_fresh()

    assert str(counts.count_each([Ticket.objects.visible_to(agent)])[0]) == "2+"


def _busy_ticket(queue: Queue, topic: Topic, agent: User) -> None:
    """A ticket with everything that a row could be tempted to ask for."""
    now = timezone.now()
    ticket = make_fresh(
        queue=queue, topic=topic, owner=make_agent(), identity=make_identity(is_verified=False)
    )
    make_reply(ticket, agent, at=now)
    ticket.change_tags(["wheel", "vip"], by=agent, at=now)
    Attachment.objects.create(
        message=ticket.messages.first(),
        name="a",
        content_type="x",
        size_bytes=1,
        sha256="",
        storage_key="aa/b",
        created_at=now,
    )
    Draft.keep(
        ticket_id=ticket.pk, author=agent, kind="note", text="x", choices={}, version=0, at=now
    )


def test_a_page_costs_the_same_with_one_row_and_with_fifty(browser: Client, agent: User) -> None:
    queue = make_queue()
    topic = make_topic(queue=queue)
    costs = []
    for more in (1, 49):
        for _ in range(more):
            _busy_ticket(queue, topic, agent)
        last = Ticket.objects.latest("pk").pk
        for query in ({"view": "open"}, {"view": "all", "q": "queue:x tag:wheel"}):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                page = browser.get(INBOX, query)
            assert len(_numbers(page.content.decode())) in {1, 50}
            costs.append(len(asked))
        with CaptureQueriesContext(connection) as asked:
            browser.get(reverse("desk:look", args=[last]))
        costs.append(len(asked))

    assert costs[:3] == costs[3:]
    assert max(costs) <= 12


def test_walking_through_the_pages_meets_each_ticket_once_there_and_back(
    browser: Client, agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 10)
    queue, identity = make_queue(), make_identity()
    topic = make_topic(queue=queue)
    at = timezone.now() - timedelta(hours=2)
    tickets = [
        make_fresh(queue=queue, topic=topic, identity=identity, at=at + timedelta(seconds=n // 3))
        for n in range(24)
    ]
    for ticket in tickets[::4]:
        make_reply(ticket, agent, at=timezone.now(), then="waiting")

    for view, expected in (("all", 24), ("open", 18)):
        address, pages = f"{INBOX}?view={view}", []
        while address:
            html = browser.get(address).content.decode()
            pages.append(_numbers(html))
            address = _link(html, "next")
        assert len(pages) == -(-expected // 10)
        met = [number for page in pages for number in page]
        assert len(set(met)) == len(met) == expected
        back = [pages[-1]]
        while previous := _link(html, "prev"):
            html = browser.get(previous).content.decode()
            back.append(_numbers(html))
        assert back[::-1] == pages


def _link(html: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    return INBOX + found[1].replace("&amp;", "&") if found else ""


def test_nonsense_in_the_address_shows_a_list(browser: Client) -> None:
    ticket = make_fresh()

    for query in (
        {"view": "nothing"},
        {"cursor": "%%%"},
        {"ticket": "9" * 30},
        {"ticket": "abc"},
        {"q": "\x00" + '"' * 900},
        {"q": "#99999999999"},
        {"since": "x"},
    ):
        assert browser.get(INBOX, query).status_code == 200
        assert browser.get(reverse("desk:news"), query | {"since": "0001-01-01"}).status_code == 200
    assert _list(browser, view="nothing") == [ticket.pk]


def test_the_lists_write_the_box(browser: Client) -> None:
    answer = browser.get(INBOX, {"view": "all", "q": "tag:a", "state": "open", "owner": ""})

    assert answer.status_code == 302
    assert answer["Location"] == f"{INBOX}?view=all&q=tag%3Aa+state%3Aopen"


def test_an_empty_list_says_why_and_what_to_do(browser: Client) -> None:
    assert "You own no unsolved ticket." in browser.get(INBOX, {"view": "mine"}).content.decode()
    narrowed = words(browser.get(INBOX, {"view": "all", "q": "tag:x"}).content.decode())
    assert "No ticket here matches this. tag:x Clear it" in narrowed


def test_new_tickets_wait_behind_a_bar(browser: Client) -> None:
    make_fresh()
    drawn = timezone.now().isoformat()
    news = reverse("desk:news")
    assert "new ticket" not in browser.get(news, {"since": drawn}).content.decode()

    make_fresh(at=timezone.now())
    make_fresh(at=timezone.now(), queue=make_queue(team=make_team(), is_private=True))

    html = words(browser.get(news, {"since": drawn}).content.decode())
    assert "1 new ticket: show" in html


def test_a_flood_from_one_address_is_one_line(browser: Client) -> None:
    flood = make_identity("flood@mail.example", is_verified=False)
    for _ in range(3):
        make_fresh(identity=flood)
    make_fresh(identity=make_identity("one@mail.example", is_verified=False))

    html = browser.get(INBOX, {"view": "unverified"}).content.decode()

    assert "Who sent several of these flood@mail.example 3" in words(html)
    assert "one@mail.example" not in html
    assert len(_list(browser, view="unverified", q="flood@mail.example")) == 3


def test_a_look_shows_no_ticket_of_a_private_queue(browser: Client) -> None:
    hidden = make_fresh(
        queue=make_queue(team=make_team(), is_private=True), subject="Secret matter"
    )
    seen = make_fresh(subject="Open matter")

    assert "Open matter" in browser.get(INBOX, {"ticket": seen.pk, "q": "x"}).content.decode()
    assert "Secret" not in browser.get(INBOX, {"ticket": hidden.pk}).content.decode()
    look = browser.get(reverse("desk:look", args=[hidden.pk]))
    assert "Secret" not in look.content.decode()


def test_the_last_public_words_are_shown_and_no_note(browser: Client, agent: User) -> None:
    ticket = make_fresh(text="The rim has a dent.")
    browser.post(reverse("desk:note", args=[ticket.pk]), note_data(text="Between us."))

    html = browser.get(INBOX).content.decode()

    assert "The rim has a dent." in html
    assert "Between us." not in html
