import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django.fixtures import Settings

from supportdesk.models import User
from tests.factories import (
    AN_HOUR,
    NOW,
    make_queue,
    make_reply,
    make_solved,
    make_ticket,
    make_topic,
)
from tests.tickets.customer.conftest import let_in, read
from tickets import files
from tickets.models import Attachment, Message, Promise, Ticket
from tickets.states import Confirmation, State

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket(clock: Any, db: None) -> Ticket:
    return make_ticket(desired_outcome="A straight wheel.", impact="nuisance")


@pytest.fixture
def browser(client: Client, ticket: Ticket) -> Client:
    return let_in(client, ticket)


def page_of(browser: Client, ticket: Ticket, query: str = "") -> str:
    answer = browser.get(f"/t/{ticket.pk}/{query}")
    assert answer.status_code == 200
    return answer.text


def headline(page: str) -> str:
    """The one sentence, as it is read."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def post(browser: Client, ticket: Ticket, verb: str, **said: Any) -> Any:
    return browser.post(f"/t/{ticket.pk}/{verb}/", {"key": str(uuid.uuid4()), **said})


# --- Where it stands -----------------------------------------------------------------------------


def test_nobody_has_it_yet(browser: Client, ticket: Ticket) -> None:
    page = page_of(browser, ticket)

    assert headline(page) == "You’ll hear from us today by 16:00."
    assert ticket.queue.team.name in page
    assert "“A straight wheel.”" in page
    assert "It is a nuisance" in page


def test_somebody_promised_something(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    make_reply(ticket, agent, at=NOW, promise_at=NOW + 26 * AN_HOUR)
    clock.now = NOW + A_MINUTE

    page = page_of(browser, ticket)

    assert headline(page) == "You’ll hear from Tomás tomorrow by 14:00."
    assert "An update by" in page
    assert "An answer, " in page  # the first promise, kept


def test_a_broken_promise_is_shown_as_broken(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    make_reply(ticket, agent, at=NOW, promise_at=NOW + AN_HOUR)
    clock.now = NOW + AN_HOUR + A_MINUTE
    # Before the sweep has seen it, and after.
    assert headline(page_of(browser, ticket)) == "We broke a promise today, 13:00."
    ticket.refresh_from_db()
    ticket.break_promise(ticket.promises.get(state="open"), at=clock.now)
    assert headline(page_of(browser, ticket)) == "We broke a promise today, 13:00."

    make_reply(ticket, agent, at=clock.now, promise_at=NOW + 3 * AN_HOUR)
    clock.now += A_MINUTE
    page = page_of(browser, ticket)
    assert headline(page) == "You’ll hear from Tomás today by 15:00."
    assert "We broke a promise" in page  # the story keeps it


def test_waiting_for_the_customer(browser: Client, ticket: Ticket, agent: User, clock: Any) -> None:
    make_reply(ticket, agent, at=NOW, then=State.WAITING)
    clock.now = NOW + A_MINUTE

    page = page_of(browser, ticket)

    assert headline(page) == "It’s your turn: Tomás waits for your answer since 12:00."
    assert "Next: <b>you answer.</b>" in page
    assert "story__ours" in page

    # It stays in the story; one that was taken back was never in it.
    post(browser, ticket, "write", text="700c.")
    assert "story__ours" in page_of(browser, ticket)


def test_a_question_that_was_taken_back_is_not_in_the_story(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    message = make_reply(ticket, agent, at=NOW, then=State.WAITING)
    ticket.undo(message, by=agent, at=NOW)
    clock.now = NOW + A_MINUTE

    assert "story__ours" not in page_of(browser, ticket)


def test_on_hold_with_the_reason(browser: Client, ticket: Ticket, agent: User, clock: Any) -> None:
    make_reply(ticket, agent, at=NOW, then=State.ON_HOLD, hold_reason="the courier’s search")
    clock.now = NOW + A_MINUTE

    page = page_of(browser, ticket)

    assert "the courier’s search" in page
    assert headline(page).startswith("You’ll hear from Tomás")


def test_what_can_still_be_taken_back_has_not_happened(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    clock.now = NOW + AN_HOUR
    before = page_of(browser, ticket)
    message = make_reply(
        ticket,
        agent,
        at=clock.now,
        then=State.ON_HOLD,
        hold_reason="secret until sent",
        promise_at=NOW + 30 * AN_HOUR,
    )

    during = page_of(browser, ticket)

    assert headline(during) == headline(before) == "You’ll hear from us today by 16:00."
    for early in ("secret until sent", "A new wheel", "Tomás"):
        assert early not in during
    clock.now = message.release_at
    after = page_of(browser, ticket)
    for now_known in ("secret until sent", "A new wheel", "Tomás"):
        assert now_known in after


# --- What is never shown -------------------------------------------------------------------------


def test_nothing_internal_ever_shows(
    browser: Client, ticket: Ticket, colleague: User, clock: Any
) -> None:
    """Every internal field holds a canary; so do the public ones, to prove that canaries show."""
    agent = User.objects.get(pk=_fill_with_canaries(ticket, colleague, clock))
    clock.now = NOW + 20 * AN_HOUR

    pages = [
        page_of(browser, ticket),
        browser.get(f"/t/{ticket.pk}/", headers={"X-Fragment": "0"}).text,
        browser.get(f"/t/{ticket.pk}/feedback/").text,
    ]

    for page in pages[:2]:
        assert {"PUBLIC-reply", "PUBLIC-words", "PUBLICFIRST"} <= set(_canaries(page))
    for page in pages:
        assert [one for one in _canaries(page) if one.startswith("SECRET")] == []
    assert agent.email not in pages[0]


def _canaries(text: str) -> list[str]:
    return re.findall(r"(?:PUBLIC|SECRET)[\w-]*", text)


def _fill_with_canaries(ticket: Ticket, colleague: User, clock: Any) -> int:
    from supportdesk.models import Team
    from tickets.models import Draft, Escalation, FollowUp, Handoff

    agent = User.objects.create_user(
        "SECRET-agent@desk.example", name="PUBLICFIRST SECRETLAST", signature="SECRET-signature"
    )
    colleague.name = "Zed SECRET-colleague"
    colleague.save()
    Ticket.objects.filter(pk=ticket.pk).update(
        tags=["SECRET-tag"], given_reason="SECRET-given", complaint_quote="SECRET-quote"
    )
    ticket.refresh_from_db()
    ticket.queue.name = "SECRET-queue"
    ticket.queue.save()
    Team.objects.create(name="SECRET-team")
    ticket.take(by=agent, at=NOW)
    ticket.customer_wrote(
        text="PUBLIC-words", by=ticket.customer, via="page", key=uuid.uuid4(), at=NOW
    )
    make_reply(ticket, agent, text="PUBLIC-reply", at=NOW + A_MINUTE, cc=["secret@x.example"])
    note_file = files.store_bytes(b"x", "SECRET-file.txt", at=NOW)
    ticket.note(text="SECRET-note", by=colleague, at=NOW, key=uuid.uuid4(), files=[note_file])
    undone = make_reply(ticket, agent, text="SECRET-undone", at=NOW + 2 * A_MINUTE)
    ticket.undo(undone, by=agent, at=NOW + 2 * A_MINUTE)
    Draft.objects.filter(ticket=ticket).update(text="SECRET-draft")
    ticket.hand_off(
        handoff=Handoff(to_user=agent, wants="SECRET-wants", known="SECRET-known"),
        by=agent,
        at=NOW + AN_HOUR,
    )
    ticket.follow_up(due_at=NOW + 9 * AN_HOUR, by=agent, at=NOW + AN_HOUR, what="SECRET-follow-up")
    ticket.change_priority(4, by=agent, at=NOW + AN_HOUR)
    ticket.record("noted", by=colleague, at=NOW + AN_HOUR, what="SECRET-event")
    promise = ticket.promises.get(state="open")
    ticket.escalate(promise=promise, to=colleague, level=1, at=NOW + AN_HOUR)
    make_solved(
        ticket, agent, at=NOW + 3 * AN_HOUR, text="PUBLIC-solution", outcome="none",
        reason="SECRET-reason",
    )  # fmt: skip
    late = make_reply(ticket, agent, text="SECRET-unreleased", at=NOW + 4 * AN_HOUR)
    Message.objects.filter(pk=late.pk).update(release_at=NOW + 90 * AN_HOUR)
    assert FollowUp.objects.count() == Escalation.objects.count() == Handoff.objects.count() == 1
    return agent.pk


def test_a_stranger_to_the_ticket_gets_none_of_its_files(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    note = files.store_bytes(b"internal", "plan.txt", at=NOW)
    ticket.note(text="see file", by=agent, at=NOW, key=uuid.uuid4(), files=[note])
    other = make_ticket(files=[files.store_bytes(b"theirs", "theirs.txt", at=NOW)])
    theirs = Attachment.objects.get(message__ticket=other)
    held = files.store_bytes(b"held", "held.txt", session="x", at=NOW)
    mine = files.store_bytes(b"mine", "mine.txt", at=NOW)
    ticket.customer_wrote(
        text="", by=ticket.customer, via="page", key=uuid.uuid4(), at=NOW, files=[mine]
    )

    def got(file: Attachment, at: Ticket = ticket) -> int:
        return read(browser.get(f"/t/{at.pk}/files/{file.pk}/"))

    assert got(mine) == 200
    assert [got(note), got(theirs), got(held), got(theirs, at=other)] == [404] * 4
    assert Client().get(f"/t/{ticket.pk}/files/{mine.pk}/").status_code == 404


# --- The thread ----------------------------------------------------------------------------------


def test_a_long_thread_shows_the_last_thirty(browser: Client, ticket: Ticket, clock: Any) -> None:
    for n in range(35):
        ticket.customer_wrote(
            text=f"word-{n}-", by=ticket.customer, via="page", key=uuid.uuid4(), at=NOW
        )

    page = page_of(browser, ticket)
    assert "6 earlier messages" in page
    assert "word-5-" in page
    assert "word-4-" not in page
    whole = page_of(browser, ticket, "?from=start")
    assert "word-4-" in whole
    assert "earlier message" not in whole


def test_many_messages_do_not_push_a_broken_promise_out_of_the_story(
    browser: Client, ticket: Ticket, clock: Any
) -> None:
    clock.now = NOW + 5 * AN_HOUR
    for n in range(20):
        ticket.customer_wrote(
            text="?", by=ticket.customer, via="page", key=uuid.uuid4(), at=clock.now - n * A_MINUTE
        )

    assert "story__broken" in page_of(browser, ticket)


def test_what_the_customer_wrote_is_text_whatever_it_looks_like(
    browser: Client, ticket: Ticket
) -> None:
    ticket.customer_wrote(
        text="<img src=x onerror=alert(1)>\n\nline", by=ticket.customer, via="page",
        key=uuid.uuid4(), at=NOW,
    )  # fmt: skip

    page = page_of(browser, ticket)

    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page


def test_the_page_costs_the_same_whatever_its_length(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    clock.now = NOW + 2 * AN_HOUR
    make_reply(ticket, agent, at=NOW)
    page_of(browser, ticket)
    with CaptureQueriesContext(connection) as short:
        page_of(browser, ticket)
    for _more in range(3):
        ticket.customer_wrote(
            text="more", by=ticket.customer, via="page", key=uuid.uuid4(), at=NOW,
            files=[files.store_bytes(b"x", "x.txt", at=NOW)],
        )  # fmt: skip
        make_reply(ticket, agent, at=NOW)
    with CaptureQueriesContext(connection) as long:
        page_of(browser, ticket)

    assert len(long) == len(short) <= 8


def test_the_script_is_told_what_changed_and_never_gets_the_form(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    version = re.search(r'data-version="([^"]+)"', page_of(browser, ticket))
    assert version

    def asked() -> str:
        return browser.get(f"/t/{ticket.pk}/", headers={"X-Fragment": version[1]}).text

    assert 'id="pledge"' in asked()
    assert 'id="thread"' not in asked()
    make_reply(ticket, agent, at=NOW)
    clock.now = NOW + A_MINUTE
    assert 'id="thread"' in asked()
    assert "A new wheel leaves today." in asked()
    assert "<textarea" not in asked()


# --- Saying something ----------------------------------------------------------------------------


def test_writing_opens_the_ticket_again_and_brings_files(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    make_reply(ticket, agent, at=NOW, then=State.WAITING)
    clock.now = NOW + AN_HOUR
    file = SimpleUploadedFile("size.txt", b"700c")

    answer = post(browser, ticket, "write", text="It is 700c.\r\nReally.", uploads=file)

    assert answer["Location"] == f"/t/{ticket.pk}/#last"
    message = ticket.messages.order_by("pk").last()
    assert message is not None
    assert (message.text, message.via) == ("It is 700c.\nReally.", "page")
    assert message.attachments.get().name == "size.txt"
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN


def test_pressing_twice_is_one_message(browser: Client, ticket: Ticket) -> None:
    key = str(uuid.uuid4())

    for _press in range(2):
        assert post(browser, ticket, "write", text="Hello?", key=key).status_code == 302

    assert ticket.messages.filter(text="Hello?").count() == 1


def test_an_empty_message_is_asked_for_words(browser: Client, ticket: Ticket) -> None:
    page = post(browser, ticket, "write", text="  ").text

    assert "Write something, or add a file." in page
    assert ticket.messages.count() == 1
    photo = SimpleUploadedFile("p.txt", b"p")
    post(browser, ticket, "write", text="", uploads=photo)
    assert ticket.messages.count() == 2


def test_a_refused_file_keeps_the_words_and_the_other_files(
    browser: Client, ticket: Ticket, settings: Settings
) -> None:
    settings.FILE_LIMIT_BYTES = 5
    good, big = SimpleUploadedFile("good.txt", b"12345"), SimpleUploadedFile("big.txt", b"123456")
    key = str(uuid.uuid4())

    page = post(browser, ticket, "write", text="my words", uploads=[big, good], key=key).text

    assert "“big.txt” is too large. A file can have up to 5\xa0bytes." in page
    assert "my words" in page
    assert "good.txt" in page
    post(browser, ticket, "write", text="my words", key=key)
    assert [str(file) for file in Attachment.objects.filter(message__text="my words")] == [
        "good.txt"
    ]


def test_a_held_file_can_be_removed_without_javascript(browser: Client, ticket: Ticket) -> None:
    key = str(uuid.uuid4())
    both = [SimpleUploadedFile("wrong.txt", b"x") for _ in range(2)]
    page = post(browser, ticket, "write", text="", uploads=both, key=key, remove="x").text
    assert page.count("<b>wrong.txt</b>") == 2
    first = Attachment.objects.filter(message=None).order_by("created_at", "pk")[0]

    # Somebody else’s browser removes nothing.
    post(let_in(Client(), ticket), ticket, "write", text="", key=key, remove=str(first.pk))
    assert Attachment.objects.filter(message=None).count() == 2
    page = post(browser, ticket, "write", text="kept", key=key, remove=str(first.pk)).text

    assert page.count("<b>wrong.txt</b>") == 1
    assert "kept" in page
    assert ticket.messages.count() == 1


def test_writing_has_a_limit_and_loses_nothing_at_it(
    browser: Client, ticket: Ticket, settings: Settings
) -> None:
    settings.FORM_LIMIT_PER_NETWORK = (1, 3600)
    assert post(browser, ticket, "write", text="one").status_code == 302

    page = post(browser, ticket, "write", text="two words")

    assert page.status_code == 429
    assert "two words" in page.text
    assert ticket.messages.filter(text="two words").count() == 0


# --- Is it solved? -------------------------------------------------------------------------------


@pytest.fixture
def solved(ticket: Ticket, agent: User, clock: Any) -> Ticket:
    make_solved(ticket, agent, at=NOW)
    clock.now = NOW + AN_HOUR
    return ticket


def test_it_is_solved(browser: Client, solved: Ticket) -> None:
    page = page_of(browser, solved)
    assert headline(page) == "We think it is solved. Is it?"

    for _press in range(2):
        answer = post(browser, solved, "solved")
        assert answer["Location"].startswith(f"/t/{solved.pk}/feedback/")

    solved.refresh_from_db()
    assert solved.confirmation == Confirmation.CONFIRMED
    assert solved.events.filter(kind="confirmed").count() == 1
    assert headline(page_of(browser, solved)) == "Solved: you said so."


def test_not_yet_opens_it_again_with_the_reason(browser: Client, solved: Ticket) -> None:
    key = str(uuid.uuid4())
    for _press in range(2):
        answer = post(browser, solved, "not-yet", reason="It still rubs.", key=key)
        assert answer.status_code == 302

    solved.refresh_from_db()
    assert (solved.state, solved.confirmation) == (State.OPEN, Confirmation.STILL_A_PROBLEM)
    assert solved.messages.filter(text="It still rubs.").count() == 1
    assert solved.events.filter(kind="still_a_problem").count() == 1


def test_not_yet_asks_for_the_reason(browser: Client, solved: Ticket) -> None:
    page = post(browser, solved, "not-yet", reason=" ").text

    assert "Tell us what is still wrong, so that we don’t guess." in page
    solved.refresh_from_db()
    assert solved.state == State.SOLVED


def test_not_yet_a_moment_too_late_is_a_message(
    browser: Client, solved: Ticket, agent: User
) -> None:
    solved.resume(by=agent, at=NOW + AN_HOUR)

    post(browser, solved, "not-yet", reason="It still rubs.")

    assert solved.messages.filter(text="It still rubs.").count() == 1


def test_what_is_not_solved_cannot_be_confirmed(browser: Client, ticket: Ticket) -> None:
    answer = post(browser, ticket, "solved")

    assert answer["Location"] == f"/t/{ticket.pk}/"
    assert "We are still working on it." in page_of(browser, ticket)


def test_a_solution_that_can_still_be_taken_back_cannot_be_confirmed(
    browser: Client, ticket: Ticket, agent: User
) -> None:
    make_solved(ticket, agent, at=NOW)

    post(browser, ticket, "solved")

    ticket.refresh_from_db()
    assert ticket.confirmation == Confirmation.ASKED


@pytest.mark.parametrize(
    ("choice", "shown"), [("yes", "autofocus"), ("no", '<details class="more" open>')]
)
def test_what_was_clicked_in_the_mail_is_marked_only(
    browser: Client, solved: Ticket, choice: str, shown: str
) -> None:
    assert shown not in page_of(browser, solved)
    assert shown in page_of(browser, solved, f"?choice={choice}")
    solved.refresh_from_db()
    assert solved.confirmation == Confirmation.ASKED


# --- Reading is not writing ----------------------------------------------------------------------


def test_reading_writes_nothing(browser: Client, solved: Ticket) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    file = files.store_bytes(picture.getvalue(), "p.png", at=NOW)
    Attachment.objects.filter(pk=file.pk).update(message=solved.messages.first())
    make_topic("Delivery", queue=make_queue())
    before = _everything()

    for address in (
        "/submit/",
        "/submit/?topic=1",
        f"/submit/sent/{solved.messages.first().key}/",
        f"/t/{solved.pk}/",
        f"/t/{solved.pk}/?choice=no",
        f"/t/{solved.pk}/files/{file.pk}/",
        f"/t/{solved.pk}/files/{file.pk}/picture/",
        f"/t/{solved.pk}/feedback/?solved=no",
        f"/t/{'x' * 43}/",
        "/t/99999/",
    ):
        for ask in (browser.get, browser.head):
            assert read(ask(address)) in {200, 403}, address

    assert _everything() == before


def _everything() -> dict[str, list[Any]]:
    """Every row of every table but the sessions."""
    return {
        model.__name__: sorted(_plain(row) for row in model._default_manager.values_list())
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


def _plain(row: tuple[Any, ...]) -> str:
    return str([bytes(value) if isinstance(value, memoryview) else value for value in row])


def test_promises_of_the_customer_page_are_those_made_public(
    browser: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    make_reply(ticket, agent, at=NOW, promise_at=NOW + 2 * AN_HOUR)
    assert Promise.objects.filter(ticket=ticket).count() == 2
    assert page_of(browser, ticket).count("ribbon--") == 1
    clock.now = NOW + A_MINUTE
    assert page_of(browser, ticket).count("ribbon--") == 2


@pytest.mark.parametrize("verb", ["write", "not-yet"])
def test_a_key_that_stands_for_something_else_loses_no_word(
    browser: Client, solved: Ticket, verb: str
) -> None:
    said = "text" if verb == "write" else "reason"
    elsewhere = make_ticket(subject="another").messages.get()
    for key in (str(elsewhere.key), str(uuid.uuid4())):
        for words in ("It rubs.", "It still rubs.", "It still rubs."):
            answer = post(browser, solved, verb, key=key, **{said: words})
            assert answer.status_code == 302

    heard = sorted(message.text for message in solved.messages.filter(kind="customer")[1:])
    assert heard == ["It rubs.", "It rubs.", "It still rubs.", "It still rubs."]
    assert elsewhere.ticket.messages.count() == 1
