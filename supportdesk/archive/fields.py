"""What a line says under one name, as what it ought to be, or the reason why it is not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from supportdesk.archive.refused import Refused

Said = dict[str, Any]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
#: Clocks of two machines differ; a day is no mistake of a clock.
AHEAD = timedelta(days=1)
LARGEST = 2**63 - 1


def text(said: Said, name: str, *, longest: int = 0, is_required: bool = False) -> str:
    """Return a text, stripped. ``longest`` is in characters; 0: as long as it likes."""
    value = said.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Refused(f"“{name}” is no text")
    if longest and len(value) > longest:
        raise Refused(f"“{name}” is longer than {longest} characters")
    if is_required and not value.strip():
        raise Refused(f"“{name}” is missing")
    return value.strip()


def number(said: Said, name: str, *, at_most: int = LARGEST) -> int:
    value = optional_number(said, name, at_most=at_most)
    if value is None:
        raise Refused(f"“{name}” is missing")
    return value


def optional_number(said: Said, name: str, *, at_most: int = LARGEST) -> int | None:
    """Return a whole number of at least 1, or None if nothing is said."""
    value = said.get(name)
    if value is None:
        return None
    if type(value) is not int:
        raise Refused(f"“{name}” is no whole number")
    if not 1 <= value <= at_most:
        raise Refused(f"“{name}” is not between 1 and {at_most}")
    return value


def flag(said: Said, name: str, *, default: bool) -> bool:
    value = said.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise Refused(f"“{name}” is neither true nor false")
    return value


def choice(said: Said, name: str, known: Iterable[Any]) -> Any:
    value = said.get(name)
    if value is None:
        raise Refused(f"“{name}” is missing")
    if isinstance(value, list | dict | bool) or value not in known:
        raise Refused(f"“{name}” is none of {', '.join(str(one) for one in known)}")
    return value


def moment(said: Said, name: str, *, at: datetime) -> datetime:
    value = optional_moment(said, name, at=at)
    if value is None:
        raise Refused(f"“{name}” is missing")
    return value


def optional_moment(said: Said, name: str, *, at: datetime) -> datetime | None:
    """Return an instant between 1970 and a day from ``at``, or None if nothing is said."""
    value = said.get(name)
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused(f"“{name}” is no date and time like 2026-03-11T12:00:00Z") from None
    if read.tzinfo is None:
        raise Refused(f"“{name}” says no time zone")
    if read < EARLIEST:
        raise Refused(f"“{name}” is before 1970")
    if read > at + AHEAD:
        raise Refused(f"“{name}” is in the future")
    return read.astimezone(UTC)


def texts(said: Said, name: str, *, longest: int, at_most: int) -> list[str]:
    value = said.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(f"“{name}” is no list of texts")
    if any(len(one) > longest for one in value):
        raise Refused(f"“{name}” holds a text longer than {longest} characters")
    if len(value) > at_most:
        raise Refused(f"“{name}” holds more than {at_most} texts")
    return [one.strip() for one in value if one.strip()]


def numbers(said: Said, name: str) -> list[int]:
    value = said.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(type(one) is int for one in value):
        raise Refused(f"“{name}” is no list of whole numbers")
    return value
