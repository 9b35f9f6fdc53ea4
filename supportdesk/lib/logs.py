"""Log lines that can be followed: each carries the id of the request or task it belongs to."""

import logging
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

current_id: ContextVar[str] = ContextVar("current_id", default="-")


class Plain(logging.Formatter):
    """``12:00:01 WARNING tickets.mail [4f2a…] words``"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(at)s] %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        record.at = current_id.get()
        return super().format(record)


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give every request an id, in its log lines and in the ``X-Request-Id`` header."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_id.set(uuid.uuid4().hex[:12])
        try:
            response = get_response(request)
            response["X-Request-Id"] = current_id.get()
            return response
        finally:
            current_id.reset(token)

    return middleware
