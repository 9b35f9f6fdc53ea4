"""The desk as gunicorn serves it. In production it does not start with what would be unsafe."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportdesk.settings")

_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


def in_our_alphabet(serve: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Read every form as UTF-8, which is what our pages send, whatever a request says it is.

    Django takes the name of any codec of Python for an alphabet. Some are none
    (rot13), and then it breaks before anything of ours could answer.
    """

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = _CHARSET.sub("", environ.get("CONTENT_TYPE") or "")
        return serve(environ, start_response)

    return served


application = in_our_alphabet(get_wsgi_application())

# After the apps are loaded: one of the checks asks the database.
from django.db import connections  # noqa: E402 -- see above

from supportdesk.checks import refuse_unsafe_production  # noqa: E402 -- see above

refuse_unsafe_production()
# Processes that are forked from this one must not share its connection.
connections.close_all()
