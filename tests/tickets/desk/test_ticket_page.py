import re
import uuid
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from supportdesk.models import Delivery, User
from tests.factories import make_agent, make_queue, make_reply, make_team
from tests.tickets.desk.pages import address, make_fresh, words
from tickets import thread
from tickets.models import Event, Message, Ticket


def test_every_line_reads_as_a_sentence(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    for n, kind in enumerate(Event.Kind):
        Event.objects.create(
            ticket=ticket,
            kind=kind,
            at=timezone.now() + timedelta(seconds=n),
            data={"from": "A", "to": "B", "reason": "C", "quote": "D", "what": "E"},
        )

    html = browser.get(address("ticket", ticket)).content.decode()

    for line in re.findall(r'<p class="event.*?</p>', html, re.DOTALL):
        assert "None" not in words(line)
        assert "{" not in words(line)
        assert len(words(line)) > 15


def test_a_long_ticket_is_read_in_stretches_that_lose_nothing(browser: Client, agent: User) -> None:
    ticket = make_fresh(at=timezone.now() - timedelta(days=3))
    at = timezone.now() - timedelta(days=2)
    for n in range(120):
        # Three of each instant: the edges of stretches fall between twins.
        ticket.note(text=f"note {n}", by=agent, at=at + timedelta(minutes=n // 3), key=uuid.uuid4())

    said, before = [], None
    while True:
        stretch = thread.read(ticket, before=before)
        said = [entry.message.pk for entry in stretch.entries if entry.message] + said
        if not stretch.earlier:
            break
        before = stretch.earlier
    assert said == list(ticket.messages.order_by("at", "pk").values_list("pk", flat=True))

    html = browser.get(address("ticket", ticket)).content.decode()
    assert "note 119" in html
    assert "note 1<" not in html
    link = re.search(r'href="(\?before=[^"]+)"', html)
    assert link
    earlier = browser.get(address("ticket", ticket) + link[1]).content.decode()
    assert "note 60" in earlier
    assert "To the latest" in earlier


def test_the_page_costs_the_same_for_one_message_and_for_fifty(
    browser: Client, agent: User
) -> None:
    ticket, costs = make_fresh(at=timezone.now() - timedelta(days=3)), []
    for more in (1, 45):
        for n in range(more):
            make_reply(ticket, make_agent(), at=timezone.now() - timedelta(hours=50 - n))
        with CaptureQueriesContext(connection) as asked:
            browser.get(address("ticket", ticket))
        costs.append(len(asked))

    assert costs[0] == costs[1]
    assert costs[0] <= 12


def test_nothing_is_open_until_one_chooses(browser: Client) -> None:
    ticket = make_fresh()

    closed = browser.get(address("ticket", ticket)).content.decode()
    assert _open_sheets(closed) == [""]
    for sheet in ("reply", "note", "solve", "hand_off", "wait", "hold"):
        page = browser.get(address("ticket", ticket), {"open": sheet}).content.decode()
        assert _open_sheets(page) == [sheet]


def _open_sheets(html: str) -> list[str]:
    tags = re.findall(r'<(?:form|div)[^>]*data-sheet="(\w*)"([^>]*)>', html)
    return [name for name, rest in tags if "hidden" not in rest.split("method=")[0].split()]


def test_a_sheet_without_a_draft_comes_alone_to_a_page_that_shows_everything(
    browser: Client, agent: User
) -> None:
    ticket = make_fresh()
    page = browser.get(address("ticket", ticket)).content.decode()
    seen = re.search(r'id="version" name="version" value="([^"]+)"', page)
    assert seen
    assert 'data-sheet="hand_off"' not in page
    ask = {"open": "hand_off", "version": seen[1]}

    answer = browser.get(address("ticket", ticket), ask, headers={"X-Fragment": "sheet"})
    assert answer.content.decode().count("<form") == 1
    assert _open_sheets(answer.content.decode()) == ["hand_off"]

    # What was said since must be read first: the script loads the whole page.
    make_reply(ticket, agent)
    late = browser.get(address("ticket", ticket), ask, headers={"X-Fragment": "sheet"})
    assert (late.status_code, late.content) == (204, b"")


def test_reply_and_note_are_told_apart_by_words_paper_icon_and_button(browser: Client) -> None:
    ticket = make_fresh()

    html = browser.get(address("ticket", ticket)).content.decode()
    forms = {
        kind: html.split(f'data-sheet="{kind}"')[1].split("</form>")[0]
        for kind in ("reply", "note")
    }

    assert "Reply to Noor" in words(forms["reply"])
    assert ticket.identity.value in forms["reply"]
    assert "Send, and promise" in words(forms["reply"])
    assert "Noor never sees this. A note has no address." in words(forms["note"])
    assert "Add note" in words(forms["note"])
    assert ticket.identity.value not in forms["note"]
    assert "composer composer--note" in html


def test_what_a_mail_brought_is_framed_and_closed_in(browser: Client, agent: User) -> None:
    ticket = make_fresh(framed_html="<p>Hello <b>there</b></p>")
    message = ticket.messages.get()

    page = browser.get(address("ticket", ticket)).content.decode()
    frame = browser.get(f"/desk/messages/{message.pk}/body/")

    assert "<b>there</b>" not in page
    assert f'src="/desk/messages/{message.pk}/body/"' in page
    assert "<b>there</b>" in frame.content.decode()
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    policy = frame["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy


def test_a_mail_of_a_private_queue_is_not_there(browser: Client, admin: User) -> None:
    queue = make_queue(team=make_team(), is_private=True)
    message = make_fresh(queue=queue, framed_html="<p>x</p>").messages.get()
    place = f"/desk/messages/{message.pk}/body/"

    assert browser.get(place).status_code == 404
    browser.force_login(admin)
    assert browser.get(place).status_code == 200


def test_how_the_mail_of_a_reply_fares(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    message = make_reply(ticket, agent, at=timezone.now() - timedelta(minutes=30))
    Delivery.objects.filter(subject="tickets.message", subject_id=message.pk).delete()
    Delivery.objects.create(
        kind="reply", subject="tickets.message", subject_id=message.pk, group_key="x",
        message_id="<x@y>", recipient="noor@mail.example", payload={}, state="failed",
        response="550 no such user", created_at=message.at, release_at=message.at,
    )  # fmt: skip

    html = words(browser.get(address("ticket", ticket)).content.decode())

    assert "could not be sent (noor@mail.example: 550 no such user)" in html


def test_news_come_only_when_there_are_some_and_leave_the_composer_alone(
    browser: Client, colleague: User
) -> None:
    ticket = make_fresh()
    page = browser.get(address("ticket", ticket)).content.decode()
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version
    place = f"/desk/tickets/{ticket.pk}/news/?version={version[1]}"
    assert browser.get(place, headers={"HX-Request": "true"}).status_code == 204

    make_reply(ticket, colleague, text="Just now.", at=timezone.now())

    news = browser.get(place, headers={"HX-Request": "true"})
    assert "Just now." in news.content.decode()
    assert '<textarea class="composer__text' not in news.content.decode()


def test_the_way_back_keeps_the_list(browser: Client) -> None:
    ticket = make_fresh()
    html = browser.get("/desk/?view=all&q=tag%3Aa+rim&cursor=").content.decode()
    assert "tag:a rim" in html

    page = browser.get(
        address("ticket", ticket), {"from": "view=all&q=state%3Anew&cursor=abc"}
    ).content.decode()

    assert f'href="/desk/?view=all&amp;q=state%3Anew&amp;cursor=abc#t{ticket.pk}"' in page


def test_hostile_words_stay_words(browser: Client, agent: User) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    ticket = make_fresh(
        subject=evil, text=evil, desired_outcome=evil, impact="blocked", impact_reason=evil,
        answers=[{"key": "k", "label": evil, "value": evil}],
    )  # fmt: skip
    make_reply(ticket, agent, text=evil, at=timezone.now(), then="on_hold", hold_reason=evil)
    ticket.note(text=evil, by=agent, at=timezone.now(), key=uuid.uuid4())
    ticket.change_tags([evil], by=agent, at=timezone.now())
    ticket.mark_complaint(quote=evil, by=agent, at=timezone.now())
    ticket.follow_up(due_at=timezone.now() + timedelta(1), what=evil, by=agent, at=timezone.now())

    for place in (address("ticket", ticket), f"/desk/?view=all&ticket={ticket.pk}"):
        html = browser.get(place).content.decode()
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert Message.objects.count() == 3
    assert Ticket.objects.count() == 1


def test_news_come_until_what_was_sent_is_on_its_way(browser: Client, agent: User) -> None:
    ticket = make_fresh()
    reply = make_reply(ticket, agent, at=timezone.now())
    page = browser.get(address("ticket", ticket)).content.decode()
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version
    assert "not sent yet" in page

    Message.objects.filter(pk=reply.pk).update(release_at=timezone.now())
    Delivery.objects.update(state=Delivery.State.SENT)

    place = f"/desk/tickets/{ticket.pk}/news/?version={version[1]}"
    news = browser.get(place, headers={"HX-Request": "true"}).content.decode()
    assert "not sent yet" not in news
    settled = re.search(r'name="version" value="([^"]+)"', news)
    assert settled
    place = f"/desk/tickets/{ticket.pk}/news/?version={settled[1]}"
    assert browser.get(place, headers={"HX-Request": "true"}).status_code == 204


def test_a_broken_promise_is_late_until_they_hear_from_us(browser: Client, agent: User) -> None:
    now = timezone.now()
    ticket = make_fresh(at=now - timedelta(days=9))
    promise = ticket.promises.get()
    ticket.break_promise(promise, at=promise.due_at)

    page = words(browser.get(address("ticket", ticket)).content.decode())
    assert re.search(r"[2-9] d late", page)
    make_reply(ticket, agent, at=promise.due_at + timedelta(minutes=40), then="waiting")
    page = words(browser.get(address("ticket", ticket)).content.decode())
    assert "40 min late" in page
    assert not re.search(r"\d d late", page)
