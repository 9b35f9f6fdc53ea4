"""What was acknowledged and what was taken, against what is there: lost, doubled, in doubt, late."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from bench.storm.driver import Answers
from bench.storm.killer import Outage
from bench.storm.sink import TOKEN

#: How late a timer may be after everything stands again.
LATE_SECONDS = 30.0
#: A busy machine of somebody else’s is not what the short run is to find.
LATE_SECONDS_IN_SHORT = 60.0
#: What has to stand for a timer to fire, and for its mail to leave.
NEEDED = {"postgres", "redis", "timers", "beat"}


@dataclass
class Verdict:
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    mails: int = 0
    #: From the form’s answer to the mail that says so too, in seconds.
    slowest_mail: float = 0.0
    mails_lost: list[str] = field(default_factory=list)
    mails_doubled: list[str] = field(default_factory=list)
    in_doubt: int = 0
    was_in_doubt: int = 0
    promises: int = 0
    not_once: list[str] = field(default_factory=list)
    latest: float = 0.0
    latest_after_recovery: float = 0.0
    unanswered_done: int = 0

    def holds(self, *, late_seconds: float) -> bool:
        wrong = [self.lost, self.doubled, self.mails_lost, self.mails_doubled, self.not_once]
        return not any(wrong) and not self.in_doubt and self.latest_after_recovery <= late_seconds


def judge(
    *,
    database: str,
    ledgers: Iterable[Path],
    sink: Path,
    due: Sequence[tuple[int, float]],
    since: float,
    outages: Sequence[Outage],
    answers: Iterable[Answers],
) -> Verdict:
    """Compare. Truth is the ledgers and the sink’s log; the database is what is judged."""
    verdict = Verdict()
    noted = [json.loads(line) for file in ledgers for line in file.open()]
    said = [one for one in noted if one["op"] != "number"]
    numbers = {one["token"]: one["number"] for one in noted if one["op"] == "number"}
    taken = [json.loads(line) for line in sink.open()]
    with psycopg2.connect(database) as line, line.cursor() as cursor:
        _requests(verdict, cursor, said, numbers, answers)
        _mails(verdict, cursor, said, numbers, taken)
        _timers(verdict, cursor, taken, due, since, outages)
    return verdict


def _requests(
    verdict: Verdict,
    cursor: Any,
    said: list[dict[str, Any]],
    numbers: dict[str, int],
    answers: Iterable[Answers],
) -> None:
    cursor.execute("SELECT text, ticket_id FROM tickets_message")
    found: dict[str, list[int]] = defaultdict(list)
    for text, ticket in cursor.fetchall():
        for token in TOKEN.findall(text):
            found[token].append(ticket)
    for one in said:
        what = f"{one['op']} {one['token']}"
        verdict.acknowledged[one["op"]] += 1
        there = found.pop(one["token"], [])
        ticket = one["number"] or numbers.get(one["token"]) or (there or [0])[0]
        if not there:
            verdict.lost.append(what)
        elif len(there) > 1:
            verdict.doubled.append(what)
        elif there != [ticket]:
            verdict.lost.append(f"{what}: in #{there[0]} instead of #{ticket}")
    cursor.execute("SELECT ticket_id, count(*) FROM tickets_event WHERE kind = 'solved' GROUP BY 1")
    solved = dict(cursor.fetchall())
    for one in said:
        if one["op"] == "solve" and solved.get(one["number"]) != 1:
            verdict.lost.append(f"solve of #{one['number']}: {solved.get(one['number'], 0)} events")
    # What nobody heard an answer to happened once or not at all.
    for token in (one["token"] for all_of in answers for one in all_of.gave_up):
        there = found.pop(token, [])
        verdict.unanswered_done += len(there)
        if len(there) > 1:
            verdict.doubled.append(f"unanswered {token}")
    verdict.doubled += [f"nobody said {token}" for token in found]


def _mails(
    verdict: Verdict,
    cursor: Any,
    said: list[dict[str, Any]],
    numbers: dict[str, int],
    taken: list[dict[str, Any]],
) -> None:
    verdict.mails = len(taken)
    copies = Counter((mail["id"], mail["to"]) for mail in taken)
    verdict.mails_doubled += [f"{name} to {to}" for (name, to), n in copies.items() if n > 1]
    with_token = Counter((token, mail["to"]) for mail in taken for token in mail["tokens"])
    automatic = Counter(mail["to"] for mail in taken if mail["is_automatic"])
    first_at = {mail["to"]: mail["at"] for mail in reversed(taken) if mail["is_automatic"]}
    for one in said:
        what = f"mail of {one['op']} {one['token']}"
        if one["op"] in {"reply", "solve"}:
            n = with_token[one["token"], one["address"]]
        elif one["op"] == "submit":
            n = automatic[one["address"]]
            waited = first_at.get(one["address"], one["at"]) - one["at"]
            verdict.slowest_mail = max(verdict.slowest_mail, waited)
        else:
            continue
        if n == 0:
            verdict.mails_lost.append(what)
        elif n > 1:
            verdict.mails_doubled.append(what)
    cursor.execute("SELECT message_id, recipient, state FROM supportdesk_delivery")
    for name, to, state in cursor.fetchall():
        if state in {"queued", "sending", "in_doubt"}:
            verdict.in_doubt += 1
        elif state == "sent" and not copies[name, to]:
            verdict.mails_lost.append(f"{name} to {to}: “sent”, and nobody took it")
        elif state in {"failed", "cancelled"} and copies[name, to]:
            verdict.mails_doubled.append(f"{name} to {to}: “{state}”, and it was taken")
    cursor.execute(
        "SELECT count(DISTINCT delivery_id) FROM supportdesk_attempt WHERE outcome = 'in_doubt'"
    )
    (verdict.was_in_doubt,) = cursor.fetchone()


def _timers(
    verdict: Verdict,
    cursor: Any,
    taken: list[dict[str, Any]],
    due: Sequence[tuple[int, float]],
    since: float,
    outages: Sequence[Outage],
) -> None:
    verdict.promises = len(due)
    cursor.execute(
        "SELECT ticket_id, count(*), min(extract(epoch FROM at)) FROM tickets_event"
        " WHERE kind = 'promise_broken' GROUP BY 1"
    )
    fired = {ticket: (n, float(at)) for ticket, n, at in cursor.fetchall()}
    told = Counter(mail["subject"].partition("]")[0] for mail in taken if mail["is_broken_promise"])
    for ticket, due_at in due:
        n, at = fired.get(ticket, (0, 0.0))
        mails = told[f"[#{ticket}"]
        if (n, mails) != (1, 1):
            verdict.not_once.append(f"#{ticket}: broke {n} times, told {mails} times")
            continue
        # Nothing is due before the desk is founded.
        counts_from = max(due_at, since)
        verdict.latest = max(verdict.latest, at - counts_from)
        for outage in sorted(outages, key=lambda one: one.began):
            if outage.part in NEEDED and outage.began <= at and outage.ended > counts_from:
                # It was due in it, or could not be reached before it: from its end on.
                counts_from = max(counts_from, min(outage.ended, at))
        verdict.latest_after_recovery = max(verdict.latest_after_recovery, at - counts_from)
