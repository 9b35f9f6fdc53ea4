"""Staff come in by password, and what keeps others out."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from supportdesk import outbox, sign_in
from supportdesk.lib.passwords import Argon2
from supportdesk.models import Delivery, Desk, Role, User
from supportdesk.outbox import registry
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
INBOX = "/desk/"


def come_in(client: Client, user: User, password: str = "a good password", **more: str) -> Any:
    return client.post(SIGN_IN, {"login": user.email, "password": password, **more}, secure=True)


def is_in(client: Client) -> bool:
    return client.get("/account/profile/", secure=True).status_code == 200


def test_a_good_password_opens_the_inbox_under_a_new_session(client: Client, agent: User) -> None:
    planted = session_of_a_stranger(client)

    answer = come_in(client, agent)

    assert (answer.status_code, answer["Location"]) == (302, INBOX)
    assert is_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_the_second_factor_changes_the_session_too(client: Client, agent: User) -> None:
    secret = add_app(agent)
    planted = session_of_a_stranger(client)
    come_in(client, agent)
    enter(client, code_of(secret))
    assert is_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_sign_in_returns_to_where_one_was(client: Client, agent: User) -> None:
    bounced = client.get("/account/profile/?from=mail", secure=True)

    assert bounced["Location"] == f"{SIGN_IN}?next=/account/profile/%3Ffrom%3Dmail"
    page = client.get(bounced["Location"], secure=True).content.decode()
    assert 'name="next" value="/account/profile/?from=mail"' in page
    assert come_in(client, agent, next="/account/profile/?from=mail")["Location"] == (
        "/account/profile/?from=mail"
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example",
        "javascript:alert(1)", "/\t/evil.example", "http:evil.example", "https://localhost/",
    ],
)  # fmt: skip
def test_sign_in_never_leads_to_another_host(client: Client, agent: User, elsewhere: str) -> None:
    assert come_in(client, agent, next=elsewhere)["Location"] == INBOX


def test_unknown_wrong_and_switched_off_read_the_same(client: Client, agent: User) -> None:
    off = make_agent("Gone Away", is_active=False)

    def said(email: str) -> str:
        page = client.post(SIGN_IN, {"login": email, "password": "wrong wrong"}, secure=True)
        assert page.status_code == 200
        return without_secrets(page.content.decode()).replace(email, "EMAIL")

    wrong = said(agent.email)
    assert "No account with this e-mail and password." in wrong
    assert said("nobody@desk.example") == wrong
    assert said(off.email) == wrong


def test_a_forgotten_password_reads_the_same_for_everybody(client: Client, agent: User) -> None:
    def ask(email: str) -> tuple[str, str]:
        answer = client.post("/account/password/forgotten/", {"email": email}, secure=True)
        page = client.get(answer["Location"], secure=True).content.decode()
        return answer["Location"], without_secrets(page)

    assert ask(agent.email) == ask("nobody@desk.example")
    assert [mail.recipient for mail in Delivery.objects.all()] == [agent.email]


def test_the_mailed_link_sets_a_password_once(client: Client, agent: User) -> None:
    other = Client()
    come_in(other, agent)
    client.post("/account/password/forgotten/", {"email": agent.email.upper()}, secure=True)
    mail = Delivery.objects.get()
    assert outbox.SECRET_LINK in mail.payload["text"]

    link = secret_link(mail)
    page = client.get(link, secure=True, follow=True)
    done = client.post(page.request["PATH_INFO"], {"password1": "another good one"}, secure=True)

    assert done["Location"] == "/account/password/new/done/"
    assert come_in(Client(), agent, "a good password").status_code == 200
    assert come_in(Client(), agent, "another good one").status_code == 302
    assert not is_in(other)
    again = Client().get(link, secure=True, follow=True).content.decode()
    assert "This link no longer works" in again


def test_reset_links_name_our_address_whatever_the_request_says(
    client: Client, agent: User
) -> None:
    client.post(
        "/account/password/forgotten/",
        {"email": agent.email},
        secure=True,
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert secret_link(Delivery.objects.get(), whole=True).startswith(settings.PUBLIC_BASE_URL)


def test_no_more_than_three_mails_an_hour_to_one_account(client: Client, agent: User) -> None:
    for _try in range(6):
        answer = client.post("/account/password/forgotten/", {"email": agent.email}, secure=True)
        assert answer.status_code == 302
    assert Delivery.objects.count() == 3


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(
    client: Client, agent: User
) -> None:
    other = Client()
    come_in(client, agent)
    come_in(other, agent)

    answer = client.post(
        "/account/password/",
        {"oldpassword": "a good password", "password1": "another good one"},
        secure=True,
    )

    assert answer["Location"] == "/account/profile/"
    assert is_in(client)
    assert not is_in(other)
    assert Delivery.objects.get().payload["subject"] == "Your password was changed."


def test_a_short_password_is_refused_with_what_to_do(client: Client, agent: User) -> None:
    come_in(client, agent)
    page = client.post(
        "/account/password/", {"oldpassword": "a good password", "password1": "short"}, secure=True
    )
    assert "This password is too short." in page.content.decode()


def test_switching_somebody_off_ends_their_session_at_once(client: Client, agent: User) -> None:
    come_in(client, agent)
    assert is_in(client)

    User.objects.filter(pk=agent.pk).update(is_active=False)

    assert not is_in(client)


def test_a_role_holds_from_the_next_click(client: Client, admin: User) -> None:
    come_in(client, admin)
    assert client.get("/setup/", secure=True).status_code == 200

    User.objects.filter(pk=admin.pk).update(role=Role.AGENT)

    assert client.get("/setup/", secure=True).status_code == 403


def test_ending_sessions_signs_out_everywhere(client: Client, agent: User) -> None:
    come_in(client, agent)
    agent.end_sessions()
    assert not is_in(client)
    assert come_in(client, agent).status_code == 302


def test_signing_out_forgets_the_session(client: Client, agent: User) -> None:
    come_in(client, agent)
    assert client.get("/account/sign-out/", secure=True).status_code == 200
    assert is_in(client)

    client.post("/account/sign-out/", secure=True)

    assert not is_in(client)
    assert not Session.objects.filter(session_data__contains=str(agent.pk)).exists()


@pytest.mark.parametrize("header", ["X-Remote-User", "Remote-User", "X-Forwarded-User"])
def test_no_header_signs_anybody_in(client: Client, agent: User, header: str) -> None:
    answer = client.get("/account/profile/", secure=True, headers={header: agent.email})
    assert answer.status_code == 302


@pytest.mark.parametrize("password", ["", "\x00", "x" * 600, "é" * 600])
def test_strange_passwords_are_answered_with_a_sentence(
    client: Client, agent: User, password: str
) -> None:
    page = come_in(client, agent, password)
    assert page.status_code == 200
    assert "field__error" in page.content.decode() or "notice--broken" in page.content.decode()


def test_ten_megabytes_of_password_are_not_read(client: Client, agent: User) -> None:
    answer = come_in(client, agent, "x" * 10_000_000)
    assert answer.status_code == 400
    assert "The desk can’t read this" in answer.content.decode()


@pytest.mark.parametrize("path", ["/account/signup/", "/account/email/", "/accounts/login/"])
def test_nobody_signs_up(client: Client, path: str) -> None:
    assert client.get(path, secure=True).status_code == 404


# --- Limits ---------------------------------------------------------------------------------------


def test_the_eleventh_try_is_refused_even_with_the_right_password(
    client: Client, agent: User
) -> None:
    for _try in range(10):
        come_in(client, agent, "wrong wrong")
    page = come_in(client, agent)

    assert "Too many tries." in page.content.decode()
    assert not is_in(client)
    assert come_in(client, make_agent()).status_code == 302


def test_an_unknown_account_is_limited_like_a_known_one(client: Client) -> None:
    for _try in range(10):
        client.post(SIGN_IN, {"login": "x@desk.example", "password": "wrong"}, secure=True)
    page = client.post(SIGN_IN, {"login": "X@desk.example", "password": "wrong"}, secure=True)
    assert "Too many tries." in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_fifty_tries_at_once_exactly_ten_are_looked_at(rf: RequestFactory) -> None:
    def look() -> bool:
        sign_in.refuse_too_many(rf.post(SIGN_IN), email="a@desk.example", at=timezone.now())
        return True

    assert sum(at_once(look, times=50)) == 10


@pytest.mark.django_db(transaction=True)
def test_of_twenty_wrong_passwords_at_once_ten_are_looked_at() -> None:
    Desk.objects.get_or_create(pk=1)
    user = make_agent()

    def try_one() -> bool:
        page = come_in(Client(), user, "wrong wrong").content.decode()
        assert ("No account with this e-mail" in page) != ("Too many tries." in page)
        return "Too many tries." not in page

    assert sum(at_once(try_one, times=20)) == 10


@pytest.mark.django_db(transaction=True)
def test_one_network_tries_many_accounts_a_hundred_times_and_no_more(rf: RequestFactory) -> None:
    def look(n: int) -> bool:
        request = rf.post(SIGN_IN, REMOTE_ADDR=f"203.0.113.{n % 250}")
        sign_in.refuse_too_many(request, email=f"a{n}@desk.example", at=timezone.now())
        return True

    allowed = 0
    for n in range(130):
        try:
            allowed += look(n)
        except ValidationError:
            continue
    assert allowed == 100


def test_passwords_are_kept_as_owasp_says() -> None:
    kept = Argon2().encode("three odd words", Argon2().salt())
    assert kept.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert Argon2().verify("three odd words", kept)


# --- The second factor ----------------------------------------------------------------------------


def test_the_app_is_added_after_the_password_is_asked_again(client: Client, agent: User) -> None:
    come_in(client, agent)
    asked = client.get("/account/second-factor/app/", secure=True)
    assert asked["Location"] == "/account/confirm/?next=%2Faccount%2Fsecond-factor%2Fapp%2F"

    client.post(
        asked["Location"],
        {"password": "a good password", "next": "/account/second-factor/app/"},
        secure=True,
    )
    page = client.get("/account/second-factor/app/", secure=True)
    secret = page.context["form"].secret
    done = client.post("/account/second-factor/app/", {"code": code_of(secret)}, secure=True)

    assert done["Location"] == "/account/second-factor/recovery-codes/"
    stored = Authenticator.objects.get(user=agent, type="totp").data["secret"]
    assert secret not in stored
    codes = client.get(done["Location"], secure=True).context["unused_codes"]
    assert len(codes) == 10


def test_the_code_is_asked_after_the_password_and_works_once(client: Client, agent: User) -> None:
    secret = add_app(agent)
    code = code_of(secret)
    asked = come_in(client, agent)
    assert asked["Location"] == "/account/second-factor/code/"
    assert not is_in(client)

    assert enter(client, code)["Location"] == INBOX
    assert is_in(client)

    other = Client()
    come_in(other, agent)
    assert "This code doesn’t fit." in enter(other, code).content.decode()
    assert not is_in(other)


def test_a_recovery_code_opens_once(client: Client, agent: User) -> None:
    add_app(agent)
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    code = RecoveryCodes.activate(agent).get_unused_codes()[0]
    come_in(client, agent)
    assert enter(client, code)["Location"] == INBOX

    other = Client()
    come_in(other, agent)
    assert enter(other, code).status_code == 200


def test_the_seventh_code_is_refused_even_if_it_fits(client: Client, agent: User) -> None:
    secret = add_app(agent)
    come_in(client, agent)
    for _try in range(6):
        enter(client, "000000")
    assert "Too many tries." in enter(client, code_of(secret)).content.decode()
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_codes_at_once_exactly_six_are_looked_at() -> None:
    user = make_agent()

    def look() -> bool:
        sign_in.refuse_too_many_codes(user, at=timezone.now())
        return True

    assert sum(at_once(look, times=50)) == 6


def test_a_new_password_does_not_go_around_the_second_factor(client: Client, agent: User) -> None:
    add_app(agent)
    client.post("/account/password/forgotten/", {"email": agent.email}, secure=True)
    page = client.get(secret_link(Delivery.objects.get()), secure=True, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": "another good one"}, secure=True)
    assert not is_in(client)
    assert come_in(client, agent, "another good one")["Location"] == "/account/second-factor/code/"


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index", "mfa_add_webauthn", "mfa_list_webauthn", "mfa_generate_recovery_codes",
        "mfa_deactivate_totp", "account_change_password", "profile", "mfa_view_recovery_codes",
    ],
)  # fmt: skip
def test_each_page_of_the_account_opens(client: Client, agent: User, name: str) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    secret = add_app(agent)
    RecoveryCodes.activate(agent)
    come_in(client, agent)
    enter(client, code_of(secret))
    confirm = {"password": "a good password", "next": reverse(name)}
    page = client.post("/account/confirm/", confirm, secure=True, follow=True)
    assert page.status_code == 200
    assert page.request["PATH_INFO"] == reverse(name)


def test_the_pages_before_signing_in_open(client: Client) -> None:
    for name in (
        "account_login", "account_reset_password", "account_reset_password_done",
        "account_reset_password_from_key_done", "account_inactive",
    ):  # fmt: skip
        assert client.get(reverse(name), secure=True).status_code == 200


# --- What the stories need ------------------------------------------------------------------------


def session_of_a_stranger(client: Client) -> str:
    """A session from before signing in, as somebody could have planted it."""
    client.get(
        "/account/second-factor/passkeys/sign-in/",
        secure=True,
        headers={"Accept": "application/json"},
    )
    planted = client.session.session_key
    assert planted
    assert Session.objects.filter(pk=planted).exists()
    return str(planted)


def without_secrets(page: str) -> str:
    page = re.sub(r'nonce="[^"]*"', "", page)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def secret_link(mail: Delivery, *, whole: bool = False) -> str:
    """The link as the outbox would write it into the mail."""
    wanted = mail.payload["link"]
    url = registry.links[wanted["kind"]].url(wanted, "secret")
    return url if whole else url.removeprefix(settings.PUBLIC_BASE_URL)


def add_app(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def code_of(secret: str) -> str:
    counter = list(totp.yield_hotp_counters_from_time())[1]
    return str(format_hotp_value(hotp_value(secret, counter)))


def enter(client: Client, code: str) -> Any:
    return client.post("/account/second-factor/code/", {"code": code}, secure=True)


def at_once(act: Callable[[], bool], *, times: int) -> list[bool]:
    """Do it in ``times`` threads that start together; a refusal is False."""
    gate = threading.Barrier(times)
    outcomes: list[bool] = []

    def run() -> None:
        gate.wait()
        try:
            outcomes.append(act())
        except ValidationError:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_who_has_no_password_yet_can_choose_one(agent: User) -> None:
    agent.set_unusable_password()
    agent.save(update_fields=["password"])
    browser = Client()
    browser.force_login(agent)

    page = browser.get("/account/password/", follow=True)
    assert page.redirect_chain == [("/account/password/first/", 302)]
    assert page.status_code == 200
    browser.post("/account/password/first/", {"password1": "five wheels in a row"})

    agent.refresh_from_db()
    assert agent.check_password("five wheels in a row")
