"""Two web and two worker machines over one Postgres and one Redis: kill them, and count.

    ./desk bench machines [--seconds N] [--requests N] [--rounds N] [--port N]

The machines are network namespaces (root and iproute2 are needed); files are in a shared folder.
First the throughput with one and with two web machines, and where it ends. Then 8 threads submit,
write, reply and solve while a web machine and a worker machine die in turn, all processes at once,
and come back later. Truth is what was acknowledged and what the mail server took.
"""

import argparse
import http.client
import itertools
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.cluster.desk import Desk
from bench.cluster.network import Machine, Network
from bench.faults import THREADS, WIDE, Looker
from bench.storm.driver import Browser, Links, Quota, Worker
from bench.storm.founding import PASSWORD
from bench.storm.verdict import LATE_SECONDS, Verdict, judge
from supportdesk.bootstrap import postgres
from supportdesk.bootstrap.say import Refusal

CLIENTS = 8
#: Service goes on within this time when a machine dies.
GOAL_GAP_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="./desk bench machines")
    parser.add_argument("--seconds", type=float, default=180, help="how long the killing lasts")
    parser.add_argument("--requests", type=int, default=1500)
    parser.add_argument("--promises", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2, help="how often each machine dies")
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument(
        "--measure", type=float, default=15, help="seconds for each throughput; 0: none"
    )
    parser.add_argument("--port", type=int, default=8160)
    parser.add_argument("--keep", action="store_true", help="keep the folder with all logs")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Whoever ends us ends the machines too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = Path(tempfile.mkdtemp(prefix="supportdesk-machines-"))
    folder.chmod(0o711)
    (folder / "shared").mkdir()
    try:
        with Network() as network:
            desk = Desk(network, folder, port=options.port, webs=2, works=2, settings=WIDE)
            try:
                return _run(desk, options)
            finally:
                desk.stop()
    except Refusal as refused:
        print(f"  {refused}")
        return 1
    finally:
        postgres.forget(folder / "store")
        if options.keep:
            print(f"  Everything is in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _run(desk: Desk, options: argparse.Namespace) -> int:
    print(f"\n  {os.cpu_count()} cores for all machines; load before {os.getloadavg()[0]:.1f}")
    desk.start()
    _wait_for_ticks(desk)
    founded = desk.in_django(
        "founding",
        *("--promises", str(options.promises), "--staff", str(options.threads + CLIENTS)),
        *("--first-in", str(options.measure * 7 + 15), "--spread", str(options.seconds)),
    )
    since = time.time()
    # One for each client: one account may not sign in as often as all of them do.
    agents = founded["staff"][-CLIENTS:]
    for webs in (desk.webs[:1], desk.webs) if options.measure else ():
        desk.balance(webs)
        for what in ("form", "inbox", "post"):
            print(_measure(desk, webs, what, agents, founded["topic"], options.measure))
    _say_connections(desk)
    return _kill(desk, options, founded, since)


def _wait_for_ticks(desk: Desk) -> None:
    """The workers start after the pages: until then nothing is on time."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with urlopen(f"http://127.0.0.1:{desk.port}/readyz", timeout=20) as answer:
            if not {"beat", "timers"} & set(json.load(answer).get("degraded", ())):
                return
        time.sleep(1)


# --- Throughput -----------------------------------------------------------------------------------


def _measure(
    desk: Desk, webs: list[Machine], what: str, agents: list[str], topic: int, seconds: float
) -> str:
    """Eight clients ask one thing as often as they can; say how often, and what that cost."""
    browsers = [Browser(desk.port) for _agent in agents]
    if what == "inbox":
        for browser, agent in zip(browsers, agents, strict=True):
            form = {"login": agent, "password": PASSWORD}
            status = browser.ask("POST", "/account/sign-in/", form)[0]
            if status != 302:
                raise SystemExit(f"{agent} cannot sign in: {status}")
    taken: list[float] = []
    wrong: Counter[Any] = Counter()
    deadline = time.monotonic() + seconds

    def ask(browser: Browser) -> None:
        while time.monotonic() < deadline:
            began = time.monotonic()
            try:
                status = _one(browser, what, topic)
            except (OSError, http.client.HTTPException) as reason:
                status = type(reason).__name__
            if status == (302 if what == "post" else 200):
                taken.append(time.monotonic() - began)
            else:
                wrong[status] += 1

    web, store = [m.cpu_seconds() for m in webs], desk.store.cpu_seconds()
    threads = [threading.Thread(target=ask, args=(browser,)) for browser in browsers]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, n = time.monotonic() - began, max(len(taken), 1)
    of_web = sum(m.cpu_seconds() for m in webs) - sum(web)
    of_store = desk.store.cpu_seconds() - store
    taken.sort()
    p50, p95 = statistics.median(taken or [0]), taken[len(taken) * 95 // 100] if taken else 0
    return (
        f"  {len(webs)} web, {what:<6} {n / took:7.1f} a second, p50 {p50 * 1000:5.0f} ms,"
        f" p95 {p95 * 1000:5.0f} ms; CPU a request: web {of_web / n * 1000:5.1f} ms,"
        f" Postgres and Redis {of_store / n * 1000:4.1f} ms"
        + (f"; wrong: {dict(wrong)}" if wrong else "")
    )


def _one(browser: Browser, what: str, topic: int) -> int:
    if what == "post":
        form = {
            "key": str(uuid.uuid4()), "topic": str(topic), "asked": "", "text": "It blew away.",
            "name": "Load", "email": f"load{os.urandom(6).hex()}@storm.example",
        }  # fmt: skip
        return int(browser.ask("POST", "/submit/", form)[0])
    return int(browser.ask("GET", {"form": "/submit/", "inbox": "/desk/"}[what])[0])


def _say_connections(desk: Desk) -> None:
    names = {machine.address: machine.name for machine in (*desk.webs, *desk.works)}
    rows = desk.asked(
        "SELECT host(client_addr), count(*) FROM pg_stat_activity"
        " WHERE client_addr IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    ((most,),) = desk.asked("SHOW max_connections")
    said = ", ".join(f"{names[host]} {n}" for host, n in rows if host in names)
    print(f"  connections to Postgres: {said}; it takes {most}")


# --- Dying machines -------------------------------------------------------------------------------


@dataclass
class Deaths(threading.Thread):
    """Pulls the plug of each machine in turn, and starts it again after a while."""

    desk: Desk
    plan: list[Machine]
    pause: float
    down: list[tuple[str, float, float]] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    broken: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        try:
            for machine in self.plan:
                time.sleep(self.pause * 0.4)
                began = time.time()
                self.killed[machine.name] += len(machine.pids())
                machine.end()
                time.sleep(self.pause * 0.6)
                self.desk.start_again(machine)
                self.desk.stands_again(machine)
                self.down.append((machine.name, began, time.time()))
        except BaseException as reason:  # noqa: BLE001 -- told at the end
            self.broken = reason


def _kill(desk: Desk, options: argparse.Namespace, founded: dict[str, Any], since: float) -> int:
    plan = [m for _n in range(options.rounds) for m in (desk.webs[0], desk.works[0], desk.webs[1], desk.works[1])]  # fmt: skip
    quota = Quota(options.requests, options.seconds, options.seconds * 4)
    links, folder = Links(desk.mails), desk.folder
    workers = [
        Worker(
            port=desk.port, email=email, topic=founded["topic"],
            ledger=folder / f"ledger.{n}", links=links, quota=quota,
        )
        for n, email in enumerate(founded["staff"][: options.threads])
    ]  # fmt: skip
    agent = Browser(desk.port)
    agent.ask("POST", "/account/sign-in/", {"login": founded["staff"][-1], "password": PASSWORD})
    deaths = Deaths(desk, plan, options.seconds / (len(plan) + 1))
    looker = Looker(desk.port, agent)
    # What the throughput left behind is not what is judged.
    desk.asked("DELETE FROM supportdesk_limit; SELECT 1")
    began = time.monotonic()
    for thread in (*workers, deaths, looker):
        thread.start()
    for thread in (*workers, deaths):
        thread.join()
    looker.is_over = True
    worked = time.monotonic() - began
    moved = _settle(desk, founded["due"])
    verdict = judge(
        database=desk.database,
        ledgers=[folder / f"ledger.{n}" for n in range(options.threads)],
        sink=desk.mails,
        due=founded["due"],
        since=since,
        outages=(),
        answers=[worker.answers for worker in workers],
    )
    broken = [one.broken for one in (*workers, deaths) if one.broken]
    return _say(desk, verdict, deaths, looker, workers, quota, worked, moved, broken)


def _settle(desk: Desk, due: list[tuple[int, float]]) -> int:
    """Wait for the last promise and for the mail; then ask the journal at once about the rest."""
    waiting = (
        "SELECT count(*) FROM supportdesk_delivery WHERE state IN ('queued', 'sending', 'in_doubt')"
    )
    time.sleep(max(0.0, max((at for _ticket, at in due), default=0.0) + 5 - time.time()))
    deadline = time.monotonic() + 120
    while desk.asked(waiting)[0][0] and time.monotonic() < deadline:
        time.sleep(1)
    left = int(desk.asked(waiting)[0][0])
    if left:
        desk.in_django("later")
    return left


def _say(
    desk: Desk,
    verdict: Verdict,
    deaths: Deaths,
    looker: Looker,
    workers: list[Worker],
    quota: Quota,
    worked: float,
    moved: int,
    broken: list[BaseException],
) -> int:
    answers = [worker.answers for worker in workers]
    at = sorted(
        one["at"] for file in desk.folder.glob("ledger.*") for one in map(json.loads, file.open())
    )
    waits = sorted(
        one["waited"] for file in desk.folder.glob("ledger.*") for one in map(json.loads, file.open())
        if "waited" in one
    )  # fmt: skip
    longest_wait = max(waits, default=0.0)
    gaps = [(later - one, one) for one, later in itertools.pairwise(at)]
    gap = max(gaps, default=(0.0, 0.0))
    calm = [
        wait for wait, when in gaps
        if not any(began - 1 < when + wait and when < began + 15 for _name, began, _ended in deaths.down)
    ]  # fmt: skip
    failed = [(when, page) for when, page, status in looker.seen if not 0 < status < 500]
    longest, first = 0.0, 0.0
    for when, _page, status in looker.seen:
        good = 0 < status < 500
        first = 0.0 if good else first or when
        longest = max(longest, when - first if first else 0.0)
    unanswered = sum(one.unanswered for one in answers)
    killed = ", ".join(f"{name} {n}" for name, n in sorted(deaths.killed.items()))
    rows: list[tuple[str, Any, str]] = [
        ("machines that died", f"{len(deaths.down)}, {sum(deaths.killed.values())} processes ({killed})", ""),
        ("each away for", f"{deaths.pause * 0.6:.0f} s", ""),
        ("acknowledged", f"{sum(verdict.acknowledged.values())} in {worked:.0f} s", ""),
        ("sent again", f"{unanswered} unanswered, {dict(sum((one.by_status for one in answers), Counter()))}", ""),
        ("lost", len(verdict.lost), "0"),
        ("doubled", len(verdict.doubled), "0"),
        ("mails taken", verdict.mails, ""),
        ("mails lost", len(verdict.mails_lost), "0"),
        ("mails doubled", len(verdict.mails_doubled), "0"),
        ("were in doubt", f"{verdict.was_in_doubt}, left {verdict.in_doubt}; asked early about {moved}", "left 0"),
        ("promises due", f"{verdict.promises}, not once: {len(verdict.not_once)}", "0"),
        ("latest timer", f"{verdict.latest:.1f} s", f"{LATE_SECONDS:.0f} s"),
        ("longest from the press to the answer", f"{longest_wait:.1f} s, pressed again as often as needed; half within {statistics.median(waits or [0]):.1f} s", f"{GOAL_GAP_SECONDS:.0f} s"),
        ("longest without an acknowledgement", f"{gap[0]:.1f} s; with nothing dying {max(calm, default=0.0):.1f} s; one a {quota.seconds / quota.many:.1f} s is pressed", ""),
        ("pages that failed", f"{len(failed)} of {len(looker.seen)}, longest in a row {longest:.1f} s", f"{GOAL_GAP_SECONDS:.0f} s"),
    ]  # fmt: skip
    print()
    for name, value, goal in rows:
        print(f"  {name:<36} {value}{f'   (goal: {goal})' * bool(goal)}")
    for name in ("lost", "doubled", "mails_lost", "mails_doubled", "not_once"):
        for one in getattr(verdict, name)[:5]:
            print(f"    {name}: {one}")
    for reason in broken:
        print(f"    the run itself broke: {type(reason).__name__}: {reason}")
    wrong = [verdict.lost, verdict.doubled, verdict.mails_lost, verdict.mails_doubled, verdict.not_once]  # fmt: skip
    holds = not any(wrong) and not broken and verdict.latest <= LATE_SECONDS
    holds = holds and longest_wait <= GOAL_GAP_SECONDS and longest <= GOAL_GAP_SECONDS
    print(f"\n  {'It held.' if holds else 'IT DID NOT HOLD.'}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
