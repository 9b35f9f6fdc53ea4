"""Reading very many tickets into the search: several at a time, the index written in lumps.

Each word of each ticket has its own place in the index of words. One ticket after
the other, Postgres looks up every one of these places and writes its page; of
thousands together it sorts the words first. So while many are read, what is new
is only put on a list, which every search reads too, and goes into its places now
and then, by us and not by whoever happens to write next.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from django.db import DatabaseError, connection, transaction

from tickets import search
from tickets.models import ToRead

#: Fewer are not worth the change of the index.
MANY = 2000
#: How many tickets are read in one transaction, and how many between two lumps.
BATCH, LUMP = 200, 4000
#: Somebody is searching: the index is changed when they are done, or not at all.
_PATIENCE = "2s"
_INDEXES = ("findable_words", "findable_head")

Tell = Callable[[int], None]


def read_all(*, at_once: int, tell: Tell = lambda done: None) -> int:
    """Read every ticket that waits, ``at_once`` of them by as many connections. Return how many.

    ``tell`` hears after each batch how many are read. What is read is found at once.
    """
    if ToRead.objects.count() < MANY:
        return _Reading(tell).by(1)
    with _in_lumps():
        return _Reading(tell).by(at_once)


class _Reading:
    def __init__(self, tell: Tell) -> None:
        self.done = 0
        self._since = 0
        self._lock = Lock()
        self._tell = tell

    def by(self, hands: int) -> int:
        if hands == 1:
            self._read()
        else:
            with ThreadPoolExecutor(hands) as pool:
                for one in [pool.submit(self._read_and_leave) for _ in range(hands)]:
                    one.result()
        return self.done

    def _read_and_leave(self) -> None:
        try:
            self._read()
        finally:
            connection.close()

    def _read(self) -> None:
        while read := search.read_some(BATCH):
            with self._lock:
                self.done += read
                self._since += read
                is_full = self._since >= LUMP
                self._since %= LUMP
                self._tell(self.done)
            if is_full:
                _sort_in()


@contextmanager
def _in_lumps() -> Iterator[None]:
    """Let the index put new words on a list in here. Whoever is ended in here leaves it so:
    searches are right all the same, and the next who is not ended puts it back.
    """
    is_changed = _change_index("fastupdate = on, gin_pending_list_limit = 1048576")
    try:
        yield
    finally:
        if is_changed:
            _change_index("fastupdate = off")
            _sort_in()


def _change_index(how: str) -> bool:
    """False if somebody was searching all the time, or the tables are another’s: then it stays."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            for index in _INDEXES:
                cursor.execute(f"ALTER INDEX {index} SET ({how})")
    except DatabaseError:
        return False
    return True


def _sort_in() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for index in _INDEXES:
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
