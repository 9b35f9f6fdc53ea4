"""A statement that was written for one asker answers each by what is theirs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from supportdesk.lib.prepared import Statement, rows_written_once, written_once
from supportdesk.models import Team, User
from tests.factories import AN_HOUR, NOW, make_agent, make_queue, make_team, make_ticket
from tickets import beside, inbox
from tickets.models import Draft, Ticket
from tickets.models.ticket_questions import TicketQuerySet


def test_a_statement_is_written_once_for_each_kind() -> None:
    calls = []

    @written_once
    def write(kind: str, *, who: int, at: object) -> Statement:
        calls.append(kind)
        return Statement(f"{kind} %s %s %s %s", (who, at, True, "x"))

    assert write("a", who=1, at=NOW).params == (1, NOW, True, "x")
    assert write("a", who=2, at=NOW + AN_HOUR).params == (2, NOW + AN_HOUR, True, "x")
    assert write("b", who=0, at=NOW) == Statement("b %s %s %s %s", (0, NOW, True, "x"))
    assert calls == ["a", "b"]


def test_two_of_one_role_are_told_what_each_may_see(db: None) -> None:
    orders, billing = make_team(), make_team()
    inside, outside = make_agent(team=orders), make_agent(team=billing)
    hidden = make_ticket(queue=make_queue(team=orders, is_private=True), owner=inside)
    follow_up = hidden.follow_up(due_at=NOW + AN_HOUR, by=inside, at=NOW)
    for user in (outside, inside, outside):
        n = 1 if user == inside else 0
        assert inbox.counts(user=user, at=NOW)["all"].n == n
        assert inbox.counts(user=user, at=NOW)["follow-ups"].n == 0
        assert inbox.counts(user=user, at=follow_up.due_at)["follow-ups"].n == n


def test_what_lies_beside_a_ticket_is_the_readers_own(agent: User, colleague: User) -> None:
    private = make_queue(team=make_team(), is_private=True)
    ticket = make_ticket()
    twin = make_ticket(identity=ticket.identity)
    hidden = make_ticket(identity=ticket.identity, queue=private)
    Draft.objects.create(ticket=ticket, author=agent, kind="reply", text="Dear", saved_at=NOW)
    hidden.assign(to=colleague, by=colleague, at=NOW + timedelta(minutes=1))

    for user, others in ((agent, {twin}), (colleague, {twin, hidden}), (agent, {twin})):
        near = beside.of(ticket, user=user)
        assert set(near.others) == others
        assert set(near.drafts) == ({"reply"} if user == agent else set())
        assert private not in near.queues
        assert [one.value for one in near.identities] == [ticket.identity.value]
    there = beside.of(Ticket.objects.get(pk=hidden.pk), user=colleague)
    assert set(there.others) == {ticket, twin}
    # Only its team can be given a ticket of a private queue.
    assert colleague not in there.people


def test_rows_are_whole_and_the_readers_own(agent: User, colleague: User) -> None:
    @rows_written_once
    def seen(role: str, *, who: int, number: int) -> TicketQuerySet:
        calls.append(role)
        rows = Ticket.objects.visible_to(User(pk=who, role=role)).filter(pk=number)
        return rows.select_related("customer", "owner")

    calls: list[str] = []
    open_one = make_ticket()
    hidden = make_ticket(queue=make_queue(team=make_team(), is_private=True), owner=colleague)
    for user, ticket, sees in (
        (agent, open_one, True),
        (agent, hidden, False),
        (colleague, hidden, True),
        (agent, hidden, False),
    ):
        found = list(seen(user.role, who=user.pk, number=ticket.pk))
        assert found == ([ticket] if sees else [])
        with CaptureQueriesContext(connection) as asked:
            assert [(one.customer, one.owner) for one in found] == [
                (one.customer, one.owner) for one in found and [ticket]
            ]
        assert len(asked) == 0
    assert calls == [agent.role]


def test_rows_are_read_by_the_connection_of_whoever_asks(db: None) -> None:
    @rows_written_once
    def teams(*, number: int) -> QuerySet[Team]:
        return Team.objects.filter(pk=number)

    def ask() -> list[Team]:
        try:
            return list(teams(number=0))
        finally:
            connection.close()

    assert list(teams(number=0)) == []
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask).result() == []


def test_pages_of_a_view_are_one_after_the_other(
    agent: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PAGE", 2)
    tickets = [make_ticket(at=NOW + AN_HOUR * n) for n in range(5)]

    for view, expected in ((inbox.VIEWS["open"], tickets), (inbox.VIEWS["all"], tickets[::-1])):
        pages = [inbox.page(view, user=agent, at=NOW, cursor="")]
        while pages[-1].next:
            pages.append(inbox.page(view, user=agent, at=NOW, cursor=pages[-1].next))
        assert [page.rows for page in pages] == [expected[:2], expected[2:4], expected[4:]]
        back = inbox.page(view, user=agent, at=NOW, cursor=pages[2].previous)
        assert back.rows == expected[2:4]
        assert inbox.page(view, user=agent, at=NOW, cursor=back.previous).rows == expected[:2]
