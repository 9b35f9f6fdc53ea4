"""Admins arrange the desk in the product, from the first page on."""

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image, PngImagePlugin

from supportdesk.models import Delivery, Desk, OneTimeLink, Role, Team, User
from supportdesk.setup import staff
from supportdesk.setup.forms.desk import days_in, shifts_in
from tests.factories import make_agent, make_queue, make_team, make_ticket, make_topic
from tickets.models import Queue, Topic, TopicField

pytestmark = pytest.mark.django_db
FIRST = {
    "desk_name": "Kestrel & Pine",
    "desk_language": "de",
    "desk_time_zone": "Europe/Berlin",
    "name": "Ada Lindqvist",
    "email": "Ada@Kestrel.example",
    "password": "three odd words",
}


def set_up_link() -> str:
    _link, token = OneTimeLink.issue(
        purpose=OneTimeLink.Purpose.SET_UP,
        user=None,
        lasts=timedelta(days=1),
        at=timezone.now(),
    )
    return reverse("setup:first", args=[token])


@pytest.fixture
def setup(client: Client, admin: User) -> Client:
    """A browser in which an admin is signed in."""
    client.force_login(admin)
    return client


def send(client: Client, page: str, /, *args: object, **said: object) -> Any:
    return client.post(reverse(f"setup:{page}", args=args), said, secure=True)


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"setup:{name}", args=args), secure=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- The first page -------------------------------------------------------------------------------


def test_the_first_page_names_the_desk_and_makes_its_admin(client: Client) -> None:
    answer = client.post(set_up_link(), FIRST, secure=True)

    assert answer["Location"] == "/setup/"
    desk, admin = Desk.current(), User.objects.get()
    assert (desk.name, desk.language, desk.time_zone) == ("Kestrel & Pine", "de", "Europe/Berlin")
    assert (admin.email, admin.role, admin.language) == ("ada@kestrel.example", "admin", "de")
    assert admin.check_password("three odd words")
    assert client.get("/setup/", secure=True).status_code == 200


def test_once_there_is_an_admin_no_such_page_exists(client: Client) -> None:
    early, late = set_up_link(), set_up_link()
    client.post(early, FIRST, secure=True)

    for link in (early, late):
        assert Client().get(link, secure=True).status_code == 404
        assert Client().post(link, FIRST, secure=True).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("token", ["0", "None", "[]", "é", "x" * 3000])
def test_no_made_up_link_sets_the_desk_up(client: Client, token: str) -> None:
    set_up_link()
    assert client.post(f"/setup/first/{token}/", FIRST, secure=True).status_code == 404


def test_what_was_typed_is_there_beside_what_to_do(client: Client) -> None:
    link = set_up_link()
    answer = client.post(link, FIRST | {"password": "short"}, secure=True)
    said = answer.content.decode()
    assert "This password is too short." in said
    assert 'value="Kestrel &amp; Pine"' in said
    assert not User.objects.exists()
    assert client.post(link, FIRST, secure=True).status_code == 302


# --- Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["home", "people", "invite", "desk", "hours", "sender", "topics"])
def test_only_admins_see_the_set_up(client: Client, supervisor: User, name: str) -> None:
    assert client.get(reverse(f"setup:{name}"), secure=True).status_code == 302
    client.force_login(supervisor)
    assert client.get(reverse(f"setup:{name}"), secure=True).status_code == 403


def test_the_list_of_what_is_left_grows_shorter(setup: Client) -> None:
    assert "6 things are left" in page(setup, "home")
    queue = make_queue(team=make_team(lead=make_agent()))
    make_topic(queue=queue)
    send(setup, "desk", **rules(name="Kestrel"))
    assert "One thing is left" in page(setup, "home")


def test_a_new_desk_is_told_what_to_make_first_and_offered_what_there_is_only_one_of(
    setup: Client,
) -> None:
    assert "There is no team yet. Make one first" in page(setup, "new_queue")
    assert "There is no queue yet. Make one first" in page(setup, "new_topic")
    queue = make_queue(team=make_team())
    assert f'value="{queue.team_id}" selected' in page(setup, "new_queue")
    assert f'value="{queue.pk}" selected' in page(setup, "new_topic")
    make_queue(team=make_team())
    assert f'value="{queue.pk}" selected' not in page(setup, "new_topic")


# --- People -----------------------------------------------------------------------------------------


def test_a_changed_role_and_team_hold_from_the_next_click(
    setup: Client, agent: User, team: Team
) -> None:
    other = make_team()
    theirs = Client()
    theirs.force_login(agent)
    assert theirs.get("/setup/", secure=True).status_code == 403

    send(setup, "person", agent.pk, name="Tomás O.", role="admin", teams=[other.pk])

    assert theirs.get("/setup/", secure=True).status_code == 200
    assert list(agent.teams.all()) == [other]
    agent.refresh_from_db()
    assert agent.name == "Tomás O."


def test_the_last_admin_stays_one(setup: Client, admin: User) -> None:
    said = send(setup, "person", admin.pk, name="Ada", role="agent").content.decode()
    assert "Ada Min is the only admin who can sign in." in said
    said = send(setup, "deactivate", admin.pk).content.decode()
    assert "Make somebody else an admin first." in said
    admin.refresh_from_db()
    assert (admin.role, admin.is_active, admin.name) == ("admin", True, "Ada Min")


def test_an_admin_who_never_came_does_not_count(setup: Client, admin: User) -> None:
    User.objects.create_user("late@desk.example", None, name="Late", role=Role.ADMIN)
    assert send(setup, "deactivate", admin.pk).status_code == 200
    make_agent(role=Role.ADMIN)
    assert send(setup, "deactivate", admin.pk).status_code == 302


def test_switching_somebody_off_gives_their_open_tickets_on(
    setup: Client, agent: User, colleague: User, team: Team
) -> None:
    queue = make_queue(team=team)
    ticket = make_ticket(queue=queue, owner=agent)
    Team.objects.filter(pk=team.pk).update(lead=agent)
    theirs = Client()
    theirs.force_login(agent)
    assert "owns <b>1 open ticket</b>" in page(setup, "deactivate", agent.pk)

    answer = send(setup, "deactivate", agent.pk, successor=colleague.pk)

    assert answer["Location"] == "/setup/people/"
    ticket.refresh_from_db()
    team.refresh_from_db()
    assert (ticket.owner, team.lead) == (colleague, colleague)
    assert ticket.events.order_by("pk").last().kind == "assigned"
    assert theirs.get("/account/profile/", secure=True).status_code == 302


def test_without_a_successor_the_tickets_have_no_owner(setup: Client, agent: User) -> None:
    ticket = make_ticket(owner=agent)
    send(setup, "deactivate", agent.pk, successor="")
    ticket.refresh_from_db()
    assert ticket.owner is None


def test_switched_on_again_the_old_sessions_stay_closed(setup: Client, agent: User) -> None:
    theirs = Client()
    theirs.force_login(agent)
    send(setup, "deactivate", agent.pk)
    send(setup, "reactivate", agent.pk)
    assert theirs.get("/account/profile/", secure=True).status_code == 302
    theirs.force_login(User.objects.get(pk=agent.pk))
    assert theirs.get("/account/profile/", secure=True).status_code == 200


def test_an_admin_ends_somebodys_sessions(setup: Client, agent: User) -> None:
    theirs = Client()
    theirs.force_login(agent)
    send(setup, "end_sessions", agent.pk)
    assert theirs.get("/account/profile/", secure=True).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_switch_each_other_off_one_stays() -> None:
    Desk.objects.get_or_create(pk=1)
    one, other = make_agent(role=Role.ADMIN), make_agent(role=Role.ADMIN)
    gate, refused = threading.Barrier(2), []

    def switch_off(who: User, by: User) -> None:
        gate.wait()
        try:
            staff.deactivate(who, successor=None, by=by, at=timezone.now())
        except staff.LastAdmin:
            refused.append(who)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=switch_off, args=pair) for pair in ((one, other), (other, one))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert list(User.objects.filter(role=Role.ADMIN, is_active=True)) == refused


# --- Teams, queues, topics --------------------------------------------------------------------------


def test_a_team_and_its_lead(setup: Client, agent: User) -> None:
    answer = send(setup, "new_team", name="Workshop", lead=agent.pk)
    assert answer["Location"] == "/setup/teams/"
    team = Team.objects.get(name="Workshop")
    assert (team.lead, list(team.members.all())) == (agent, [agent])
    again = send(setup, "new_team", name="Workshop").content.decode()
    assert "There is a team of this name already." in again


def test_a_queue_with_its_targets_in_hours(setup: Client, team: Team) -> None:
    said = {"name": "Repairs", "team": team.pk, "update_hours": "12", "is_active": "on"}
    wrong = send(setup, "new_queue", **said, first_reply_hours="0")
    assert wrong.status_code == 200
    send(setup, "new_queue", **said, first_reply_hours="1.5", is_private="on")
    queue = Queue.objects.get()
    assert (queue.first_reply_minutes, queue.update_minutes, queue.is_private) == (90, 720, True)
    assert 'value="1.5"' in page(setup, "queue", queue.pk)


def test_a_queue_that_topics_lead_to_stays_in_use(setup: Client, team: Team) -> None:
    queue = make_queue(team=team)
    make_topic(queue=queue)
    said = send(
        setup, "queue", queue.pk,
        name=queue.name, team=team.pk, first_reply_hours="1", update_hours="1",
    ).content.decode()  # fmt: skip
    assert "1 topic leads here. Send it elsewhere first." in said
    queue.refresh_from_db()
    assert queue.is_active


def test_a_topic_in_two_languages(setup: Client) -> None:
    queue = make_queue()
    answer = send(
        setup, "new_topic", name="Delivery", name_de="Lieferung", queue=queue.pk, is_active="on"
    )
    topic = Topic.objects.get()
    assert answer["Location"] == f"/setup/topics/{topic.pk}/"
    assert (topic.names, topic.queue, topic.is_active) == ({"de": "Lieferung"}, queue, True)


def test_a_topic_needs_a_queue_somewhere(setup: Client) -> None:
    assert "Choose where its tickets go." in send(setup, "new_topic", name="X").content.decode()
    branch = make_topic(queue=make_queue())
    send(setup, "new_topic", name="X", parent=branch.pk)
    assert Topic.objects.get(name="X").parent == branch


def test_the_tree_does_not_grow_into_itself(setup: Client) -> None:
    branch = make_topic("Branch", queue=make_queue())
    twig = Topic.objects.create(name="Twig", parent=branch)
    for parent in (branch, twig):
        said = send(setup, "topic", branch.pk, name="Branch", parent=parent.pk)
        assert said.status_code == 200
    branch.refresh_from_db()
    assert branch.parent is None


def test_topics_change_places(setup: Client) -> None:
    queue = make_queue()
    for name in ("A", "B", "C"):
        make_topic(name, queue=queue)
    last = Topic.objects.get(name="C")
    send(setup, "move_topic", last.pk, to="up")
    assert [topic.name for topic in Topic.objects.all()] == ["A", "C", "B"]
    send(setup, "move_topic", last.pk, to="up")
    send(setup, "move_topic", last.pk, to="up")
    assert [topic.name for topic in Topic.objects.all()] == ["C", "A", "B"]
    shown = page(setup, "topics")
    assert shown.index(">C<") < shown.index(">A<") < shown.index(">B<")


def test_a_question_is_asked_when_another_says_so(setup: Client) -> None:
    topic = make_topic(queue=make_queue())
    send(setup, "new_field", topic.pk, label="How was it sent?", kind="choice",
         choices="Parcel\n\n Freight \nParcel")  # fmt: skip
    how = TopicField.objects.get()
    assert (how.key, how.choices) == ("how-was-it-sent", ["Parcel", "Freight"])

    send(
        setup, "new_field", topic.pk,
        label="Which door?", label_de="Welche Tür?", kind="text", is_required="on",
        shown_when="how-was-it-sent=Freight",
    )  # fmt: skip
    door = TopicField.objects.get(key="which-door")
    assert (door.shown_when_key, door.shown_when_value) == ("how-was-it-sent", "Freight")
    assert (door.labels, door.is_required) == ({"de": "Welche Tür?"}, True)

    send(setup, "field", door.pk, label="Which gate?", kind="text")
    door.refresh_from_db()
    assert (door.key, door.label, door.shown_when_key) == ("which-door", "Which gate?", "")
    send(setup, "remove_field", door.pk)
    assert list(TopicField.objects.all()) == [how]


def test_a_choice_needs_something_to_choose(setup: Client) -> None:
    topic = make_topic(queue=make_queue())
    said = send(setup, "new_field", topic.pk, label="Size", kind="choice", choices="One")
    assert "Give at least two things to choose from." in said.content.decode()
    made_up = send(setup, "new_field", topic.pk, label="Size", kind="text", shown_when="a=b")
    assert made_up.status_code == 200
    assert not TopicField.objects.exists()


# --- The desk ---------------------------------------------------------------------------------------


def rules(**said: object) -> dict[str, object]:
    return {
        "name": "Kestrel",
        "language": "en",
        "time_zone": "Europe/Berlin",
        "undo_seconds": 15,
        "remind_before_minutes": 30,
        "waiting_reminder_days": 2,
        "waiting_quiet_days": 8,
        "confirm_quiet_days": 4,
    } | said


def test_name_and_rules(setup: Client) -> None:
    assert send(setup, "desk", **rules())["Location"] == "/setup/desk/"
    desk = Desk.current()
    assert (desk.name, desk.undo_seconds, desk.waiting_quiet_days) == ("Kestrel", 15, 8)
    assert desk.set_up_at is not None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("undo_seconds", 61, "Choose a number from 0 to 60."),
        ("time_zone", "Mars/Base", "Select a valid choice."),
        ("waiting_quiet_days", 2, "Make it later than the reminder."),
        ("name", "", "This field is required."),
    ],
)
def test_rules_that_cannot_be(setup: Client, field: str, value: object, sentence: str) -> None:
    assert sentence in send(setup, "desk", **rules(**{field: value})).content.decode()
    assert Desk.current().set_up_at is None


def test_opening_hours_and_days_off(setup: Client) -> None:
    send(
        setup,
        "hours",
        day_0="9-12, 13:00–17:30",
        day_5="10.00 to 14",
        holidays="25.12.2026\n2026-12-26",
    )
    desk = Desk.current()
    assert desk.hours["0"] == [["09:00", "12:00"], ["13:00", "17:30"]]
    assert (desk.hours["5"], desk.hours["1"]) == ([["10:00", "14:00"]], [])
    assert desk.holidays == ["2026-12-25", "2026-12-26"]
    assert desk.calendar
    assert 'value="09:00–12:00, 13:00–17:30"' in page(setup, "hours")


@pytest.mark.parametrize("text", ["9", "noon-5", "17-9", "9-12, 11-13", "9-25", "9–9", "-"])
def test_hours_that_cannot_be(text: str) -> None:
    with pytest.raises(ValidationError):
        shifts_in(text)


def test_a_desk_that_is_never_open_is_refused(setup: Client) -> None:
    assert "Open on at least one day" in send(setup, "hours", day_0="").content.decode()
    assert (
        "“soon” is no day." in send(setup, "hours", day_0="9-5", holidays="soon").content.decode()
    )
    assert days_in("") == []


def test_any_colour_is_taken_and_made_readable(setup: Client) -> None:
    send(setup, "look", colour="#FFEE00")
    assert Desk.current().colour == "#ffee00"
    said = page(setup, "look")
    assert "a little darker" in said
    css = setup.get("/brand.css", secure=True)
    assert css["Content-Type"] == "text/css"
    assert b"--accent:light-dark(" in css.content
    assert b"#ffee00," not in css.content.split(b"dark(")[1]
    assert "Write a colour like" in send(setup, "look", colour="red;}").content.decode()


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 300)) -> bytes:
    made = io.BytesIO()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    Image.new("RGB", size, "teal").save(made, kind, **({"pnginfo": notes} if kind == "PNG" else {}))
    return made.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_is_drawn_anew(setup: Client, kind: str) -> None:
    evil = picture(kind) + b"<script>alert(2)</script>"
    send(setup, "look", colour="#2f4bb5", logo=SimpleUploadedFile("../../evil.svg", evil))

    answer = Client().get("/logo.png", secure=True)
    assert answer["Content-Type"] == "image/png"
    assert b"script" not in answer.content
    drawn = Image.open(io.BytesIO(answer.content))
    assert (drawn.format, drawn.size) == ("PNG", (640, 160))
    assert Desk.current().logo.startswith("logo/")


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"x"],
)
def test_what_is_no_picture_is_refused(setup: Client, content: bytes) -> None:
    said = send(setup, "look", colour="#2f4bb5", logo=SimpleUploadedFile("logo.png", content))
    assert "This is no PNG, JPEG or WebP picture." in said.content.decode()
    assert Desk.current().logo == ""


def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked(setup: Client) -> None:
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    said = send(setup, "look", colour="#2f4bb5", logo=SimpleUploadedFile("a.png", bomb.getvalue()))
    assert "This picture has too many pixels." in said.content.decode()


def test_a_logo_can_go_again(setup: Client) -> None:
    send(setup, "look", colour="#2f4bb5", logo=SimpleUploadedFile("a.png", picture()))
    assert default_storage.exists(Desk.current().logo)
    send(setup, "remove_logo")
    assert Client().get("/logo.png", secure=True).status_code == 404


# --- Mail -------------------------------------------------------------------------------------------


def test_the_sender_and_a_test_mail_to_oneself(setup: Client, admin: User) -> None:
    send(setup, "sender", sender_name="Kestrel\tHelp", sender_address="help@kestrel.example")
    send(setup, "send_test")

    mail = Delivery.objects.get(kind="test")
    assert mail.recipient == admin.email
    assert mail.payload["from"] == ["Kestrel Help", "help@kestrel.example"]
    state = reverse("setup:test_state", args=[mail.pk])
    assert 'hx-trigger="every 2s"' in setup.get(state, secure=True).content.decode()

    Delivery.objects.update(state="sent", sent_at=timezone.now())
    said = setup.get(state, secure=True).content.decode()
    assert f"Sent to {admin.email}," in said
    assert "hx-trigger" not in said


def test_a_mail_server_that_refuses_is_quoted_and_escaped(setup: Client) -> None:
    send(setup, "send_test")
    Delivery.objects.update(state="failed", response="550 no <b>such</b> user")
    said = page(setup, "sender")
    assert "It could not be sent." in said
    assert "550 no &lt;b&gt;such&lt;/b&gt; user" in said


def test_a_test_mails_page_shows_no_other_mail(setup: Client) -> None:
    send(setup, "send_test")
    mail = Delivery.objects.get()
    Delivery.objects.update(kind="reply")
    assert setup.get(reverse("setup:test_state", args=[mail.pk]), secure=True).status_code == 404


@pytest.mark.parametrize("sender_name", ["Eve\r\nBcc: a@b.example", "Eve\nX: y"])
def test_a_senders_name_brings_no_header(setup: Client, sender_name: str) -> None:
    send(setup, "sender", sender_name=sender_name, sender_address="help@kestrel.example")
    assert "\n" not in Desk.current().sender_name
    assert "\r" not in Desk.current().sender_name


@pytest.mark.parametrize(
    "name",
    ["home", "desk", "look", "hours", "sender", "people", "invite", "teams", "new_team", "queues",
     "new_queue", "topics", "new_topic"],
)  # fmt: skip
def test_each_page_of_the_set_up_opens(setup: Client, name: str) -> None:
    assert "<h1" in page(setup, name)


@pytest.mark.parametrize("name", ["people", "teams", "queues", "topics"])
def test_a_list_costs_the_same_for_one_and_for_three(setup: Client, name: str) -> None:
    def costs() -> int:
        with CaptureQueriesContext(connection) as spent:
            page(setup, name)
        return len(spent)

    def add_one() -> None:
        make_topic(queue=make_queue(team=make_team(lead=make_agent())))

    add_one()
    at_one = costs()
    add_one()
    add_one()
    assert costs() == at_one
