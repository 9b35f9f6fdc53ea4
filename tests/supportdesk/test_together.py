"""Several lists in one statement are the lists that each question alone would give."""

import uuid
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from supportdesk.lib.together import together
from supportdesk.models import Team, User
from tests.factories import NOW, make_agent, make_reply, make_ticket
from tickets.models import Draft, Event, Message, Promise, Ticket, Topic


def rows(found: list[object]) -> list[dict[str, object]]:
    return [
        {name: value for name, value in vars(one).items() if not name.startswith("_")}
        for one in found
    ]


def test_each_list_is_what_it_would_be_alone_in_one_statement(agent: User) -> None:
    ticket = make_ticket(
        owner=agent, desired_outcome="“A wheel”, 100 % \\ straight", text="é\n\u2028"
    )
    for n in range(12):
        make_reply(ticket, make_agent(), at=NOW + timedelta(hours=n + 1))
    draft = {"ticket": ticket, "author": agent, "kind": "reply", "saved_at": NOW}
    Draft.objects.create(**draft, text="Dear", choices={"cc": ["a@b.example"], "n": None})
    asked = {
        "messages": Message.objects.order_by("-at", "-pk")[2:9],
        "events": Event.objects.order_by("pk"),
        "promises": Promise.objects.order_by("-made_at"),
        "drafts": Draft.objects.all(),
        "tickets": Ticket.objects.visible_to(agent),
        "customers": Customer.objects.all(),
    }
    with CaptureQueriesContext(connection) as counted:
        found = together(**asked)
    assert len(counted) == 1
    for name, alone in asked.items():
        assert rows(found[name]) == rows(list(alone)), name
        assert found[name], name
    assert found["messages"][0].key == Message.objects.order_by("-at", "-pk")[2].key
    assert isinstance(found["messages"][0].key, uuid.UUID)


def test_a_row_keeps_what_was_left_out_and_what_was_added(agent: User) -> None:
    make_ticket(owner=agent)
    found = together(
        short=Ticket.objects.only("subject"), added=Ticket.objects.annotate(who=F("owner__name"))
    )
    assert found["short"][0].get_deferred_fields() >= {"state", "created_at"}
    assert found["short"][0].state == "new"
    assert found["added"][0].who == agent.name
    found["short"][0].refresh_from_db()


def test_lists_in_which_nothing_can_be_found_ask_nothing(
    db: None, django_assert_num_queries: object
) -> None:
    with CaptureQueriesContext(connection) as counted:
        assert together(none=Topic.objects.none(), nobody=Team.objects.filter(pk__in=[])) == {
            "none": [],
            "nobody": [],
        }
    assert len(counted) == 0
