from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.models import User
from tests.factories import make_agent, make_queue, make_reply, make_team, make_topic
from tests.tickets.desk.pages import make_fresh
from tickets import filters, search
from tickets.filters import Part
from tickets.models import Ticket

KEYS = st.sampled_from(["", "state", "owner", "queue", "topic", "tag", "due", "foo"])
VALUES = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)


@given(st.lists(st.builds(Part, KEYS, VALUES), max_size=6))
def test_what_is_written_reads_as_what_was_meant(parts: list[Part]) -> None:
    assert list(filters.parse(filters.render(parts))) == parts


@given(st.text(max_size=80))
def test_anything_can_be_read_and_reads_the_same_again(text: str) -> None:
    parts = filters.parse(text)

    assert filters.parse(filters.render(parts)) == parts


def test_words_keys_and_quotes() -> None:
    assert filters.parse('state:open topic:"Delivery > Parcel" "bent wheel" rim') == (
        Part("state", "open"),
        Part("topic", "Delivery > Parcel"),
        Part("", "bent wheel"),
        Part("", "rim"),
    )


def _found(text: str, agent: User) -> filters.Narrowed:
    return filters.narrow(
        Ticket.objects.all(),
        filters.parse(text),
        known=filters.known_to(agent),
        at=timezone.now(),
    )


def test_each_word_narrows(agent: User, colleague: User) -> None:
    bikes, tents = make_queue("Bikes & parts"), make_queue("Tents")
    delivery = make_topic("Delivery", queue=bikes)
    missing = make_topic("Parcel missing", parent=delivery)
    mine = make_fresh(queue=bikes, topic=missing, owner=agent, subject="Bent wheel")
    mine.change_tags(["wheel", "vip"], by=agent, at=mine.changed_at)
    other = make_fresh(queue=tents, topic=make_topic("Poles"), subject="Tent poles")
    make_reply(other, colleague, at=timezone.now())

    for text, expected in {
        "owner:me": {mine},
        'owner:"Priya Subramaniam"': {other},
        "owner:nobody": set(),
        'queue:"bikes & parts"': {mine},
        "topic:Delivery": {mine},
        'topic:"delivery > parcel missing"': {mine},
        "tag:WHEEL": {mine},
        "tag:wheel tag:nothing": {mine},
        "tag:nothing": set(),
        "state:new": {mine},
        "state:open": {other},
        "state:new state:open": {mine, other},
        "state:open owner:me": set(),
        "due:<1m": set(),
        "due:<90d": {mine, other},
        "poles": {other},
        "wheel": {mine, other},
        "state:open wheel": {other},
        '"bent wheel"': {mine},
        f"#{mine.pk}": {mine},
        mine.identity.value: {mine},
    }.items():
        narrowed = _found(text, agent)
        found = set(narrowed.rows)
        if narrowed.sought:
            hits = search.hits(narrowed.rows, narrowed.sought, at=timezone.now(), limit=9)
            found = {Ticket.objects.get(pk=hit.pk) for hit in hits}
        assert found == expected, text
        assert narrowed.left_out == [], text


def test_late_is_what_is_past_due(agent: User) -> None:
    late = make_fresh(at=timezone.now() - timedelta(days=9))
    make_fresh()

    assert set(_found("due:late", agent).rows) == {late}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("foo:bar", "there is no word “foo:”"),
        ("state:opne", "There is no state “opne”. There are new, open, waiting, on_hold, solved."),
        ("owner:nemo", "Nobody here is called “nemo”."),
        ("queue:none", "You have no queue “none”."),
        ("topic:none", "There is no topic “none”."),
        ("due:soon", "Write due:late, due:<30m, due:<2h or due:<3d."),
    ],
)
def test_what_is_not_understood_is_left_out_and_said(agent: User, text: str, sentence: str) -> None:
    ticket = make_fresh(owner=agent)

    narrowed = _found(f"owner:me {text}", agent)

    assert sentence in narrowed.left_out[0]
    assert list(narrowed.rows) == [ticket]


def test_a_private_queue_of_others_has_no_name_here(agent: User) -> None:
    make_queue("Legal", team=make_team(), is_private=True)

    assert _found("queue:legal", agent).left_out == ["You have no queue “legal”."]


def test_the_lists_change_only_their_own_words(agent: User) -> None:
    make_agent()

    assert (
        filters.rewritten('state:open "bent wheel" owner:me', {"state": "solved", "owner": ""})
        == '"bent wheel" state:solved'
    )
