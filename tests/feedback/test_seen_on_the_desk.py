"""What a customer said of how it went reaches those who did it."""

from datetime import timedelta

from django.test import Client

from feedback.models import Feedback
from supportdesk.models import User
from tests.factories import NOW, make_solved, make_ticket


def test_the_agent_reads_what_the_customer_said(agent: User) -> None:
    ticket = make_ticket()
    make_solved(ticket, agent)
    browser = Client()
    browser.force_login(agent)
    words = "Two days, one person, no <b>forms</b>."
    page = f"/desk/tickets/{ticket.pk}/"
    assert "Two days" not in browser.get(page).content.decode()

    Feedback.give(
        ticket,
        is_solved="partly",
        ease=6,
        words=words,
        may_contact=True,
        at=NOW + timedelta(days=1),
    )

    shown = browser.get(page).content.decode()
    assert "Two days, one person, no &lt;b&gt;forms&lt;/b&gt;." in shown
    assert "Solved: Partly" in shown
    assert "partly solved, ease 6 of 7" in " ".join(shown.split())
