"""Names in a note: ``@Priya Subramaniam``, ``@Priya`` if there is one Priya, or ``@priya@desk.example``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from supportdesk.models import User

#: Nobody’s address is looked for inside another word: ``help@shop.example`` names nobody.
_AT = re.compile(r"(?<![\w@.+-])@(?=\w)")


@dataclass
class Named:
    people: list[User] = field(default_factory=list)
    #: First names that several people have: nobody can say who is meant.
    unclear: list[str] = field(default_factory=list)


def named_in(text: str, staff: Iterable[User]) -> Named:
    """Return whom ``text`` names, in the order of the text. The longest name that fits is meant."""
    called = _names(staff)
    longest_first = sorted(called, key=len, reverse=True)
    lowered, found = text.lower(), Named()
    for sign in _AT.finditer(lowered):
        name = next((one for one in longest_first if _stands(one, lowered, sign.end())), None)
        if name is None:
            continue
        if len(called[name]) > 1:
            found.unclear.append(text[sign.end() : sign.end() + len(name)])
        elif called[name][0] not in found.people:
            found.people.append(called[name][0])
    return found


def _names(staff: Iterable[User]) -> dict[str, list[User]]:
    called: dict[str, list[User]] = {}
    for user in staff:
        for name in {user.name.lower(), user.first_name.lower(), user.email}:
            called.setdefault(name, []).append(user)
    return called


def _stands(name: str, text: str, place: int) -> bool:
    """Whether ``name`` is written there, whole: “@Ann” does not name Anna."""
    end = place + len(name)
    return text.startswith(name, place) and not text[end : end + 1].isalnum()
