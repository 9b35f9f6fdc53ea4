"""Every form of every page, posted as it stands, and again with every column of the desk beside it."""

import datetime as dt
import decimal
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from selectolax.lexbor import LexborHTMLParser, LexborNode

from supportdesk.lib.access import Policy
from supportdesk.models import Role
from tests.access.endpoints import endpoints
from tests.access.world import World, make_world, written
from tests.hostile.rounds import IS_WHOLE

pytestmark = pytest.mark.django_db

Posted = dict[str, list[str]]
Known = dict[type[models.Model], set[Any]]
Rows = dict[str, list[tuple[Any, ...]]]
#: New in every run: keys, hashes, and what holds moments in words.
NEW_EACH_TIME = {"key", "password", "payload", "message_id", "dedupe_key", "group_key", "sha256",
                 "storage_key", "preview_key", "subject_id", "size_bytes", "token_hash", "held_session", "error"}  # fmt: skip
OURS = {"supportdesk", "customers", "tickets", "feedback"}


def test_no_form_changes_a_column_that_it_does_not_show() -> None:
    world = make_world()
    extras = _columns()
    assert {"role", "is_active", "owner", "state", "is_staff"} <= set(extras)
    known = {model: set(model._default_manager.values_list("pk", flat=True)) for model in _models()}
    posted, wrong = 0, {}
    for n, (role, address, form, names) in enumerate(_forms(world)):
        if n % 3 and not IS_WHOLE:
            continue
        client = world.clients[role]
        with_all: Posted = {**{name: v for name, v in extras.items() if name not in names}, **form}
        plain, status = _after(client, address, form, known)
        more, _status = _after(client, address, with_all, known)
        posted += status in {200, 204, 302, 303}
        # What is left out is no harm: a link that was used a moment ago is not stamped again.
        added = [
            (name, [row for row in rows if row not in plain.get(name, ())][:2])
            for name, rows in more.items()
            if rows != plain.get(name)
        ]
        if added:
            wrong[f"{role}: {address}"] = added
    assert wrong == {}, "\n".join(f"{k}: {v}" for k, v in wrong.items())
    assert posted > (30 if IS_WHOLE else 10)


def _columns() -> Posted:
    """A value for each column of each model, such as its owner would not want."""
    values: Posted = {"is_staff": ["true"], "is_superuser": ["on"], "__class__": ["x"]}
    for model in _models():
        for field in model._meta.fields:
            for name in {field.name, field.attname}:
                values.setdefault(name, [_value(field)])
    return values


def _models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model._meta.app_label in OURS)


def _value(field: Any) -> str:
    if field.name == "role":
        return Role.ADMIN
    if field.choices:
        return str(list(field.choices)[-1][0])
    if isinstance(field, models.ForeignKey | models.AutoField):
        newest = (field.related_model or field.model)._default_manager.order_by("pk").last()
        return str(newest.pk if newest else 1)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField | models.DateField):
        return "2020-01-01"
    if isinstance(field, models.IntegerField | models.FloatField | models.DecimalField):
        return "3"
    return "pwned"


# --- The forms of the pages -----------------------------------------------------------------------


def _forms(world: World) -> Iterator[tuple[str, str, Posted, set[str]]]:
    """Each form that a page shows, as a browser would send it: who, where to, what, and its names.

    Of the forms that differ in a row only (one for each tag, one for each person) the first.
    """
    seen = set()
    readers = {
        Policy.AGENT: "agent", Policy.SUPERVISOR: "supervisor", Policy.ADMIN: "admin",
        Policy.SIGNED_IN: "agent", Policy.ANYONE: "stranger", Policy.LINK: "customer",
        Policy.TRIAL: "stranger",
    }  # fmt: skip
    for endpoint in endpoints():
        assert endpoint.policy
        role, address = readers.get(endpoint.policy, "stranger"), world.address_of(endpoint)
        answer = world.clients[role].get(address)
        if answer.status_code != 200 or "text/html" not in answer.headers["Content-Type"]:
            continue
        for node in LexborHTMLParser(answer.content.decode()).css("form[method=post]"):
            action = (node.attributes.get("action") or "").partition("#")[0] or address
            fields = _fields(node)
            names = {part.attributes.get("name") or "" for part in node.css("[name]")}
            kind = (re.sub(r"\d+", "", action), tuple(sorted(names)))
            if kind not in seen and "sign-out" not in action:
                seen.add(kind)
                yield role, action, fields, names


def _fields(form: LexborNode) -> Posted:
    fields: Posted = {}
    for node in form.css("input, textarea, select, button[name]"):
        name, kind = node.attributes.get("name"), node.attributes.get("type")
        if not name or "disabled" in node.attributes or kind == "file":
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            value = chosen.attributes.get("value") if chosen else ""
        elif node.tag == "textarea":
            value = node.text().strip() or "Some words of mine"
        elif kind in {"checkbox", "radio"} and "checked" not in node.attributes:
            continue
        else:
            value = node.attributes.get("value") or {"email": "noor@mail.example"}.get(
                kind or "", "Words"
            )
        if node.tag != "button" or name not in fields:
            fields.setdefault(name, []).append(value or "")
    return fields


# --- What a post leaves behind --------------------------------------------------------------------


def _after(client: Client, address: str, form: Posted, known: Known) -> tuple[Rows, int]:
    cookies = client.cookies.copy()
    with transaction.atomic():
        before = written()
        answer = client.post(address, form)
        tables = {table for table, count in written().items() if count != before.get(table)}
        changed = [model for model in _models() if model._meta.db_table in tables]
        rows = {model.__name__: _rows(model, known) for model in changed}
        transaction.set_rollback(True)
    client.cookies = cookies
    return rows, answer.status_code


def _rows(model: type[models.Model], known: Known) -> list[Any]:
    fields = [field for field in model._meta.fields if field.name not in NEW_EACH_TIME]
    rows = model._default_manager.values_list(*[field.attname for field in fields])
    return sorted(
        (
            tuple(_plain(field, value, known) for field, value in zip(fields, row, strict=True))
            for row in rows
        ),
        key=repr,
    )


def _plain(field: Any, value: Any, known: Known) -> Any:
    if value is None or isinstance(value, bool | decimal.Decimal):
        return value
    if field.primary_key or field.is_relation:
        target = field.related_model if field.is_relation else field.model
        return value if value in known.get(target, {value}) else "new"
    if isinstance(value, dt.datetime | dt.timedelta | uuid.UUID | bytes | memoryview):
        return type(value).__name__
    if isinstance(value, dict):
        return sorted(value)
    return str(value) if not isinstance(value, str | int) else value
