"""10,000 form posts to 10,000 addresses from 500 networks: how many mails leave, and what is in them

Real HTTP against a desk of its own with its own limits; only the limit for the whole desk is lifted,
which would end the drill after 600 posts. The mails are counted by a mail server of the bench.
"""

import argparse
import http.client
import json
import re
import sys
import threading
import time
import uuid
from collections import Counter

from bench.storm.driver import Browser, Links, Quota, Worker
from bench.storm.running import Running, a_folder
from supportdesk.bootstrap.redis_server import free_port

THREADS = 8
NETWORKS = 500
MOST = 100
TYPED = "Zqxj"


def main() -> int:
    parser = argparse.ArgumentParser(prog="./desk bench relay")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--at-most", type=float, default=3600.0, help="seconds")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    with (
        a_folder(keep=options.keep) as folder,
        Running(folder, options.port or free_port()) as desk,
    ):
        desk.start(FORM_LIMIT_PER_DESK="1000000/3600")
        return drill(desk, options)


class Spammer(threading.Thread):
    def __init__(self, port: int, topic: int, quota: Quota) -> None:
        super().__init__(daemon=True)
        self.browser, self.topic, self.quota = Browser(port), topic, quota
        self.answers: Counter[int] = Counter()

    def run(self) -> None:
        while self.quota.take():
            n = self.quota.done
            network = n % NETWORKS
            words = f"{TYPED} buy https://spam.example {n}"
            form = {
                "key": str(uuid.uuid4()), "topic": str(self.topic), "asked": "", "text": words,
                "desired_outcome": words, "impact_reason": words, "name": f"{TYPED} buy",
                "email": f"victim{uuid.uuid4().hex}@v{n % 97}.example",
            }  # fmt: skip
            self.browser.from_address = f"10.{network // 250}.{network % 250}.{n % 200 + 1}"
            try:
                self.answers[self.browser.ask("POST", "/submit/", form)[0]] += 1
            except (OSError, http.client.HTTPException):
                self.answers[0] += 1


def drill(desk: Running, options: argparse.Namespace) -> int:
    founded = desk.in_django(
        "founding", "--promises", "0", "--staff", "1", "--first-in", "0", "--spread", "0"
    )
    began = time.monotonic()
    quota = Quota(options.posts, 0, options.at_most)
    spammers = [Spammer(desk.port, founded["topic"], quota) for _n in range(THREADS)]
    for one in spammers:
        one.start()
    for one in spammers:
        one.join()
    took = time.monotonic() - began
    # What is queued leaves within seconds; a sweep comes every five.
    time.sleep(20)
    mails = [json.loads(line) for line in desk.mails.open()]
    to_staff = [mail for mail in mails if mail["to"].endswith("@storm.example")]
    strangers = [mail for mail in mails if mail not in to_staff]
    with_text = [mail for mail in strangers if mail["is_spam"]]
    seconds, listed, senders = _queue(desk, founded["staff"][0], quota)
    answers = sum((one.answers for one in spammers), Counter())
    rows = [
        ("posts", f"{quota.done} in {took:.0f} s, from {NETWORKS} networks", ""),
        ("answers", ", ".join(f"{n} × {status}" for status, n in sorted(answers.items())), ""),
        ("mails to strangers", len(strangers), f"{MOST} at most"),
        ("… with a word of what was typed", len(with_text), "0"),
        ("mails to staff about it", len(to_staff), ""),
        ("the inbox’s view “Not verified”", f"{listed} in {seconds * 1000:.0f} ms", "one view apart"),
        ("… who sent several of them", senders, ""),
    ]  # fmt: skip
    print()
    for name, value, goal in rows:
        print(f"  {name:<34} {value}{f'   (goal: {goal})' * bool(goal)}")
    holds = len(strangers) <= MOST and not with_text and set(answers) <= {302, 429}
    print(f"\n  {'It held.' if holds else 'IT DID NOT HOLD.'}")
    return 0 if holds else 1


def _queue(desk: Running, email: str, quota: Quota) -> tuple[float, str, int]:
    """What an agent sees: how fast, how many are listed, how many senders are grouped."""
    agent = Worker(
        port=desk.port, email=email, topic=0, ledger=desk.folder / "ledger", links=Links(desk.mails),
        quota=quota,
    )  # fmt: skip
    agent.sign_in()
    agent.agent.ask("GET", "/desk/?view=unverified")
    began = time.monotonic()
    text = agent.agent.ask("GET", "/desk/?view=unverified")[2]
    took = time.monotonic() - began
    found = re.search(r'id="list-count">([^<]+)<', text)
    return took, found[1] if found else "nothing", text.count('class="pick"')


if __name__ == "__main__":
    sys.exit(main())
