import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from customers.models import Customer
from tests.factories import make_queue, make_topic
from tests.tickets.customer.conftest import SUBMIT, a_form
from tickets.models import Attachment, Queue, Ticket, Topic, TopicField
from tickets.web_form import subject_of


def a_file(name: str = "rim.txt", content: bytes = b"dented") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def broken(queue: Queue) -> Topic:
    """A topic that asks for more."""
    topic = make_topic("Arrived broken", queue=queue)
    asked: list[dict[str, Any]] = [
        {"key": "order", "kind": "order", "label": "Order number", "is_required": True},
        {"key": "what", "kind": "choice", "label": "What is it?", "choices": ["Broken", "Missing"]},
        {
            "key": "part",
            "label": "Which part is missing?",
            "is_required": True,
            "shown_when_key": "what",
            "shown_when_value": "Missing",
        },
        {"key": "arrived", "kind": "date", "label": "When did it arrive?"},
        {"key": "count", "kind": "number", "label": "How many?"},
        {"key": "photo", "kind": "file", "label": "A photo"},
    ]
    for position, field in enumerate(asked):
        TopicField.objects.create(topic=topic, position=position, **field)
    return topic


# --- Topics and what they ask --------------------------------------------------------------------


def test_a_topic_in_the_address_is_chosen_and_asks_what_it_needs(
    client: Client, broken: Topic
) -> None:
    assert "Order number" not in client.get(SUBMIT).text

    page = client.get(f"{SUBMIT}?topic={broken.pk}").text
    assert "Order number" in page
    assert "Which part is missing?" not in page


@pytest.mark.parametrize("number", ["9" * 5000, "0", "-1", "²", "\x00", ""])
def test_an_address_that_names_no_topic_is_the_plain_form(
    client: Client, topic: Topic, number: str
) -> None:
    assert client.get(SUBMIT, {"topic": number}).status_code == 200


@pytest.mark.parametrize("name", ["x_\x00", "x_" + "z" * 300, "\ud800", "x_<b>"])
def test_a_file_in_a_field_that_nobody_asked_for_is_kept_as_a_loose_one(
    client: Client, topic: Topic, name: str
) -> None:
    name = name.encode("utf-8", "replace").decode()
    key = str(uuid.uuid4())
    sent = client.post("/submit/files/", {"key": key, "field": name, "file": a_file()})
    page = client.post(SUBMIT, {"key": key, name: a_file("spoke.txt")})

    assert (sent.status_code, page.status_code) == (201, 200)
    assert {(one.name, one.field_key) for one in Attachment.objects.all()} == {
        ("rim.txt", ""),
        ("spoke.txt", ""),
    }


def test_a_branch_asks_for_its_leaf(client: Client, topic: Topic) -> None:
    leaf = make_topic("Parcel missing", parent=topic)

    page = client.post(SUBMIT, a_form(topic))
    assert page.status_code == 200
    assert "Parcel missing" in page.text
    assert "Choose what fits best" in page.text
    assert not Ticket.objects.exists()

    client.post(SUBMIT, a_form(topic, topic1=leaf.pk))
    ticket = Ticket.objects.get()
    assert ticket.topic == leaf
    assert ticket.queue == topic.queue  # the leaf has none of its own


def test_changing_the_topic_without_javascript_keeps_what_was_typed(
    client: Client, topic: Topic, broken: Topic
) -> None:
    form = a_form(topic, step="topic") | {"topic": broken.pk, "email": "half an addr"}

    page = client.post(SUBMIT, form | {"uploads": a_file()})

    assert page.status_code == 200
    assert "I waited all day." in page.text
    assert 'value="half an addr"' in page.text
    assert "rim.txt" in page.text
    assert "Order number" in page.text
    assert "errors__title" not in page.text
    assert not Ticket.objects.exists()


def test_the_script_gets_only_what_the_topic_asks(client: Client, broken: Topic) -> None:
    form = a_form(broken, step="topic", x_order="K-1", x_what="Missing")

    page = client.post(SUBMIT, form, headers={"X-Fragment": "asked"}).text

    assert "Which part is missing?" in page
    assert 'value="K-1"' in page
    assert "What happened?" not in page


def test_what_was_answered_is_kept_with_the_words_it_was_asked_in(
    client: Client, broken: Topic
) -> None:
    asked = "order what part arrived count photo"
    answers = {"x_order": "K-20817", "x_what": "Missing", "x_part": "A spoke"}
    more = {"x_arrived": "2026-03-09", "x_count": "2", "x_photo": a_file("photo.txt")}

    client.post(SUBMIT, a_form(broken, asked=asked, **answers, **more))

    ticket = Ticket.objects.get()
    assert ticket.answers == [
        {"key": "order", "label": "Order number", "value": "K-20817"},
        {"key": "what", "label": "What is it?", "value": "Missing"},
        {"key": "part", "label": "Which part is missing?", "value": "A spoke"},
        {"key": "arrived", "label": "When did it arrive?", "value": "2026-03-09"},
        {"key": "count", "label": "How many?", "value": "2"},
    ]
    photo = Attachment.objects.get(message__ticket=ticket)
    assert (photo.name, photo.field_key, photo.held_session) == ("photo.txt", "photo", "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"x_order": ""}, "Order number: Fill this in"),
        ({"x_what": "Missing"}, "Which part is missing?: Fill this in"),
        ({"x_what": "Stolen"}, "What is it?: Choose one of these."),
        ({"x_arrived": "tomorrow"}, "When did it arrive?: Write the date like 2026-03-09."),
        ({"x_count": "many"}, "How many?: Write a number, for example 3."),
        ({"text": ""}, "What happened?: Write what happened, in your own words."),
        ({"email": ""}, "Where do we answer?: Write the e-mail address"),
        ({"email": "noor@"}, "Where do we answer?: That is not an e-mail address."),
        ({"phone": "12"}, "Phone: That is not a phone number."),
        ({"topic": "999999"}, "What is it about?: Choose what fits best"),
        ({"website": "http://spam.example"}, "A field that people don’t see was filled in"),
        ({"desired_outcome": "x" * 2001}, "there is room for 2000"),
    ],
)
def test_every_error_is_said_and_loses_nothing(
    client: Client, broken: Topic, given: dict[str, str], sentence: str
) -> None:
    right = a_form(broken, asked="order what part arrived count photo", x_order="K-1")

    page = client.post(SUBMIT, right | given | {"uploads": a_file()})

    assert page.status_code == 200
    assert sentence in page.text
    assert not Ticket.objects.exists()
    assert "rim.txt" in page.text
    for name in ("text", "desired_outcome", "impact_reason", "name", "email"):
        typed = given.get(name, right[name])
        assert typed.splitlines() == [] or typed.splitlines()[0] in page.text
    # Once it is right, the file that was uploaded before goes along.
    client.post(SUBMIT, right)
    assert Ticket.objects.get().messages.get().attachments.get().name == "rim.txt"


def test_who_fell_for_the_bait_need_only_send_it_again(client: Client, topic: Topic) -> None:
    page = client.post(SUBMIT, a_form(topic, website="http://spam.example"))

    assert page.status_code == 200
    assert "http://spam.example" not in page.text


def test_a_question_that_came_up_unseen_is_asked_once(client: Client, queue: Queue) -> None:
    topic = make_topic("Return", queue=queue)
    TopicField.objects.create(topic=topic, key="why", label="Why do you return it?")

    first = client.post(SUBMIT, a_form(topic))
    assert "This question came up with your answer." in first.text
    assert not Ticket.objects.exists()

    client.post(SUBMIT, a_form(topic, asked="why"))
    assert Ticket.objects.count() == 1


def test_topics_that_are_off_and_those_below_them_cannot_be_chosen(
    client: Client, topic: Topic
) -> None:
    off = make_topic("Old things", queue=topic.queue, is_active=False)
    below = make_topic("Old bikes", parent=off)

    assert "Old" not in client.get(SUBMIT).text
    assert "Old bikes" not in client.get(f"{SUBMIT}?topic={below.pk}").text
    client.post(SUBMIT, a_form(off))
    assert not Ticket.objects.exists()


def test_a_desk_without_queues_says_so_and_keeps_the_words(client: Client, db: None) -> None:
    form = a_form(Topic(pk=1))

    page = client.post(SUBMIT, form)

    assert page.status_code == 503
    assert "This desk is not set up yet" in page.text
    assert "I waited all day." in page.text


def test_files_that_came_all_at_once_are_counted_again(
    client: Client, topic: Topic, settings: Settings
) -> None:
    form = a_form(topic)
    client.post(SUBMIT, form | {"step": "topic", "uploads": [a_file(), a_file("b.txt")]})
    settings.MESSAGE_FILES_LIMIT = 1

    page = client.post(SUBMIT, form).text

    assert "These are 2 files; 1 go with one message. Remove some." in page
    assert not Ticket.objects.exists()


# --- Once ----------------------------------------------------------------------------------------


def test_sending_twice_is_one_ticket_and_the_same_page(client: Client, topic: Topic) -> None:
    form = a_form(topic)

    first, second = client.post(SUBMIT, form), client.post(SUBMIT, form)

    assert first["Location"] == second["Location"] == f"/submit/sent/{form['key']}/"
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"text": "Now the other wheel is gone too."}, {"email": "right@mail.example"}]
)
def test_going_back_to_write_something_else_is_another_ticket(
    client: Client, topic: Topic, change: dict[str, str]
) -> None:
    form = a_form(topic)
    client.post(SUBMIT, form)

    answer = client.post(SUBMIT, form | change | {"uploads": a_file("second.txt")})
    again = client.post(SUBMIT, form | change)

    assert again["Location"] == answer["Location"]
    assert answer["Location"] != f"/submit/sent/{form['key']}/"
    assert client.get(answer["Location"]).status_code == 200
    second = Ticket.objects.order_by("pk").last()
    assert second
    assert Ticket.objects.count() == 2
    said = second.messages.get()
    assert change in ({"text": said.text}, {"email": second.identity.value})
    assert [file.name for file in said.attachments.all()] == ["second.txt"]


@pytest.mark.django_db(transaction=True)
def test_sending_twice_in_one_instant_is_one_ticket() -> None:
    topic = make_topic("Delivery", queue=make_queue("Orders"))
    form = a_form(topic)

    def press(_n: int) -> int:
        try:
            return Client().post(SUBMIT, form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as browsers:
        answers = list(browsers.map(press, range(4)))

    assert answers == [302] * 4
    assert Ticket.objects.count() == 1
    assert Customer.objects.count() == 1


def test_the_confirmation_survives_a_reload_and_does_not_show_the_thread(
    client: Client, topic: Topic
) -> None:
    form = a_form(topic)
    client.post(SUBMIT, form)
    number = Ticket.objects.get().pk

    for _reload in range(2):
        page = Client().get(f"/submit/sent/{form['key']}/").text
        assert f"#{number}" in page
        assert "A person answers" in page
        assert "(UTC)" in page
        assert "n…@m…" in page
        assert "noor@mail.example" not in page
        assert "I waited all day." not in page
    assert Client().get(f"/submit/sent/{uuid.uuid4()}/").status_code == 404


# --- How often -----------------------------------------------------------------------------------


def submitted(form: dict[str, Any], network: str = "203.0.113.7") -> int:
    return Client(REMOTE_ADDR=network).post(SUBMIT, form).status_code


def test_one_address_may_send_so_many_and_no_more(topic: Topic, settings: Settings) -> None:
    settings.FORM_LIMIT_PER_ADDRESS = (2, 3600)

    answers = [submitted(a_form(topic), f"203.0.{n}.7") for n in range(4)]

    assert answers == [302, 302, 429, 429]
    assert submitted(a_form(topic, email="other@mail.example")) == 302
    assert Ticket.objects.count() == 3


def test_one_network_may_send_so_many_and_no_more(topic: Topic, settings: Settings) -> None:
    settings.FORM_LIMIT_PER_NETWORK = (2, 3600)

    answers = [
        submitted(a_form(topic, email=f"a{n}@mail.example"), f"203.0.113.{n}") for n in range(4)
    ]

    assert answers == [302, 302, 429, 429]
    assert submitted(a_form(topic), "198.51.100.1") == 302


def test_the_desk_takes_so_many_and_one_network_cannot_use_them_up(
    topic: Topic, settings: Settings
) -> None:
    settings.FORM_LIMIT_PER_NETWORK = (1, 3600)
    settings.FORM_LIMIT_PER_DESK = (3, 3600)
    flood = [submitted(a_form(topic, email=f"f{n}@mail.example")) for n in range(5)]
    assert flood == [302, 429, 429, 429, 429]

    answers = [
        submitted(a_form(topic, email=f"a{n}@mail.example"), f"198.51.{n}.1") for n in range(3)
    ]

    assert answers == [302, 302, 429]


def test_who_is_refused_keeps_every_word_and_file(
    client: Client, topic: Topic, settings: Settings
) -> None:
    settings.FORM_LIMIT_PER_ADDRESS = (0, 3600)

    page = client.post(SUBMIT, a_form(topic, uploads=a_file()))

    assert page.status_code == 429
    assert "Wait a little, then send it again." in page.text
    assert "I waited all day." in page.text
    assert "rim.txt" in page.text


# --- Subjects ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("The wheel is bent. It rubs.", "The wheel is bent"),
        ("Hello! My wheel is bent. Please help.", "Hello! My wheel is bent"),
        ("one line\nanother", "one line another"),
        ("The wheel is bent\nIt rubs.", "The wheel is bent"),
        ("Does it fit my bike? It is old.", "Does it fit my bike?"),
        ("It cost 12.50 and broke", "It cost 12.50 and broke"),
        ("word " * 60, " ".join(["word"] * 18) + "…"),
        ("?!", "?!"),
    ],
)
def test_the_subject_is_the_first_sentence(text: str, subject: str) -> None:
    assert subject_of(text) == subject
