"""the desk’s pages on 100,000 imported tickets: statements, times, CPU, memory

    ./desk bench pages [--data DIR] [--tickets N] [--times K] [--rounds N] [--only a,b]
                        [--no-search] [--keep]

A desk of its own on a generated archive, which stays in DIR for the next run.
``--times 10`` multiplies what was imported inside the database. Prints a table and
writes it into bench/RESULTS.md. ``--keep`` leaves the file as it is.
"""

import argparse
import base64
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import loadprobe
from bench.filled.counting import HEADER
from supportdesk.bootstrap import packages, places, servers
from supportdesk.bootstrap.places import CHECKOUT, PYTHON, Data
from supportdesk.bootstrap.processes import Program
from supportdesk.bootstrap.redis_server import free_port
from supportdesk.bootstrap.supervisor import Supervisor
from supportdesk.bootstrap.up import trial_environment
from supportdesk.bootstrap.web import Web

RESULTS = CHECKOUT / "bench" / "RESULTS.md"
MOST_STATEMENTS = 12
MOST_P95 = 50
TOKEN = r'name="csrfmiddlewaretoken" value="([^"]+)"'


@dataclass(frozen=True)
class Cell:
    """One kind of request, and what is aimed at: p50 of one client in ms, requests a second of 8."""

    name: str
    request: dict[str, Any]
    goal_ms: float
    goal_rps: float | None = None


def main() -> None:
    options = _options()
    data = Data(options.data)
    data.make()
    archive = options.data / f"archive-{options.tickets}"
    with data.locked(), Supervisor(data.record) as supervisor:
        servers.provide_packages(packages.DEV, supervisor)
        _make_archive(archive, options.tickets)
        port = free_port()
        environment = trial_environment(
            data,
            database=servers.start_postgres(supervisor, data.folder),
            redis=servers.start_redis(supervisor, data.folder),
            mail_port=free_port(),
            port=port,
        ) | {"DJANGO_SETTINGS_MODULE": "bench.filled.settings"}
        facts = _fill(supervisor, environment, archive, options)
        listeners = places.listen(port)
        web = Web(supervisor, environment, listeners)
        web.wait_for_page()
        pids = {name: _pid(supervisor, name) for name in ("web", "postgres")}
        cells = _cells(facts, options.only)
        plan = _plan(cells, facts, port)
        asked = _count_statements(plan, cells)
        found = _measure(supervisor, plan, pids, options)
        memory = _memory_mb(pids["web"])
    text = _tell(cells, asked, found, facts, memory, options)
    print(text)
    if not options.keep:
        _write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./desk bench pages", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "supportdesk-bench"
    )
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=100, help="requests a cell and round")
    parser.add_argument("--only", default="", help="names of cells, or their first words")
    parser.add_argument("--no-search", action="store_true", help="leave the search out")
    parser.add_argument("--keep", action="store_true", help="do not write bench/RESULTS.md")
    return parser.parse_args()


def _make_archive(folder: Path, tickets: int) -> None:
    if (folder / "manifest.json").exists():
        return
    customers = str(max(tickets // 5, 100))
    words = ["--out", str(folder), "--tickets", str(tickets), "--customers", customers]
    subprocess.run([sys.executable, "-m", "bench.make_dataset", *words], check=True)


def _fill(
    supervisor: Supervisor,
    environment: dict[str, str],
    archive: Path,
    options: argparse.Namespace,
) -> dict[str, Any]:
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        if not text.startswith("%%"):
            print(f"  {text}", flush=True)

    argv = [str(PYTHON), "-m", "bench.filled.fill", str(archive), str(options.times)]
    argv += ["--no-search"] * options.no_search
    if supervisor.run(Program("fill", argv, os.environ | environment, CHECKOUT), hear=hear):
        sys.exit("The desk could not be filled; the lines above say why.")
    facts: dict[str, Any] = json.loads(said[-1].removeprefix("%%"))
    return facts


def _pid(supervisor: Supervisor, name: str) -> int:
    child = next(one for one in supervisor.children if one.program.name == name)
    assert child.process
    return child.process.pid


# --- What is asked --------------------------------------------------------------------------------


def _cells(facts: dict[str, Any], only: str) -> list[Cell]:
    words = facts["words"]
    deep = base64.urlsafe_b64encode(json.dumps(facts["deep"]).encode()).decode().rstrip("=")
    cells = [
        Cell("floor", {"path": "/healthz", "login": False}, 0),
        Cell("inbox", {"path": "/desk/?view=open"}, 10, 300),
        Cell("inbox-mine", {"path": "/desk/?view=mine"}, 10, 300),
        Cell("inbox-all", {"path": "/desk/?view=all"}, 10, 300),
        Cell("inbox-filtered", {"path": "/desk/?view=open&q=owner:me+tag:vip"}, 10, 300),
        Cell("inbox-deep", {"path": f"/desk/?view=solved&cursor={deep}"}, 10, 300),
        Cell("inbox-news", {"path": "/desk/news/?view=open"}, 10, 300),
        Cell("ticket-5", {"path": "/desk/tickets/{var:five}/"}, 12),
        Cell("ticket-100", {"path": "/desk/tickets/{var:hundred}/"}, 25),
        Cell("dashboard", {"path": "/desk/pulse/"}, 30),
        Cell("dashboard-load", {"path": "/desk/load/"}, 30),
    ]
    if facts["has_search"]:
        searches = {
            "identifier": "{var:identifiers}",
            "rare": words["rare20k"],
            "middling": words["mid"],
            "common": words["common"],
            "function-word": "the",
            "two-words": f"{words['two_a']}+{words['two_b']}",
        }
        cells += [
            Cell(f"search-{name}", {"path": f"/desk/?view=all&q={text}"}, 25)
            for name, text in searches.items()
        ]
    cells += [Cell("form", _form(), 20), Cell("reply", _reply(), 25)]
    wanted = {name for name in only.split(",") if name}
    return [one for one in cells if not wanted or one.name in wanted | {"floor"}]


def _form() -> dict[str, Any]:
    return {
        "login": False,
        "method": "POST",
        "path": "/submit/",
        "expect": [302],
        "pre": [
            {
                "path": "/submit/",
                "extract": {"token": TOKEN, "key": r'name="key" value="([0-9a-f-]{36})"'},
            }
        ],
        "form": {
            "csrfmiddlewaretoken": "{var:token}",
            "key": "{var:key}",
            "text": "The printer on floor 3 prints {n} blank pages. Please help.",
            "desired_outcome": "A printer that prints.",
            "name": "Visitor {n}",
            "email": "visitor-{run}-{n}@example.com",
        },
    }


def _reply() -> dict[str, Any]:
    return {
        "method": "POST",
        "path": "/desk/tickets/{var:open}/reply/",
        "expect": [302],
        "pre": [
            {
                "path": "/desk/tickets/{var:open}/",
                "extract": {
                    "token": TOKEN,
                    "key": r'name="key" value="([0-9a-f-]{36})"',
                    "seen": r'name="seen" value="(\d+)"',
                },
            }
        ],
        "form": {
            "csrfmiddlewaretoken": "{var:token}",
            "key": "{var:key}",
            "seen": "{var:seen}",
            "text": "Thank you for waiting. We looked at it, and this is answer {n}.",
            "then": "waiting",
        },
    }


def _plan(cells: list[Cell], facts: dict[str, Any], port: int) -> dict[str, Any]:
    return {
        "base": f"http://localhost:{port}",
        # As browsers say it; the desk compares it before it takes a form.
        "headers": {"Origin": f"http://localhost:{port}"},
        "vars": {name: facts[name] for name in ("five", "hundred", "open", "identifiers")},
        "login": [
            {"path": "/account/sign-in/", "extract": {"token": TOKEN}},
            {
                "method": "POST",
                "path": "/account/sign-in/",
                "expect": [302],
                "form": {
                    "csrfmiddlewaretoken": "{var:token}",
                    "login": "agent02@desk.example",
                    "password": facts["password"],
                },
            },
        ],
        "anon": [],
        "requests": [{"name": one.name, **one.request} for one in cells],
    }


# --- What is found --------------------------------------------------------------------------------


def _count_statements(plan: dict[str, Any], cells: list[Cell]) -> dict[str, int]:
    """Ask each page three times and return how many statements the last one took."""
    clients = {True: loadprobe.Client(plan, 60), False: loadprobe.Client(plan, 60)}
    clients[True].login()
    asked = {}
    for cell in cells:
        client = clients[cell.request.get("login", True)]
        for _ in range(3):
            client.n = next(loadprobe.COUNTER)
            for step in cell.request.get("pre", []):
                client.step(step)
            status, headers, body = client.step(cell.request)
            if wrong := client.check(cell.request, status, body):
                sys.exit(f"{cell.name}: {wrong}: {body[:300]!r}")
        asked[cell.name] = int(headers[HEADER])
    return asked


def _measure(
    supervisor: Supervisor, plan: dict[str, Any], pids: dict[str, int], options: argparse.Namespace
) -> dict[tuple[str, int], dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "plan.json", Path(folder) / "out.jsonl"
        file.write_text(json.dumps(plan))
        words = [str(file), "--out", str(out), "--rounds", str(options.rounds)]
        words += ["--count", str(options.count), "--max-seconds", "10"]
        words += ["--pids", ",".join(f"{name}={pid}" for name, pid in pids.items())]
        argv = [str(PYTHON), "-m", "bench.loadprobe", *words]
        program = Program("probe", argv, dict(os.environ), CHECKOUT)
        if supervisor.run(program, hear=lambda text: None):
            sys.exit("The probe failed.")
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    found: dict[tuple[str, int], dict[str, float]] = {}
    for key in {(row["name"], row["concurrency"]) for row in rows}:
        mine = [row for row in rows if (row["name"], row["concurrency"]) == key]
        found[key] = {
            name: statistics.median(row.get(name) or 0 for row in mine)
            for name in (
                "p50_ms",
                "p95_ms",
                "rps",
                "cpu_web_ms",
                "cpu_postgres_ms",
                "other_cpu_pct",
            )
        }
        found[key]["errors"] = sum(row["requests"] - row["ok"] for row in mine)
    return found


def _memory_mb(root: int) -> float:
    """Memory of a process and all below it, shared pages divided among those who share them."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[stat.rindex(")") + 2 :].split()[1])
    mine = {root}
    while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
        mine |= more
    total = 0
    for pid in mine:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _tell(
    cells: list[Cell],
    asked: dict[str, int],
    found: dict[tuple[str, int], dict[str, float]],
    facts: dict[str, Any],
    memory: float,
    options: argparse.Namespace,
) -> str:
    floor = _cpu(found["floor", 1])
    busy = statistics.median(one["other_cpu_pct"] for one in found.values())
    lines = [
        f"## Pages on {facts['tickets']:,} tickets",
        "",
        (
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()},"
            f" {facts['messages']:,} messages, database {facts['size']}; web, database and the asking"
            f" client on one machine, of which others used {busy:.0f} % meanwhile. Two web processes of"
            f" eight threads, {memory:.0f} MB together; no workers. Medians of {options.rounds} rounds."
            f" A goal stands behind each slash; the CPU’s is ten times the floor’s"
            f" {floor:.1f} ms (/healthz). What misses its goal is **bold**."
        ),
        "",
        "| page | statements | p50 ms, 1 client | p95 ms | CPU ms (web + database) | p50 ms, 8 clients | requests/s |",
        "|---|---|---|---|---|---|---|",
    ]
    for cell in cells:
        one, eight = found[cell.name, 1], found[cell.name, 8]
        is_page = cell.name != "floor"
        is_post = cell.request.get("method") == "POST"
        row = [
            cell.name,
            _beside(
                asked[cell.name], MOST_STATEMENTS if is_page and not is_post else None, "{:.0f}"
            ),
            _beside(one["p50_ms"], cell.goal_ms or None),
            _beside(one["p95_ms"], MOST_P95 if is_page else None),
            _beside(_cpu(one), 10 * floor if is_page and not is_post else None)
            + f" ({one['cpu_web_ms']:.1f} + {one['cpu_postgres_ms']:.1f})",
            f"{eight['p50_ms']:.1f}",
            _beside(-eight["rps"], cell.goal_rps and -cell.goal_rps),
        ]
        errors = one["errors"] + eight["errors"]
        lines.append("| " + " | ".join(row) + (f" {errors:.0f} errors" * bool(errors)) + " |")
    took = ", ".join(f"{name} {seconds:,.0f} s" for name, seconds in facts["took"].items())
    return "\n".join([*lines, "", f"Before it: {took}.", ""])


def _cpu(found: dict[str, float]) -> float:
    return found["cpu_web_ms"] + found["cpu_postgres_ms"]


def _beside(value: float, goal: float | None, form: str = "{:.1f}") -> str:
    """Return a figure and its goal; less is better, of negative ones too."""
    shown = form.format(abs(value))
    if goal is None:
        return shown
    said = f"{shown} / {abs(goal):.0f}"
    return said if value <= goal else f"**{said}**"


def _write(text: str) -> None:
    """Put the section into RESULTS.md in place of the one of the same heading."""
    heading = text.partition("\n")[0]
    before = RESULTS.read_text() if RESULTS.exists() else "# What was measured\n"
    sections = before.split("\n## ")
    mine = text.removeprefix("## ")
    names = [one.partition("\n")[0] for one in sections]
    name = heading.removeprefix("## ")
    if name in names:
        sections[names.index(name)] = mine
    else:
        sections.append(mine)
    RESULTS.write_text("\n## ".join(one.rstrip() + "\n" for one in sections))


if __name__ == "__main__":
    main()
