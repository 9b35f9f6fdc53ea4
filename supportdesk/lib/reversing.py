"""Addresses with a number in them, found once and then only filled in."""

from functools import cache

from django.urls import reverse


def address_of(name: str, number: int) -> str:
    """What ``reverse(name, args=[number])`` returns; a page asks for dozens."""
    before, after = _around_the_number(name)
    return f"{before}{number}{after}"


@cache
def _around_the_number(name: str) -> tuple[str, str]:
    before, _number, after = reverse(name, args=[999_999_999]).partition("999999999")
    return before, after
