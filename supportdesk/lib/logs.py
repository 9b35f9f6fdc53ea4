"""Log lines that can be followed: each carries the id of the request that it comes from.

The id goes with the bell that a request rings, so that a worker’s lines carry
it too. No line tells a secret: whatever looks like the token of a link is cut
out of it, and so is the password in the address of a server.
"""

import json
import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse

current_id: ContextVar[str] = ContextVar("current_id", default="-")
requests = logging.getLogger("supportdesk.requests")

#: Set-up, invitation, ticket, password reset: the tokens of all our links are this long or longer,
#: and so are the seals of our Message-IDs and session keys.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,}(?:\.[0-9a-f]{32})?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PASSWORD = re.compile(r"(\w+://[^\s:/@]*:)[^\s@]+@")
#: Postgres quotes the row that broke a rule; it may be what somebody wrote.
_QUOTED = re.compile(r"^(DETAIL|CONTEXT|HINT): .*$", re.MULTILINE)
#: What a module, a file or a function of ours may be called without being taken for a token.
_NAME = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)+")


def without_secrets(text: str) -> str:
    """Cut out what would let its reader in somewhere."""
    text = _PASSWORD.sub(r"\1…@", text)
    text = _QUOTED.sub(r"\1: …", text)
    return _TOKEN.sub(_cut, text)


def _cut(found: re.Match[str]) -> str:
    """Leave the names of our own functions and files, which have words and hardly a digit."""
    text = found[0]
    is_name = _NAME.fullmatch(text) and sum(letter.isdigit() for letter in text) < 3
    return text if is_name or _UUID.fullmatch(text) else "…"


class Plain(logging.Formatter):
    """``12:00:01 WARNING tickets.mail [4f2a…] words``"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(at)s] %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        record.at = current_id.get()
        return without_secrets(super().format(record))


class Json(logging.Formatter):
    """One object a line, for whatever collects them."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": current_id.get(),
            "message": without_secrets(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            said["trace"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False, default=str)


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give every request an id, in its log lines and in the ``X-Request-Id`` header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_id.set(uuid.uuid4().hex[:12])
        began = time.monotonic()
        try:
            response = get_response(request)
            response["X-Request-Id"] = current_id.get()
            _note(request, response, milliseconds=(time.monotonic() - began) * 1000)
            return response
        finally:
            current_id.reset(token)

    return middleware


def _note(request: HttpRequest, response: HttpResponse, *, milliseconds: float) -> None:
    """One line a request: by the name of its address, so that nothing of a link is in it."""
    match = request.resolver_match
    requests.debug(
        "%s %s %s",
        request.method,
        match.view_name if match else "-",
        response.status_code,
        extra={
            "facts": {
                "method": request.method,
                "view": match.view_name if match else None,
                "status": response.status_code,
                "ms": round(milliseconds, 1),
                "user": _who(request),
            }
        },
    )


def _who(request: HttpRequest) -> int | None:
    """The number of who is signed in, if somebody asked for it: logging asks the database nothing."""
    known = getattr(request, "_cached_user", None)
    return known.pk if known is not None else None


# --- The id goes with the bell --------------------------------------------------------------------

_tokens: dict[str, Token[str]] = {}


@before_task_publish.connect
def send_the_id(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    if headers is not None and current_id.get() != "-":
        headers["request"] = current_id.get()


@task_prerun.connect
def take_the_id(task_id: str, task: Any, **kwargs: Any) -> None:
    """A task that nobody’s request rang for gets an id of its own."""
    came = task.request.get("request") or ""
    known = came if re.fullmatch(r"[0-9a-f]{12}", str(came)) else uuid.uuid4().hex[:12]
    _tokens[task_id] = current_id.set(known)


@task_postrun.connect
def put_the_id_down(task_id: str, **kwargs: Any) -> None:
    if token := _tokens.pop(task_id, None):
        current_id.reset(token)
