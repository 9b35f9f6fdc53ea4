"""The box of the inbox: what it finds, what it shows of it, and what it tells nobody."""

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
from tests.factories import make_identity, make_queue, make_reply, make_team, make_topic
from tests.tickets.desk.pages import an_hour_ago, make_fresh, words
from tickets import search
from tickets.models import Ticket, ToRead

INBOX = reverse("desk:inbox")


def _page(browser: Client, q: str, view: str = "all", **more: str) -> str:
    return browser.get(INBOX, {"view": view, "q": q} | more).content.decode()


def _rows(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<li\s[^>]*id="t(\d+)"', html)]


def _suggested(browser: Client, q: str) -> str:
    return words(browser.get(reverse("desk:suggest"), {"q": q}).content.decode())


def test_a_result_shows_who_said_it_and_marks_the_words(browser: Client, agent: User) -> None:
    ticket = make_fresh(subject="Bent <wheel>", text="The <i>wheel</i> is bent.")
    make_fresh(subject="Poles", text="Snapped.")

    html = _page(browser, "wheel")

    assert _rows(html) == [ticket.pk]
    assert "Bent &lt;<mark>wheel</mark>&gt;" in html
    assert re.search(r"Noor El-Amin [\w: ]+ The &lt;i&gt; wheel &lt;/i&gt; is bent\.", words(html))
    assert "The &lt;i&gt;<mark>wheel</mark>&lt;/i&gt; is bent." in html
    assert '<span class="quiet small num" id="list-count">1</span>' in html

    ticket.note(text="A kangaroo sat on it.", by=agent, at=an_hour_ago(), key=uuid.uuid4())
    html = _page(browser, "kangaroo wheel")
    # Two words match the first message once and the note once: the newer of them is shown.
    assert re.search(r"Note by Tomás Oliveira [\w: ]+ A kangaroo sat on it\.", words(html))
    assert "passage--note" in html


def test_words_narrow_a_view_and_keys_narrow_the_words(browser: Client, agent: User) -> None:
    mine = make_fresh(owner=agent, topic=make_topic("Wheels"), text="A kangaroo.")
    other = make_fresh(text="Another kangaroo.", at=an_hour_ago() - timedelta(hours=1))

    assert _rows(_page(browser, "kangaroo")) == [mine.pk, other.pk]
    assert _rows(_page(browser, "kangaroo owner:me")) == [mine.pk]
    assert _rows(_page(browser, "kangaroo", view="unassigned")) == [other.pk]
    elsewhere = f'{INBOX}?view=all&amp;q=kangaroo"'
    assert elsewhere in _page(browser, "kangaroo", view="unassigned")
    assert elsewhere not in _page(browser, "kangaroo")


def test_a_page_costs_the_same_with_one_result_and_with_many(browser: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert _rows(_page(browser, "rim valve"))
        return len(asked)

    queue = make_queue()
    make_fresh(queue=queue)
    one = cost()
    for n in range(search.PAGE):
        make_fresh(queue=queue, identity=make_identity(name=f"Person {n}"))

    assert cost() == one
    assert one <= 12


def test_the_pages_meet_each_result_once(browser: Client) -> None:
    queue, now = make_queue(), an_hour_ago()
    identity = make_identity()
    made = [
        make_fresh(queue=queue, identity=identity, at=now - timedelta(minutes=n)).pk
        for n in range(search.PAGE + 3)
    ]

    first = _page(browser, "rim")
    assert _rows(first) == made[: search.PAGE]
    cursor = re.findall(r'rel="next"\s+href="[^"]*cursor=([^"&]+)', first)[0]
    second = _page(browser, "rim", cursor=cursor)
    assert _rows(second) == made[search.PAGE :]
    assert 'rel="next"' not in second
    assert f'id="list-count">{len(made)}<' in second
    assert _rows(_page(browser, "rim", cursor="nonsense")) == made[: search.PAGE]


def test_no_page_and_no_suggestion_tells_of_a_private_queue(
    browser: Client, agent: User, admin: User
) -> None:
    private = make_queue(team=make_team(), is_private=True)
    secret = make_identity("wallaby@mail.example", name="Wallaby Jones")
    hidden = make_fresh(
        queue=private, identity=secret, subject="Kangaroo matter", text="A kangaroo bit me."
    )
    make_reply(hidden, admin, text="We are sorry about the kangaroo.", at=timezone.now())
    may = Client()
    may.force_login(admin)
    for q in ("kangaroo", "wallaby", "wallaby@mail.example", f"#{hidden.pk}", "kangaroo bit"):
        # It could have leaked: who may see it finds it.
        assert _rows(_page(may, q)) == [hidden.pk], q
        assert str(hidden.pk) in _suggested(may, q.split()[0])

        html = _page(browser, q)
        assert _rows(html) == [], q
        assert 'id="list-count">0<' in html
        assert "Kangaroo matter" not in html
        assert "bit me" not in html
        assert "Jones" not in html
        assert "<mark>" not in html
        suggested = _suggested(browser, q.split()[0])
        assert suggested == f"Search everything for {q.split()[0]}"

    # Named in words of their own, the rest is still not theirs.
    seen = make_fresh(text="The kangaroo is fine.")
    assert _rows(_page(browser, "kangaroo")) == [seen.pk]
    assert 'id="list-count">1<' in _page(browser, "kangaroo")


def test_spam_is_found_among_spam_alone(browser: Client, agent: User) -> None:
    spam = make_fresh(text="Buy a kangaroo.", subject="Kangaroos for sale")
    assert _rows(_page(browser, "kangaroo")) == [spam.pk]
    assert str(spam.pk) in _suggested(browser, "kanga")

    spam.mark_spam(by=agent, at=timezone.now())

    assert _rows(_page(browser, "kangaroo")) == []
    assert _rows(_page(browser, "kangaroo", view="spam")) == [spam.pk]
    assert str(spam.pk) not in _suggested(browser, "kanga")


def test_suggestions_are_what_begins_so(browser: Client) -> None:
    ticket = make_fresh(subject="Front wheel bent", identity=make_identity(name="Zoë Müller"))
    make_fresh(subject="Wheels for two", identity=make_identity(name="Bo Ek"), text="A zone.")

    assert "Front wheel bent Zoë Müller" in _suggested(browser, "zo")
    assert _suggested(browser, "wheel mul").startswith(f"{ticket.pk} Front wheel bent")
    assert "Front wheel bent" in _suggested(browser, "whe")
    assert "Wheels for two" in _suggested(browser, "whe")
    assert "Wheels for two" not in _suggested(browser, "whe owner:me")
    assert str(ticket.pk) in _suggested(browser, str(ticket.pk)[:4])
    assert _suggested(browser, "z") == "Search everything for z"
    assert _suggested(browser, "") == ""


@pytest.mark.parametrize(
    ("q", "sentence"),
    [
        ("the", "Nearly every ticket has “the” in it. Add a word that says more."),
        ("the rim", "“the” is in nearly every ticket and was not looked for."),
        ("kangaroo", "No ticket here matches this."),
        ("!!!", "No ticket here matches this."),
    ],
)
def test_the_page_says_what_it_did_not_find_or_seek(browser: Client, q: str, sentence: str) -> None:
    ticket = make_fresh()

    html = _page(browser, q)

    assert sentence in words(html)
    assert _rows(html) == ([ticket.pk] if "rim" in q else [])


def test_the_page_says_how_many_tickets_are_still_read_in(browser: Client) -> None:
    make_fresh()
    assert "read in" not in _page(browser, "rim")

    ToRead.objects.fill()

    sentence = "1 ticket is still being read in and cannot be found by its words yet."
    assert sentence in words(_page(browser, "rim"))


def test_a_search_that_is_given_up_is_a_page(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fresh()

    def give_up(*args: object, **kwargs: object) -> None:
        raise search.TooLong("This search took too long.")

    monkeypatch.setattr(search, "hits", give_up)

    assert "This search took too long." in words(_page(browser, "rim"))
    news = browser.get(reverse("desk:news"), {"q": "rim", "since": timezone.now().isoformat()})
    assert news.status_code == 200


def test_news_count_what_fits_alone(browser: Client) -> None:
    drawn = timezone.now().isoformat()
    make_fresh(at=timezone.now(), text="A kangaroo.")
    make_fresh(at=timezone.now(), text="A wallaby.")
    asked = {"since": drawn, "view": "all"}

    html = browser.get(reverse("desk:news"), asked | {"q": "kangaroo"}).content.decode()

    assert "1 new ticket: show" in words(html)
    assert Ticket.objects.count() == 2
