"""The imported archive several times over, made inside the database.

Copies keep the shape of what they were copied from: who writes how much, which
ticket is long, what is open. Ids are moved by one stride for each copy, times by
some minutes, addresses get the copy’s number in front.
"""

from collections.abc import Callable

from django.db import connection, transaction

TICKETS_AT_ONCE = 5_000
#: The columns that hold ids, by table, and which table’s stride moves each.
IDS = {
    "customers_customer": {"id": "customer"},
    "customers_identity": {"id": "identity", "customer_id": "customer"},
    "tickets_ticket": {"id": "ticket", "customer_id": "customer", "identity_id": "identity"},
    "tickets_message": {"id": "message", "ticket_id": "ticket", "by_customer_id": "customer"},
    "tickets_event": {"id": "event", "ticket_id": "ticket", "by_customer_id": "customer"},
    "tickets_findable": {"ticket_id": "ticket"},
}
OF_TICKETS = {"tickets_ticket": "id", "tickets_message": "ticket_id", "tickets_event": "ticket_id"}


class Multiplier:
    """Makes copies of everything that is there when it begins, and knows which are made."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS bench_strides (name text PRIMARY KEY, n bigint)"
            )
            cursor.execute("SELECT name, n FROM bench_strides")
            self._strides = dict(cursor.fetchall()) or self._measure()

    def _measure(self) -> dict[str, int]:
        tables = {
            "customer": "customers_customer",
            "identity": "customers_identity",
            "ticket": "tickets_ticket",
            "message": "tickets_message",
            "event": "tickets_event",
        }
        with connection.cursor() as cursor, transaction.atomic():
            for name, table in tables.items():
                base = "max(id) - 10000" if name == "ticket" else "max(id)"
                cursor.execute(
                    f"INSERT INTO bench_strides SELECT '{name}', {base} FROM {table} RETURNING n"
                )
            cursor.execute("SELECT name, n FROM bench_strides")
            return dict(cursor.fetchall())

    def make(self, times: int) -> None:
        """Bring the desk to ``times`` as much as it began with. What is made already stays."""
        for copy in range(1, times):
            self._copy_whole("customers_customer", copy)
            self._copy_whole("customers_identity", copy)
            last = 10_000 + self._strides["ticket"]
            for first in range(10_001, last + 1, TICKETS_AT_ONCE):
                self._copy_tickets(copy, first, min(first + TICKETS_AT_ONCE - 1, last))
            self._tell(f"copy {copy} of {times - 1}")
        self._finish()

    def _copy_whole(self, table: str, copy: int) -> None:
        name = IDS[table]["id"]
        self._insert(table, copy, "id", 1, self._strides[name])

    def _copy_tickets(self, copy: int, first: int, last: int) -> None:
        with connection.cursor() as cursor:
            moved = [first + copy * self._strides["ticket"], last + copy * self._strides["ticket"]]
            cursor.execute("SELECT count(*) FROM tickets_ticket WHERE id BETWEEN %s AND %s", moved)
            there = cursor.fetchone()
            if there and there[0] == last - first + 1:
                return
        with transaction.atomic():
            for table, key in OF_TICKETS.items():
                self._insert(table, copy, key, first, last)

    def stride(self, name: str) -> int:
        return int(self._strides[name])

    def copy_index(self, times: int) -> None:
        """The search index of the copies, from the rows of the original."""
        for copy in range(1, times):
            last = 10_000 + self._strides["ticket"]
            self._insert("tickets_findable", copy, "ticket_id", 10_001, last)
            self._tell(f"search index, copy {copy} of {times - 1}")

    def _insert(self, table: str, copy: int, key: str, first: int, last: int) -> None:
        names, values = self._columns(table, copy)
        with transaction.atomic(), connection.cursor() as cursor:
            # Neither triggers nor foreign keys are asked: every row is the twin of one that is right.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}"
                f" WHERE {key} BETWEEN %s AND %s ON CONFLICT DO NOTHING",
                [first, last],
            )

    def _columns(self, table: str, copy: int) -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s AND is_generated = 'NEVER'",
                [table],
            )
            columns = dict(cursor.fetchall())
        values = []
        for name, kind in columns.items():
            if name in IDS[table]:
                values.append(f'"{name}" + {copy * self._strides[IDS[table][name]]}')
            elif kind == "timestamp with time zone":
                values.append(f"\"{name}\" - interval '{copy * 7} minutes'")
            elif kind == "uuid":
                values.append(f"md5(\"{name}\"::text || '{copy}')::uuid")
            elif (table, name) == ("customers_identity", "value"):
                values.append(f"""'{copy}' || "{name}\"""")
            else:
                values.append(f'"{name}"')
        return ", ".join(f'"{name}"' for name in columns), ", ".join(values)

    def _finish(self) -> None:
        with connection.cursor() as cursor:
            for table, ids in IDS.items():
                if "id" in ids:
                    cursor.execute(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                    )
                    cursor.execute(f"VACUUM (ANALYZE) {table}")
