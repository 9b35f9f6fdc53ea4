"""How many statements a page asks, said in a header. Part of the bench alone, never of a desk."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

HEADER = "X-Statements"


def statements(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count what goes to Postgres, savepoints too; BEGIN and COMMIT are the driver’s."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = 0

        def count(execute: Any, *args: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*args)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response[HEADER] = str(asked)
        return response

    return middleware
