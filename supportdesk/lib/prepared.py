"""SQL that is written once, with who asks, about what and when filled in each time.

Django takes longer to write the statement behind the inbox’s counts than
Postgres to answer it, and every open inbox asks every few seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

#: What stands in for a value while a statement is written: nobody’s key, no moment that ever was.
_NO_KEY = -4_100_200_300_400_500_600
_NO_MOMENT = datetime(1, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)


@dataclass(frozen=True)
class Statement:
    """SQL with its values, and whatever its reader needs to know about the rows."""

    sql: str
    params: tuple[Any, ...]
    about: Any = None


Writer = Callable[..., Statement]


def written_once(write: Writer) -> Writer:
    """Call ``write(*kind, **values)`` once for each kind; after that only fill in the values.

    ``kind`` is what the SQL depends on, a role say. The values are keys
    (int) and moments, and ``write`` may do nothing with them but pass them on.
    """

    @lru_cache(64)
    def written(kind: tuple[Any, ...], named: tuple[tuple[str, bool], ...]) -> Statement:
        return write(
            *kind, **{name: _stand_in(n, moment) for n, (name, moment) in enumerate(named)}
        )

    @wraps(write)
    def filled(*kind: Any, **values: Any) -> Statement:
        named = tuple((name, isinstance(value, datetime)) for name, value in values.items())
        statement = written(kind, named)
        meant = {_stand_in(n, moment): values[name] for n, (name, moment) in enumerate(named)}
        params = (meant.get(one, one) if _may_stand_in(one) else one for one in statement.params)
        return replace(statement, params=tuple(params))

    return filled


def _stand_in(n: int, is_moment: bool) -> int | datetime:
    return _NO_MOMENT + timedelta(microseconds=n) if is_moment else _NO_KEY - n


def _may_stand_in(param: Any) -> bool:
    return isinstance(param, datetime) or type(param) is int
