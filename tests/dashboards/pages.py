"""What the tests read off the dashboards."""

import html
import re
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from supportdesk.dashboards import tables

PULSE = reverse("pulse")
TABLES = [f"tables/{name}/" for name in tables.TABLES]
_LINK = re.compile(r"<a\b([^>]*)>", re.DOTALL)


@dataclass(frozen=True)
class Mark:
    """A number or a mark: what it says, and where it leads."""

    n: str
    address: str


def marks(page: str) -> list[Mark]:
    """Every link to tickets that are counted. Each must say how many."""
    found = []
    for attributes in _LINK.findall(page):
        address = re.search(r'href="(/desk/(?:pulse|load)/tickets/[^"]+)"', attributes)
        if address:
            n = re.search(r'data-n="([^"]*)"', attributes)
            assert n, attributes
            found.append(Mark(n.group(1), html.unescape(address.group(1))))
    return found


def numbers(client: Client, address: str) -> tuple[str, list[int]]:
    """The total that a list says, and the tickets on all of its pages."""
    found: list[int] = []
    said = ""
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, address
        page = answer.content.decode()
        said = said or re.findall(r"data-count>([^<]*)<", page)[0]
        found += [int(n) for n in re.findall(r'id="t(\d+)"', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = address.partition("?")[0] + html.unescape(following[1]) if following else ""
    return said, found


def says(client: Client, slug: str, **query: object) -> str:
    """What the page says for a number."""
    page = client.get(PULSE, query).content.decode()
    return next(one.n for one in marks(page) if f"/tickets/{slug}/" in one.address)
