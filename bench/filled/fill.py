"""Fill the desk of a bench: ``python -m bench.filled.fill FOLDER TIMES``. Says what it holds, as JSON."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection


def main() -> None:
    django.setup()
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    took: dict[str, float] = {}
    _run("SET statement_timeout = 0")
    _step(took, "migrate", lambda: call_command("migrate", verbosity=0))
    _step(took, "static", lambda: call_command("collectstatic", interactive=False, verbosity=0))
    if not _is_imported(folder):
        _step(
            took,
            "import",
            lambda: call_command("import_archive", str(folder), "--bench-passwords"),
        )
        _run("VACUUM ANALYZE")
    from bench.filled.multiply import Multiplier

    def tell(text: str) -> None:
        print(text, flush=True)

    multiplier = Multiplier(tell)
    if times > 1:
        _step(took, f"{times} times", lambda: multiplier.make(times))
    if has_search := "--no-search" not in sys.argv:
        _step(took, "search index", lambda: _index(multiplier, times))
    _make_supervisor()
    print("%%" + json.dumps({"took": took, "has_search": has_search, **_facts(folder)}), flush=True)


def _step(took: dict[str, float], name: str, do: Any) -> None:
    began = time.monotonic()
    do()
    took[name] = round(time.monotonic() - began, 1)
    print(f"{name}: {took[name]} s", flush=True)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _ask(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def _is_imported(folder: Path) -> bool:
    told = json.loads((folder / "manifest.json").read_text())
    many = _ask("SELECT count(*) FROM tickets_ticket WHERE id <= 10000 + %s", told["tickets"])
    return bool(many[0][0] >= told["tickets"])


def _index(multiplier: Any, times: int) -> None:
    """The worker’s own reading for the original, and copies of what it read for the copies."""
    stride = multiplier.stride("ticket")
    if times > 1:
        _run(f"DELETE FROM tickets_toread WHERE ticket_id > {10_000 + stride}")
    call_command("index_search")
    if times > 1:
        multiplier.copy_index(times)
    _run("VACUUM (ANALYZE) tickets_findable")


def _make_supervisor() -> None:
    """Agent 2 sees everything as people do: by the queues they may see, not as an admin."""
    _run("UPDATE supportdesk_user SET role = 'supervisor' WHERE email = 'agent02@desk.example'")
    _run("UPDATE supportdesk_desk SET set_up_at = now() WHERE set_up_at IS NULL")


def _facts(folder: Path) -> dict[str, Any]:
    told = json.loads((folder / "manifest.json").read_text())
    probe, words = told["probe_tickets"], told["probe_words"]
    many = _ask(
        "SELECT (SELECT count(*) FROM tickets_ticket), (SELECT count(*) FROM tickets_message)"
    )
    (deep,) = _ask(
        "SELECT changed_at, id FROM tickets_ticket WHERE state = 'solved' AND spam_at IS NULL"
        " ORDER BY changed_at DESC, id DESC OFFSET %s LIMIT 1",
        int(many[0][0] * 0.6),
    )
    answerable = _ask(
        "SELECT id FROM tickets_ticket WHERE state = 'open' ORDER BY id DESC LIMIT 4000"
    )
    return {
        "tickets": many[0][0],
        "messages": many[0][1],
        "size": _ask("SELECT pg_size_pretty(pg_database_size(current_database()))")[0][0],
        "five": [10_000 + one for one in probe["followups_5"]],
        "hundred": [10_000 + one for one in probe["followups_100"]],
        "open": [row[0] for row in answerable],
        "deep": [0, deep[0].isoformat(), deep[1]],
        "words": {name: one["word"] for name, one in words.items()},
        "identifiers": told["identifiers_once"],
        "password": told["agent_password"],
    }


if __name__ == "__main__":
    main()
