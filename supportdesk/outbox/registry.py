"""What the apps above add to the outbox: secret links, and who is told of a failure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supportdesk.models import Delivery

#: Stands for the secret link in ``text`` and ``html``, until the link is minted.
SECRET_LINK = "https://link.invalid/secret/"  # noqa: S105 -- a place, not a secret


@dataclass(frozen=True)
class Link:
    """How a secret link is made: its address, and the row that lets it in."""

    url: Callable[[dict[str, Any], str], str]
    keep: Callable[[dict[str, Any], str, datetime], None]


links: dict[str, Link] = {}
told_of_failure: list[Callable[[Delivery, datetime], None]] = []


def register_link(kind: str, link: Link) -> None:
    """Let payloads ask for ``{"link": {"kind": kind, …}}``. Called when the app is ready."""
    links[kind] = link


def on_failed(tell: Callable[[Delivery, datetime], None]) -> None:
    """Have ``tell(delivery, at)`` called in the transaction in which a mail fails for good."""
    if tell not in told_of_failure:
        told_of_failure.append(tell)
