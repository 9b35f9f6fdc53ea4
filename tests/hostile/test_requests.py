"""Requests that no page of ours makes: odd addresses, odd methods, odd headers, in every role."""

import random
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from supportdesk.models import Delivery
from supportdesk.outbox import sending
from supportdesk.wsgi import in_our_alphabet
from tests.access.endpoints import endpoints
from tests.access.world import ROLES, World, make_world, written
from tests.hostile.look import faults
from tests.hostile.payloads import VECTORS, payloads
from tests.hostile.rounds import rounds
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

#: Requests of each role in each round: 200 in eight rounds.
EACH = 25
SECRET = "zqx-of-the-private-queue"
#: Who may read the ticket of the world.
INSIDERS = {"customer", "agent", "supervisor", "admin"}
METHODS = ("GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
ODD = (
    "0", "-1", "9" * 40, "9223372036854775808", "1e9", "0x10", "NaN", "null", "undefined", "[]",
    "{}", "true", "%00", "%0d%0aX-Pwn:%201", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%ff%fe",
    quote("\u202egpj"), quote("𝟙𝟘𝟘"), quote("ſ"), "a" * 3000, "%", "%zz", "%c0%af", ";", "*",
    quote("<script>pwn(1)</script>"), "00000000-0000-0000-0000-000000000000", "~", "%7b%7b7*7%7d%7d",
)  # fmt: skip
NAMES = (
    "is_staff", "role", "user_id", "user", "owner", "owner_id", "__class__", "ignore_permissions",
    "team", "created_by", "state", "status", "internal", "kind", "by", "pk", "id", "_connector",
    "_negated", "queue__address", "ticket__customer__identities__value", "owner__password",
    "password", "sort", "order", "order_by", "filter", "fields", "view", "q", "after", "before",
    "page", "limit", "next", "csrfmiddlewaretoken", "_method", "format", "callback", "tag", "seen",
    "key", "to", "cc", "then", "at", "text", "version", "mail", "name", "email", "topic", "queue",
)  # fmt: skip
#: Not ready, not built yet: they say so on purpose.
SAYS_5XX = {"/readyz", "/api/v1/"}


@pytest.fixture(scope="module")
def made(kept: None) -> World:
    return make_world()


@pytest.fixture
def world(made: World, db: None) -> World:
    return made.anew()


@pytest.mark.parametrize("seed", rounds())
def test_no_odd_request_breaks_the_desk_or_opens_it(world: World, seed: int) -> None:
    Ticket.objects.filter(pk=world.ticket.pk).update(subject=f"Wheel {SECRET}", last_text=SECRET)
    dice = random.Random(seed)
    wrong = []
    for role in ROLES:
        for method, address, options in _requests(world, dice):
            said = f"{role}: {method} {address[:120]}"
            answer, changed = _ask(world.clients[role], method, address, options)
            if answer.status_code >= 500 and address.partition("?")[0] not in SAYS_5XX:
                wrong.append(f"{said} broke: {answer.status_code}")
            if method in {"GET", "HEAD", "OPTIONS"} and changed:
                wrong.append(f"{said} wrote to {changed}")
            if role not in INSIDERS and SECRET.encode() in _content(answer):
                wrong.append(f"{said} shows what is not theirs")
            if (kind := answer.headers.get("Content-Type", "")).startswith("text/html"):
                wrong += [f"{said} {kind}: {fault}" for fault in faults(_content(answer).decode())]
            wrong += [f"{said} lacks {name}" for name in missing_headers(address, answer)]
    assert wrong == [], "\n".join(wrong[:20])


def _requests(world: World, dice: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    addresses = [world.address_of(endpoint) for endpoint in endpoints()]
    for _n in range(EACH):
        parts = dice.choice(addresses).split("/")
        for _m in range(dice.choice((0, 0, 1, 1, 2))):
            place = dice.randrange(1, len(parts)) if len(parts) > 1 else 0
            match dice.randrange(4):
                case 0:
                    parts[place] = dice.choice(ODD)
                case 1:
                    parts.insert(place, dice.choice(ODD))
                case 2:
                    parts[place] += dice.choice(("%00", ".json", "%20", "/", ".git", ";x", "\\"))
                case 3 if len(parts) > 2:
                    del parts[place]
        asked = "&".join(
            f"{dice.choice(NAMES)}{dice.choice(('', '', '[]', '__in', '__regex'))}={_value(dice)}"
            for _m in range(dice.randint(0, 6))
        )
        method = dice.choice(METHODS)
        body = _body(dice, asked) if method not in {"GET", "HEAD", "OPTIONS"} else {}
        headers = {"HTTP_HX_REQUEST": "true"} if dice.random() < 0.3 else {}
        yield (
            method,
            "/" + "/".join(parts).lstrip("/") + (f"?{asked}" if asked else ""),
            {
                **body,
                **headers,
            },
        )


def _value(dice: random.Random) -> str:
    if dice.random() < 0.5:
        return dice.choice(ODD)
    if dice.random() < 0.5:
        return quote(dice.choice(payloads()).text)
    return "".join(dice.choices(string.printable.replace("&", "").replace("#", ""), k=8)).strip()


def _body(dice: random.Random, asked: str) -> dict[str, Any]:
    match dice.randrange(6):
        case 0:
            return {"data": b'{"role": "admin", "is_staff": [true]}', "content_type": "text/json"}
        case 1:
            return {"data": dice.randbytes(500), "content_type": "multipart/form-data; boundary=x"}
        case 2:
            broken = (
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00.."\r\n\r\nx'
            )
            return {"data": broken, "content_type": "multipart/form-data; boundary=x"}
        case _:
            kind = "application/x-www-form-urlencoded"
            return {"data": asked.encode(), "content_type": kind}


def _ask(
    client: Client, method: str, address: str, options: dict[str, Any]
) -> tuple[HttpResponse, str]:
    """Return the answer and the tables that changed; nothing stays changed."""
    client.raise_request_exception = False
    cookies = client.cookies.copy()
    with transaction.atomic():
        before = written()
        answer = client.generic(method, address, **options)
        after = written()
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer, ", ".join(name for name in after if after[name] != before.get(name))  # type: ignore[return-value]


def _content(answer: HttpResponse) -> bytes:
    if answer.streaming:
        # Reading to the end closes the file, and nothing else.
        return b"".join(answer.streaming_content)
    return answer.content


# --- Headers of every answer ----------------------------------------------------------------------


def missing_headers(address: str, answer: HttpResponse) -> list[str]:
    """Say which of the headers that every answer has this one lacks."""
    wanted = {
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=()",
        "X-Frame-Options": "",
        "X-Request-Id": "",
        "Cache-Control": "" if address.startswith(("/static/", "/brand", "/logo")) else "no-store",
    }
    lacks = [
        name for name, words in wanted.items() if words not in answer.headers.get(name, "\x00")
    ]
    policy = answer.headers.get("Content-Security-Policy", "")
    if (
        "unsafe-eval" in policy
        or "script-src 'self'" in policy
        or "'unsafe-inline' 'nonce" in policy
    ):
        lacks.append(f"a strict policy: {policy}")
    return lacks


def test_every_answer_has_the_headers_that_keep_it_harmless(world: World) -> None:
    wrong = {}
    for endpoint in endpoints():
        address = world.address_of(endpoint)
        for method, role in (("GET", "admin"), ("POST", "stranger"), ("PUT", "customer")):
            answer, _changed = _ask(world.clients[role], method, address, {})
            _content(answer)
            if lacks := missing_headers(address, answer):
                wrong[f"{method} {endpoint.name} as {role}"] = lacks
    for address in ("/nothing/here/", "/static/js/keys.js", "/static/none.js", "/desk", "/%00"):
        answer, _changed = _ask(Client(), "GET", address, {})
        _content(answer)
        if lacks := missing_headers(address, answer):
            wrong[address] = lacks
    assert wrong == {}


# --- What a request says of itself ----------------------------------------------------------------

SAID = (
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded",
    "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "X-Cluster-Client-IP",
    "X-Original-URL", "X-Rewrite-URL", "X-Original-Host", "X-Host", "X-HTTP-Method-Override",
    "X-Remote-User", "Remote-User", "X-Forwarded-User", "X-Auth-User", "Authorization", "Referer",
    "Origin", "User-Agent", "Accept", "Accept-Language", "Accept-Encoding", "HX-Current-URL",
    "HX-Target", "HX-Trigger", "HX-Prompt", "X-Request-Id", "X-Requested-With", "If-None-Match",
    "If-Modified-Since", "Range", "Via", "From", "Cookie",
)  # fmt: skip


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize(
    "value",
    [
        VECTORS[1],
        "fe80::1%<script>pwn(1)</script>",
        "127.0.0.1, evil.example",
        "é\udc80",
        "x" * 7000,
    ],
)
def test_headers_full_of_harm_change_nothing(
    world: World, value: str, proxies: int, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {name: value for name in SAID if name != "Cookie"}
    Delivery.objects.all().delete()

    for role, address, data in (
        ("stranger", "/submit/", {"email": "a@b.example", "text": "x", "name": "x"}),
        ("stranger", "/submit/files/", {"file": "x"}),
        ("stranger", "/account/sign-in/", {"login": "ada@desk.example", "password": "x"}),
        ("stranger", reverse("account_reset_password"), {"email": world.ticket.owner.email}),  # type: ignore[union-attr]
        ("admin", "/desk/", None),
        ("admin", f"/desk/tickets/{world.ticket.pk}/", None),
        ("customer", f"/t/{world.ticket.pk}/", None),
    ):
        client = world.clients[role]
        client.raise_request_exception = True
        ask = client.get if data is None else client.post
        answer: Any = ask(address, data or {}, headers=headers)
        assert answer.status_code < 500, address
        if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
            assert faults(answer.content.decode()) == [], address
        assert "evil.example" not in answer.headers.get("Location", "")
    for mail in Delivery.objects.all():
        assert "evil.example" not in str(mail.payload)
        assert "pwn" not in str(mail.payload)


@pytest.mark.parametrize("charset", ["rot13", "hex", "utf-16", "idna", "undefined", "pwn", '"'])
def test_no_alphabet_that_a_request_names_breaks_the_desk(charset: str) -> None:
    """Python takes rot13 for an alphabet; Django then broke before anything of ours ran."""
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    environ = RequestFactory().post("/submit/?q=ä", b"name=%C3%A4", content_type="x/x").environ
    environ["CONTENT_TYPE"] = kind

    request: Any = in_our_alphabet(lambda environ, start: WSGIRequest(environ))(environ, None)

    assert (request.POST["name"], request.GET["q"]) == ("ä", "ä")


def test_nobody_is_who_a_header_says(world: World) -> None:
    headers = {name: "ada@desk.example" for name in SAID if "User" in name}

    answer = world.clients["stranger"].get("/desk/", headers=headers)

    assert answer.status_code == 302


def test_links_in_mails_lead_to_us_whatever_host_was_asked_for(world: World) -> None:
    client = world.clients["stranger"]
    assert world.ticket.owner
    asked = {"email": world.ticket.owner.email}

    refused = client.post(
        reverse("account_reset_password"), asked, headers={"host": "evil.example"}
    )
    before = Delivery.objects.count()
    client.post(
        reverse("account_reset_password"), asked, headers={"x-forwarded-host": "evil.example"}
    )

    assert refused.status_code == 400
    assert Delivery.objects.count() == before + 1
    mail = sending._build(Delivery.objects.latest("created_at"), "a-secret", timezone.now())
    assert b"http://localhost:8000/account/" in mail
    assert b"evil" not in mail
