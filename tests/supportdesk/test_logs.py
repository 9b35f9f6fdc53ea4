"""Log lines can be followed from a click to a worker, and tell no secret."""

import json
import logging
import re
import secrets
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from supportdesk import tasks
from supportdesk.lib import logs, tokens
from supportdesk.models import OneTimeLink
from tests.factories import make_ticket
from tickets.models import SecretLink

FORMATTERS = (logs.Plain(), logs.Json())


def write(message: str, *arguments: object, exc_info: Any = None) -> list[str]:
    record = logging.LogRecord("x", 30, "x.py", 1, message, arguments, exc_info)
    return [formatter.format(record) for formatter in FORMATTERS]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """What all loggers say, as both formatters write it."""
    caplog.set_level(logging.DEBUG, "supportdesk.requests")

    def written() -> str:
        return "\n".join(each.format(record) for record in caplog.records for each in FORMATTERS)

    return written


@pytest.mark.django_db
def test_no_token_of_a_link_gets_into_a_line(client: Client, lines: Any) -> None:
    ticket = make_ticket()
    token = SecretLink.mint(ticket_id=ticket.pk, identity=ticket.identity, at=timezone.now())
    set_up = tokens.mint()
    client.get(f"/t/{token}/", secure=True)
    client.get(f"/t/{token}/nothing-there", secure=True)
    client.get(f"/t/{token}x/", secure=True)
    client.get(reverse("setup:first", args=[set_up]), secure=True)
    client.get(f"/nowhere/{set_up}?next={token}", secure=True)
    client.get("/account/password/reset/key/b-cx1k2f-" + secrets.token_hex(16) + "/", secure=True)
    said = lines()
    assert "Not Found: /nowhere/…" in said
    assert "supportdesk.requests" in said
    for secret in (token, token[:33], set_up, set_up[:33], "cx1k2f-"):
        assert secret not in said
    assert OneTimeLink.objects.count() == 0


def test_passwords_and_quoted_rows_are_cut_out_and_our_own_names_are_not() -> None:
    said = "could not connect to postgres://desk:hunter2@db.example/x and redis://:hunter3@r/0"
    for line in write("%s", said):
        assert "hunter" not in line
        assert "postgres://desk:…@db.example/x" in line
    quoted = ValueError("duplicate key\nDETAIL:  Key (value)=(noor@mail.example) exists.")
    for line in write("No", exc_info=(ValueError, quoted, None)):
        assert "noor@" not in line
        assert "duplicate key" in line
    kept = "test_no_token_of_a_link_gets_into_a_line 7f6b1c52-9f3e-4b7e-8a51-0c8d6f1f2a3b"
    for line in write(kept):
        assert kept in line
    for _n in range(200):
        secret = tokens.mint()
        assert all(secret not in line for line in write("link %s here", secret))


def test_a_json_line_is_one_object_with_what_can_be_searched(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "supportdesk.requests")
    answer = client.get("/healthz", secure=True)
    (record,) = [each for each in caplog.records if each.name == "supportdesk.requests"]
    said = json.loads(logs.Json().format(record))
    assert (said["method"], said["view"], said["status"]) == ("GET", "healthz", 200)
    assert said["user"] is None
    assert said["ms"] >= 0
    assert re.fullmatch(r"[0-9a-f]{12}", answer["X-Request-Id"])
    broken = json.loads(write("first\nsecond %s", "„")[1])
    assert broken["message"] == "first\nsecond „"


def test_the_id_of_a_request_goes_with_the_bell_and_into_the_workers_lines() -> None:
    sent: list[dict[str, Any]] = []

    def hear(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
        sent.append(dict(headers or {}))

    before_task_publish.connect(hear)
    try:
        token = logs.current_id.set("0123456789ab")
        tasks.ring("supportdesk.tasks.send_mail")
        logs.current_id.reset(token)
    finally:
        before_task_publish.disconnect(hear)
    (headers,) = sent
    assert headers["request"] == "0123456789ab"

    seen = []
    task = tasks.reap_outbox
    task.push_request(request=headers["request"])
    try:
        logs.take_the_id(task_id="1", task=task)
        seen.append(logs.current_id.get())
        logs.put_the_id_down(task_id="1")
        seen.append(logs.current_id.get())
    finally:
        task.pop_request()
    assert seen == ["0123456789ab", "-"]
    logs.take_the_id(task_id="2", task=task)
    assert re.fullmatch(r"[0-9a-f]{12}", logs.current_id.get())
    logs.put_the_id_down(task_id="2")
