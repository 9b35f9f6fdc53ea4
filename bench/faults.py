"""kill every part of a running desk at work: nothing lost, nothing doubled (--short, --mutant NAME)

The real children of ./desk up, ended with SIGKILL by pid, while 8 threads submit, write, reply and
solve over HTTP and promises come due. Truth is what was acknowledged (files of the threads, on disk)
and what the mail server took (a process of its own that survives); the database is what is judged.
A mutant is a desk that was broken on purpose: the run has to find something then.
"""

import argparse
import itertools
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psycopg2

from bench.storm.driver import Browser, Links, Quota, Worker
from bench.storm.killer import Killer
from bench.storm.running import Running, a_folder
from bench.storm.verdict import LATE_SECONDS, LATE_SECONDS_IN_SHORT, Verdict, judge
from supportdesk.bootstrap.redis_server import free_port

THREADS = 8
#: The limits are not what is tested here; they are real settings, only wide.
WIDE = {"ACKNOWLEDGEMENTS_PER_HOUR": "1000000", "FORM_LIMIT_PER_DESK": "1000000/3600"}
#: Each part once; Redis is emptied while everything waits in it.
SHORT = (
    "web",
    "child:mail",
    "postgres",
    "flush",
    "timers",
    "mail",
    "beat",
    "redis",
    "child:web",
    "worker",
)
#: What the long run does again and again, as far as it comes: three rounds have six of Postgres.
ROUND = (
    "mail",
    "postgres",
    "web",
    "timers",
    "child:mail",
    "redis",
    "postgres",
    "child:web",
    "worker",
    "beat",
    "child:timers",
)
#: What each mutant must be found by, and what else follows from that.
MUTANTS = {
    "acknowledge-first": ("lost", {"mails_lost"}),
    # The mails about broken promises are mails, too.
    "sent-before-data": ("mails_lost", {"not_once"}),
    "never-in-doubt": ("mails_doubled", {"not_once"}),
}


class Looker(threading.Thread):
    """Looks at pages all the time, and remembers when one failed."""

    PAGES = ("/submit/", "/account/sign-in/", "/known-issues/", "/desk/", "/healthz")

    def __init__(self, port: int, agent: Browser) -> None:
        super().__init__(daemon=True)
        self.stranger, self.agent = Browser(port), agent
        self.seen: list[tuple[float, str, int]] = []
        self.is_over = False

    def run(self) -> None:
        for page in itertools.cycle(self.PAGES):
            if self.is_over:
                return
            browser = self.agent if page == "/desk/" else self.stranger
            try:
                status = browser.ask("GET", page)[0]
            except Exception:  # noqa: BLE001 -- no answer is its own number
                status = 0
            self.seen.append((time.time(), page, status))
            time.sleep(0.4)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./desk bench faults")
    parser.add_argument("--short", action="store_true", help="a minute of it, as CI runs it")
    parser.add_argument("--requests", type=int, help="how many are sent (10000; short: 300)")
    parser.add_argument("--promises", type=int, help="how many come due (1000; short: 60)")
    parser.add_argument("--seconds", type=float, help="how long at least (900; short: 50)")
    parser.add_argument(
        "--at-most", type=float, default=3600.0, help="seconds after which no request is begun"
    )
    parser.add_argument(
        "--without-redis", type=float, default=0, metavar="SECONDS",
        help="keep Redis down for so long and kill nothing else: all must go on in time",
    )  # fmt: skip
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="keep the folder with all logs")
    parser.add_argument(
        "--mutant", nargs="?", const=next(iter(MUTANTS)), default="", choices=MUTANTS
    )
    options = parser.parse_args()
    options.requests = options.requests or (300 if options.short else 10_000)
    options.promises = options.promises or (60 if options.short else 1_000)
    options.seconds = options.seconds or (50.0 if options.short else 900.0)
    options.port = options.port or free_port()
    with a_folder(keep=options.keep) as folder, Storm(folder, options) as storm:
        return storm.run()


class Storm(Running):
    """One run: the sink, the desk, those who use it and the one who kills it."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        super().__init__(folder, options.port)
        self.options = options

    def run(self) -> int:
        options = self.options
        self.start(mutant=options.mutant, **WIDE)
        founded = self.in_django(
            "founding",
            *("--promises", str(options.promises), "--staff", str(THREADS + 1)),
            *("--first-in", "20", "--spread", str(options.seconds)),
        )
        began, since = time.monotonic(), time.time()
        quota = Quota(options.requests, options.seconds, options.at_most)
        links = Links(self.mails)
        workers = [
            Worker(
                port=options.port,
                email=email,
                topic=founded["topic"],
                ledger=self.folder / f"ledger.{n}",
                links=links,
                quota=quota,
            )
            for n, email in enumerate(founded["staff"][:THREADS])
        ]
        spare = Worker(
            port=options.port, email=founded["staff"][THREADS], topic=0,
            ledger=self.folder / "ledger.none", links=links, quota=quota,
        )  # fmt: skip
        spare.sign_in()
        looker = Looker(options.port, spare.agent)
        plan = self.plan()
        killer = Killer(
            data=self.data, environment=self.environment, plan=plan, seconds=options.seconds
        )
        for thread in (*workers, looker, killer):
            thread.start()
        self.wait(workers, killer, quota)
        worked = time.monotonic() - began
        moved = self.settle(founded["due"])
        looker.is_over = True
        verdict = judge(
            database=self.environment["DATABASE_URL"],
            ledgers=sorted(self.folder.glob("ledger.[0-9]*")),
            sink=self.mails,
            due=founded["due"],
            since=since,
            outages=killer.outages,
            answers=[worker.answers for worker in workers],
        )
        took = time.monotonic() - began
        broken = [one.broken for one in (*workers, killer) if one.broken]
        return self.say(verdict, killer, workers, looker, worked, took, moved, broken)

    def plan(self) -> Sequence[str]:
        if self.options.without_redis:
            return [f"down:{self.options.without_redis}"]
        if self.options.mutant:
            # The mutants of mail show only when a sender dies at the right moment.
            return [*SHORT, *["child:mail"] * 12]
        if self.options.short:
            return SHORT
        return [*ROUND[:5], "flush", *ROUND[5:], "down:15", *ROUND, *ROUND, *ROUND, *ROUND]

    # --- Waiting -----------------------------------------------------------------------------

    def wait(self, workers: Sequence[Worker], killer: Killer, quota: Quota) -> None:
        said = time.monotonic()
        while any(thread.is_alive() for thread in (*workers, killer)):
            time.sleep(0.5)
            killer.is_over = (
                quota.is_over and not self.options.short and not self.options.without_redis
            )
            if time.monotonic() - said > 30:
                said = time.monotonic()
                kills = sum(killer.kills.values())
                print(f"  {quota.done} requests begun, {kills} kills …", flush=True)

    def settle(self, due: Sequence[tuple[int, float]]) -> int:
        """Wait until nothing waits any more. Return for how many mails the clock was moved."""
        last_due = max((at for _ticket, at in due), default=0.0)
        while time.time() < last_due + 5:
            time.sleep(0.5)
        patience = 30 if self.options.short else 14 * 60
        deadline = time.monotonic() + patience
        while (waiting := self.waiting()) and time.monotonic() < deadline:
            time.sleep(1)
        if waiting and self.options.short:
            self.in_django("later")
        return waiting

    def waiting(self) -> int:
        """How many mails and due timers there still are. Only to know when to stop."""
        try:
            with (
                psycopg2.connect(self.environment["DATABASE_URL"]) as line,
                line.cursor() as cursor,
            ):
                cursor.execute(
                    "SELECT (SELECT count(*) FROM supportdesk_delivery"
                    "         WHERE state IN ('queued', 'sending', 'in_doubt'))"
                    " + (SELECT count(*) FROM supportdesk_timer WHERE fired_at IS NULL"
                    "     AND cancelled_at IS NULL AND due_at <= clock_timestamp())"
                )
                return int(cursor.fetchone()[0])
        except psycopg2.Error:
            return -1

    # --- What came of it ---------------------------------------------------------------------

    def say(
        self,
        verdict: Verdict,
        killer: Killer,
        workers: Sequence[Worker],
        looker: Looker,
        worked: float,
        took: float,
        moved: int,
        broken: Sequence[BaseException],
    ) -> int:
        failed_without_redis = _without_redis(looker, killer, workers)
        answers = [worker.answers for worker in workers]
        gave_up = [one for all_of in answers for one in all_of.gave_up]
        statuses = sum((all_of.by_status for all_of in answers), Counter())
        broken_pages = statuses[500] + sum(status == 500 for _at, _page, status in looker.seen)
        unanswered = sum(all_of.unanswered for all_of in answers)
        refused = Counter(text for all_of in answers for text in all_of.refused)
        kills = ", ".join(f"{part} {n}" for part, n in sorted(killer.kills.items()))
        acknowledged = ", ".join(f"{what} {n}" for what, n in sorted(verdict.acknowledged.items()))
        longest = max((one.ended - one.began for one in killer.outages), default=0.0)
        rows = [
            ("kills", f"{sum(killer.kills.values())} ({kills})", "30"),
            ("acknowledged", f"{sum(verdict.acknowledged.values())} ({acknowledged})", ""),
            ("sent again", f"{unanswered} unanswered, {_words(statuses)}", ""),
            ("broken pages", f"{broken_pages} × 500; while Postgres is away it is 503", "0"),
            ("never answered", f"{len(gave_up)}, {verdict.unanswered_done} of them done", "0 or 1 each"),
            ("lost", len(verdict.lost), "0"),
            ("doubled", len(verdict.doubled), "0"),
            ("mails taken", verdict.mails, ""),
            ("slowest acknowledgement", f"{verdict.slowest_mail:.1f} s after the form", ""),
            ("mails lost", len(verdict.mails_lost), "0"),
            ("mails doubled", len(verdict.mails_doubled), "0"),
            ("were in doubt", f"{verdict.was_in_doubt}, all found out about", ""),
            ("in doubt left", verdict.in_doubt, "0"),
            ("promises due", f"{verdict.promises}, not once: {len(verdict.not_once)}", "0"),
            ("latest timer", f"{verdict.latest:.1f} s; after recovery {verdict.latest_after_recovery:.1f} s", f"{LATE_SECONDS:.0f} s"),
            ("longest outage", f"{longest:.1f} s", ""),
            ("pages failed with only Redis down", f"{failed_without_redis[0]} of {failed_without_redis[1]}", "0"),
            ("duration", f"{worked:.0f} s of work, {took:.0f} s in all", ""),
        ]  # fmt: skip
        if moved and self.options.short:
            rows.append(
                ("not waited for", f"{moved} mails, found out about with the clock moved", "")
            )
        print()
        for name, value, goal in rows:
            print(f"  {name:<34} {value}{f'   (goal: {goal})' * bool(goal)}")
        for name in ("lost", "doubled", "mails_lost", "mails_doubled", "not_once"):
            for one in getattr(verdict, name)[:5]:
                print(f"    {name}: {one}")
        for text, n in refused.most_common(8):
            print(f"    refused {n} times: {text}")
        for reason in broken:
            print(f"    the run itself broke: {type(reason).__name__}: {reason}")
        late = LATE_SECONDS_IN_SHORT if self.options.short else LATE_SECONDS
        # What was refused or given up is a fault of the run, and hides what it should have found.
        is_whole = not broken and not gave_up and not refused
        holds = verdict.holds(late_seconds=late) and is_whole and not failed_without_redis[0]
        holds = holds and not broken_pages
        if self.options.without_redis:
            # Nothing waits for Redis to come back.
            holds = holds and max(verdict.latest, verdict.slowest_mail) <= LATE_SECONDS
        if self.options.mutant:
            return _say_mutant(self.options.mutant, verdict)
        print(f"\n  {'It held.' if holds else 'IT DID NOT HOLD.'}")
        return 0 if holds else 1


def _say_mutant(mutant: str, verdict: Verdict) -> int:
    """Found is found for the reason that it states: whatever else is wrong is something else."""
    sign, follows = MUTANTS[mutant]
    wrong = {name for name in ("lost", "doubled", "mails_lost", "mails_doubled", "not_once") if getattr(verdict, name)}  # fmt: skip
    others = ", ".join(sorted(wrong - {sign} - follows))
    if sign not in wrong:
        print(f"\n  The mutant {mutant} WAS NOT FOUND{f'; but {others}' * bool(others)}.")
        return 1
    print(f"\n  The mutant {mutant} was found: {sign}{f', AND ALSO {others}' * bool(others)}.")
    return 1 if others else 0


def _words(statuses: Counter[int]) -> str:
    return ", ".join(f"{n} × {status}" for status, n in sorted(statuses.items())) or "none refused"


def _without_redis(looker: Looker, killer: Killer, workers: Sequence[Worker]) -> tuple[int, int]:
    """Of the pages seen while Redis was down and nothing else, how many failed; and of how many."""
    down = [one for one in killer.outages if one.part == "redis"]
    others = [one for one in killer.outages if one.part in {"postgres", "web"}]

    def only_redis(at: float) -> bool:
        return any(one.began <= at <= one.ended for one in down) and not any(
            one.began - 1 <= at <= one.ended + 5 for one in others
        )

    seen = [status for at, _page, status in looker.seen if only_redis(at)]
    posted = [status for w in workers for at, status in w.answers.failed_at if only_redis(at)]
    return sum(status >= 500 for status in [*seen, *posted]), len(seen) + len(posted)


if __name__ == "__main__":
    sys.exit(main())
