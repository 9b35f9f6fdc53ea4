import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from supportdesk.models import Delivery, User
from tests.factories import NOW, make_identity, make_ticket
from tests.tickets.customer.conftest import let_in
from tickets.models import SecretLink, Ticket

MONTH = timedelta(days=30)


@pytest.fixture
def ticket(db: None) -> Ticket:
    return make_ticket(identity=make_identity("noor@mail.example", is_verified=False))


def minted(ticket: Ticket) -> str:
    return SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=NOW)


def opens(client: Client, ticket: Ticket) -> bool:
    answer = client.get(f"/t/{ticket.pk}/")
    assert answer.status_code in {200, 403}
    assert (ticket.subject in answer.text) == (answer.status_code == 200)
    return answer.status_code == 200


# --- The neutral page ----------------------------------------------------------------------------


def test_opening_the_link_tells_nothing_and_changes_nothing(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    token = minted(ticket)

    answer = client.get(f"/t/{token}/")

    assert answer.status_code == 200
    assert "Open my ticket" in answer.text
    assert answer["Referrer-Policy"] == "no-referrer, strict-origin"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    for secret in (str(ticket.pk), ticket.subject, "noor", "dent"):
        assert secret not in answer.text
    assert f"__Host-ticket-{ticket.pk}" not in client.cookies
    assert not opens(client, ticket)
    ticket.identity.refresh_from_db()
    assert not ticket.identity.is_verified


def test_the_button_opens_the_ticket_for_thirty_days(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    answer = client.post(f"/t/{minted(ticket)}/")

    assert (answer.status_code, answer["Location"]) == (303, f"/t/{ticket.pk}/")
    cookie = answer.cookies[f"__Host-ticket-{ticket.pk}"]
    assert {name: cookie[name] for name in ("path", "domain", "samesite")} == {
        "path": "/", "domain": "", "samesite": "Lax",
    }  # fmt: skip
    assert (cookie["secure"], cookie["httponly"], cookie["max-age"]) == (True, True, 30 * 86400)
    ticket.identity.refresh_from_db()
    assert ticket.identity.verified_at == NOW

    clock.now = NOW + MONTH - timedelta(seconds=1)
    assert opens(client, ticket)
    clock.now = NOW + MONTH
    assert not opens(client, ticket)


def test_a_link_that_is_used_lives_on(client: Client, ticket: Ticket, clock: Any) -> None:
    token = minted(ticket)
    clock.now = NOW + MONTH - timedelta(days=1)
    client.post(f"/t/{token}/")

    clock.now += MONTH - timedelta(days=1)

    assert Client().post(f"/t/{token}/").status_code == 303


@pytest.mark.parametrize("choice", ["yes", "no"])
def test_what_was_clicked_in_the_mail_is_marked_and_not_done(
    client: Client, ticket: Ticket, choice: str, clock: Any
) -> None:
    token = minted(ticket)

    page = client.get(f"/t/{token}/?choice={choice}")
    assert f'name="choice" value="{choice}"' in page.text
    answer = client.post(f"/t/{token}/", {"choice": choice})

    assert answer["Location"] == f"/t/{ticket.pk}/?choice={choice}"
    assert "evil" not in client.post(f"/t/{token}/", {"choice": "evil"})["Location"]


# --- Doors that stay closed ----------------------------------------------------------------------


def test_ended_revoked_and_unknown_links_look_the_same(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    ended, revoked = minted(ticket), minted(ticket)
    SecretLink.objects.opened_by(revoked).update(revoked_at=NOW)
    clock.now = NOW + MONTH

    pages = set()
    for token in (ended, revoked, "x" * 43):
        for answer in (client.get(f"/t/{token}/"), client.post(f"/t/{token}/")):
            assert answer.status_code == 200
            assert answer["Referrer-Policy"] == "no-referrer, strict-origin"
            pages.add(_without_secrets(answer.text, token))

    assert len(pages) == 1
    assert "You need a new link." in pages.pop()
    assert not opens(client, ticket)


def _without_secrets(text: str, *own: str) -> str:
    for secret in own:
        text = text.replace(secret, "")
    lines = (line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)
    return "\n".join(line.split(' nonce="')[0] for line in lines)


def test_a_ticket_without_its_cookie_looks_like_one_that_never_was(
    client: Client, ticket: Ticket
) -> None:
    there, nowhere = client.get(f"/t/{ticket.pk}/"), client.get("/t/99999/")

    assert there.status_code == nowhere.status_code == 403
    assert _without_secrets(there.text, str(ticket.pk)) == _without_secrets(nowhere.text, "99999")


def test_the_cookie_of_one_ticket_opens_no_other(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    mine = make_ticket(subject="Mine")
    let_in(client, mine)
    assert opens(client, mine)
    assert not opens(client, ticket)

    client.cookies[f"__Host-ticket-{ticket.pk}"] = client.cookies[f"__Host-ticket-{mine.pk}"].value
    assert not opens(client, ticket)


@pytest.mark.parametrize("spoil", [lambda c: c + "x", lambda c: c[1:], lambda c: "", lambda c: "1"])
def test_a_cookie_that_was_touched_opens_nothing(
    client: Client, ticket: Ticket, spoil: Any, clock: Any
) -> None:
    let_in(client, ticket)
    name = f"__Host-ticket-{ticket.pk}"
    assert opens(client, ticket)

    client.cookies[name] = spoil(client.cookies[name].value)

    assert not opens(client, ticket)


def test_revoking_the_link_ends_the_cookies_that_came_from_it(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    let_in(client, ticket)
    assert opens(client, ticket)

    SecretLink.objects.update(revoked_at=NOW)

    assert not opens(client, ticket)


def test_who_was_the_customer_before_sees_nothing_any_more(
    client: Client, ticket: Ticket, agent: User, clock: Any
) -> None:
    token = minted(ticket)
    client.post(f"/t/{token}/")
    assert opens(client, ticket)

    ticket.change_customer(make_identity("zoe@mail.example"), by=agent, at=NOW)

    assert not opens(client, ticket)
    assert "You need a new link." in client.post(f"/t/{token}/").text


@pytest.mark.parametrize("verb", ["write", "solved", "not-yet", "feedback"])
def test_verbs_without_the_cookie_do_nothing_and_give_the_words_back(
    client: Client, ticket: Ticket, verb: str
) -> None:
    before = Ticket.objects.values().get(pk=ticket.pk)

    said = {"text": "my words", "reason": "my words", "words": "my words"}
    answer = client.post(f"/t/{ticket.pk}/{verb}/", said)

    assert answer.status_code == 403
    assert ("my words" in answer.text) == (verb != "solved")
    assert Ticket.objects.values().get(pk=ticket.pk) == before
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(("days", "may_write"), [(13, True), (15, False)])
def test_with_an_old_link_one_reads_and_a_new_one_is_needed_to_write(
    client: Client, ticket: Ticket, clock: Any, days: int, may_write: bool
) -> None:
    let_in(client, ticket)
    clock.now = NOW + timedelta(days=days)
    assert opens(client, ticket)

    answer = client.post(f"/t/{ticket.pk}/write/", {"text": "Any news?", "key": str(uuid.uuid4())})

    assert answer.status_code == (302 if may_write else 403)
    assert ticket.messages.filter(text="Any news?").exists() == may_write
    assert may_write or "Any news?" in answer.text

    let_in(client, ticket, at=clock.now)
    client.post(f"/t/{ticket.pk}/write/", {"text": "And now?", "key": str(uuid.uuid4())})
    assert ticket.messages.filter(text="And now?").exists()


# --- A new link ----------------------------------------------------------------------------------


def mailed() -> list[str]:
    return list(Delivery.objects.filter(kind="new_link").values_list("recipient", flat=True))


def test_a_new_link_goes_to_the_customer_of_the_ticket_alone(
    client: Client, ticket: Ticket, clock: Any
) -> None:
    token = minted(ticket)
    clock.now = NOW + MONTH
    make_identity("zoe@mail.example")
    addresses = ["noor@mail.example", "zoe@mail.example", "nobody@mail.example"]

    answers = {
        _without_secrets(client.post(f"/t/{link}/", {"email": email}).text, email, link)
        for email in addresses
        for link in (token, "x" * 43)
    }

    assert len(answers) == 1
    assert "Look into your mailbox." in answers.pop()
    assert mailed() == ["noor@mail.example"]


def test_a_new_link_can_be_had_by_number_too(client: Client, ticket: Ticket, clock: Any) -> None:
    for number in (ticket.pk, 99999):
        answer = client.post(f"/t/{number}/new-link/", {"email": "Noor@Mail.example"})
        assert "Look into your mailbox." in answer.text

    assert mailed() == ["noor@mail.example"]


def test_asking_again_and_again_fills_no_mailbox(
    client: Client, ticket: Ticket, settings: Settings, clock: Any
) -> None:
    ask = {"email": "noor@mail.example"}
    answers = [client.post(f"/t/{ticket.pk}/new-link/", ask).status_code for _ in range(6)]
    assert answers == [200] * 6
    assert mailed() == ["noor@mail.example"] * 3

    settings.FORM_LIMIT_PER_NETWORK = (6, 3600)
    refused = client.post(f"/t/{ticket.pk}/new-link/", ask)
    assert refused.status_code == 429
    assert 'value="noor@mail.example"' in refused.text


def test_an_address_that_is_none_is_asked_for_again(client: Client, ticket: Ticket) -> None:
    page = client.post(f"/t/{ticket.pk}/new-link/", {"email": "noor at home"})

    assert "One looks like name@example.org." in page.text
    assert 'value="noor at home"' in page.text
