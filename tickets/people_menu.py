"""The menu of those who can own a ticket. A desk may have many, and it is on every ticket’s page."""

from collections.abc import Iterable

from django.utils.safestring import SafeString

from supportdesk.lib.drawing import avatar
from supportdesk.lib.shapes import Shape, joined
from supportdesk.models import User

_ITEM = Shape('<button class="menu__go" name="owner" value="{number}">{face} {name}</button>')


def drawn(people: Iterable[User]) -> SafeString:
    """A button for each."""
    return joined(
        _ITEM(number=person.pk, face=avatar(person), name=str(person)) for person in people
    )
