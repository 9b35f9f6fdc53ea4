import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db.models import F, Q

from customers.models import Customer, Identity, OrganizationDomain
from feedback.models import Feedback
from supportdesk import timers
from supportdesk.demo import load, script, stories, words
from supportdesk.models import Delivery, Desk, Role, Team, Timer, User
from tests.factories import make_agent, make_ticket
from tickets.models import (
    Attachment,
    Escalation,
    Event,
    FollowUp,
    Handoff,
    Message,
    Promise,
    Queue,
    Ticket,
    TopicField,
)
from tickets.states import Confirmation, Outcome, State

#: A Wednesday at three in the afternoon.
AT = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)
MANY = 90


@pytest.fixture
def demo(db: None) -> list[str]:
    said: list[str] = []
    load.load(at=AT, many=MANY, tell=said.append)
    return said


def test_the_desk_of_a_shop(demo: list[str]) -> None:
    """One loading, looked at from all sides: it is the slowest fixture of the suite."""
    _staff_and_customers(demo)
    _everything_happened()
    _promises_are_settled_truthfully()
    _the_desk_of_this_moment()
    _nothing_goes_out_and_nothing_is_overdue()
    _nothing_is_of_the_future()
    _a_second_loading_is_refused_kindly()


def _staff_and_customers(said: list[str]) -> None:
    desk = Desk.current()
    assert (desk.name, desk.is_demo) == ("Kestrel & Pine", True)
    assert said[0] == "3 teams, 12 staff, 30 topics"
    assert User.objects.filter(is_demo=True).count() == User.objects.count() == 12
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
    assert {team.lead for team in Team.objects.all()} == set(
        User.objects.filter(role=Role.SUPERVISOR)
    )
    assert Queue.objects.filter(is_private=True).get().name == "Data protection"
    assert set(TopicField.objects.values_list("kind", flat=True)) == set(TopicField.Kind.values)
    assert TopicField.objects.exclude(shown_when_key="").exists()
    assert not Customer.objects.filter(is_demo=False).exists()
    addresses = [
        *User.objects.values_list("email", flat=True),
        *Identity.objects.filter(kind="email").values_list("value", flat=True),
        *OrganizationDomain.objects.values_list("domain", flat=True),
        *Queue.objects.values_list("address", flat=True),
        desk.sender_address,
    ]
    assert [one for one in addresses if not one.endswith(".example")] == []


def _everything_happened() -> None:
    assert Ticket.objects.count() == MANY
    kinds = set(Event.objects.values_list("kind", flat=True))
    rare = {Event.Kind.PROMISED, Event.Kind.MAIL_FAILED, Event.Kind.IMPORTED}
    assert set(Event.Kind.values) - rare - kinds == set()
    assert {"en", "de"} == set(Ticket.objects.values_list("customer__language", flat=True))
    assert set(State.values) == set(Ticket.objects.values_list("state", flat=True))
    assert {Confirmation.CONFIRMED, Confirmation.QUIET, Confirmation.ASKED} <= set(
        Ticket.objects.values_list("confirmation", flat=True)
    )
    assert Outcome.ALTERNATIVE in Ticket.objects.values_list("given_outcome", flat=True)
    assert Handoff.objects.exists()
    assert Feedback.objects.filter(is_solved="yes").exists()
    assert Ticket.objects.exclude(complaint_at=None).exclude(complaint_quote="").exists()
    assert Ticket.objects.filter(via="phone", events__kind=Event.Kind.OPENED).exists()
    assert Attachment.objects.exclude(preview_key="").exclude(message=None).count() >= 5
    assert not Attachment.objects.filter(message=None).exists()
    longest = max(ticket.messages.count() for ticket in Ticket.objects.all())
    assert longest >= 60


def _promises_are_settled_truthfully() -> None:
    states = set(Promise.objects.values_list("state", flat=True))
    assert {"open", "kept", "broken", "undone"} <= states
    kept = Promise.objects.filter(state="kept")
    assert not kept.filter(Q(settled_at__gt=F("due_at")) | Q(settled_by=None)).exists()
    late = Promise.objects.filter(state="kept_late")
    assert not late.filter(settled_at__lte=F("due_at")).exists()
    owed = Promise.objects.filter(state="open", ticket__spam_at=None)
    assert not owed.filter(due_at__lte=AT).exists()
    for promise in Promise.objects.filter(state="broken"):
        events = promise.ticket.events
        assert events.get(kind="promise_broken", data__promise_id=promise.pk).at == promise.due_at
        assert Escalation.objects.filter(promise=promise).exists()
        heard = promise.ticket.messages.filter(
            kind="reply", undone_at=None, release_at__range=(promise.made_at, promise.due_at)
        )
        assert not heard.exclude(pk=promise.message_id).exists()
    for ticket in Ticket.objects.exclude(due_at=None).filter(broken_at=None):
        assert ticket.promises.get(state="open").due_at == ticket.due_at


def _the_desk_of_this_moment() -> None:
    unanswered = Ticket.objects.filter(state=State.NEW, owner=None, spam_at=None)
    today = unanswered.filter(created_at__gt=AT - timedelta(hours=4))
    assert today.filter(subject__startswith="Try it: press").count() == 3
    assert today.exclude(subject__startswith="Try it").count() >= 2
    soon = Ticket.objects.filter(due_at__range=(AT, AT + timedelta(hours=1)), broken_at=None)
    assert soon.filter(owner__email="tomas@kestrelandpine.example").exists()
    broken = Ticket.objects.with_broken_promise().filter(broken_at__gt=AT - timedelta(hours=6))
    assert [ticket.subject for ticket in broken] == ["Brake lever came off on a descent"]
    assert FollowUp.objects.due(at=AT).exists()
    first_page = Ticket.objects.order_by("-changed_at").values_list("subject", flat=True)[:50]
    assert len(set(first_page)) == len(first_page)


def _nothing_goes_out_and_nothing_is_overdue() -> None:
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent", "cancelled"}
    assert not Delivery.objects.filter(state="sent", sent_at=None).exists()
    standing = Timer.objects.filter(fired_at=None, cancelled_at=None)
    assert standing.exists()
    assert not standing.filter(due_at__lte=AT).exists()
    assert not Timer.objects.exclude(error="").exists()
    before = Event.objects.count()
    timers.run_due(at=AT + timedelta(seconds=2))
    assert Event.objects.count() == before


def _nothing_is_of_the_future() -> None:
    began = AT - timedelta(days=load.DAYS, hours=12)
    assert not Event.objects.exclude(at__range=(began, AT)).exists()
    assert not Message.objects.exclude(at__range=(began, AT)).exists()
    assert not Ticket.objects.exclude(created_at__range=(began, AT)).exists()
    assert not Ticket.objects.exclude(changed_at__range=(began, AT)).exists()
    by_number = Ticket.objects.order_by("pk").values_list("created_at", flat=True)
    assert list(by_number) == sorted(by_number)


def _a_second_loading_is_refused_kindly() -> None:
    said = io.StringIO()
    call_command("load_demo", stdout=said)
    assert said.getvalue() == f"there already, {MANY} tickets\n"
    assert Ticket.objects.count() == MANY


def test_a_desk_of_somebody_is_left_alone(db: None) -> None:
    said = io.StringIO()
    make_agent()
    call_command("load_demo", stdout=said)
    assert said.getvalue() == "left out: this desk has staff or tickets of its own\n"
    assert User.objects.count() == 1
    make_ticket()
    with pytest.raises(load.NotEmpty):
        load.load(at=AT, many=1, tell=print)


def test_every_placeholder_has_words() -> None:
    told = [*stories.FIXED, *stories.EVERYDAY, *(story for story, _share in stories.BURSTS)]
    assert len(told) >= 60
    rng = load.Random(1)
    for story in told:
        drawn = words.draw(rng, language=story.language, about=story.about, at=AT, since=AT)
        drawn |= dict(story.words) | {"first": "Noor", "name": "Noor El-Amin"}
        for text in (*story.subject, *story.text, *story.wants, story.impact_reason):
            assert "{" not in words.fill(text, drawn)
        for step in story.steps:
            for text in vars(step).values():
                if isinstance(text, str):
                    assert "{" not in words.fill(
                        text, drawn | {"by": "today by 16:00", "me": "Ines"}
                    )


def test_texts_of_one_kind_are_not_told_twice() -> None:
    texts = [text for story in stories.EVERYDAY for text in story.text]
    assert len(texts) == len(set(texts))
    assert {"de", "en"} == {story.language for story in stories.EVERYDAY}
    assert any(
        isinstance(step, script.NotYet) for story in stories.EVERYDAY for step in story.steps
    )
