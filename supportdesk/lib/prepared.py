"""SQL that is written once, with who asks, about what and when filled in each time.

Django takes longer to write the statement behind the inbox’s counts than
Postgres to answer it, and every open inbox asks every few seconds.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
        return _filled(written(kind, _named(values)), values)

    return filled


Rows = TypeVar("Rows", bound="QuerySet[Any, Any]")


def rows_written_once(write: Callable[..., Rows]) -> Callable[..., Rows]:
    """``written_once`` for the rows of a model, with ``select_related``: ``write`` returns a queryset.

    What comes back is to be read, not filtered further: its SQL stands.
    """

    @lru_cache(64)
    def written(kind: tuple[Any, ...], named: tuple[tuple[str, bool], ...]) -> tuple[Rows, Any]:
        rows = write(
            *kind, **{name: _stand_in(n, moment) for n, (name, moment) in enumerate(named)}
        )
        compiler = rows.query.get_compiler(rows.db)
        # The compiler remembers which columns make which object.
        compiler.written = Statement(*compiler.as_sql())
        return rows, compiler

    @wraps(write)
    def filled(*kind: Any, **values: Any) -> Rows:
        rows, compiler = written(kind, _named(values))
        statement = _filled(compiler.written, values)
        ready = copy(compiler)
        # It was written by another thread, maybe; connections are each thread’s own.
        ready.connection = connections[rows.db]
        ready.as_sql = lambda *args, **kwargs: (statement.sql, statement.params)
        rows = rows.all()
        rows.query.get_compiler = lambda *args, **kwargs: ready  # type: ignore[method-assign]
        return rows

    return filled


def _named(values: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    return tuple((name, isinstance(value, datetime)) for name, value in values.items())


def _filled(statement: Statement, values: dict[str, Any]) -> Statement:
    meant = {
        _stand_in(n, isinstance(value, datetime)): value for n, value in enumerate(values.values())
    }
    params = (meant.get(one, one) if _may_stand_in(one) else one for one in statement.params)
    return replace(statement, params=tuple(params))


def _stand_in(n: int, is_moment: bool) -> int | datetime:
    return _NO_MOMENT + timedelta(microseconds=n) if is_moment else _NO_KEY - n


def _may_stand_in(param: Any) -> bool:
    return isinstance(param, datetime) or type(param) is int
