"""Mail that comes in: how many a second one process reads and puts into tickets.

    ./desk bench mail_in [--count N] [--mails DIR]

Its own mails, or all the files below DIR; on a Postgres of its own that syncs
every commit. The reading child counts, as it does in a desk.
"""

import argparse
import os
import random
import secrets
import time
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from supportdesk.bootstrap import servers
from supportdesk.bootstrap.places import CHECKOUT

GOAL_PER_SECOND = 100


def main() -> None:
    parser = argparse.ArgumentParser(prog="./desk bench mail_in")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--mails", type=Path)
    options = parser.parse_args()
    if options.mails and not options.mails.is_dir():
        parser.error(f"{options.mails} is no folder")
    if options.mails:
        mails = [file.read_bytes() for file in sorted(options.mails.rglob("*")) if file.is_file()]
    else:
        mails = [_mail(n) for n in range(options.count)]
    with servers.for_tests() as (supervisor, folder):
        os.environ |= {
            "SUPPORTDESK_MODE": "test",
            "DJANGO_SETTINGS_MODULE": "supportdesk.settings",
            "DATABASE_URL": servers.start_postgres(supervisor, folder),
            "REDIS_URL": servers.start_redis(supervisor, folder),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(CHECKOUT),
            "LOG_LEVEL": "ERROR",
        }
        _measure(mails)


def _measure(mails: list[bytes]) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from supportdesk.models import Team
    from supportdesk.tasks import silence
    from tickets.mail import intake
    from tickets.mail.reader import Reader
    from tickets.models import InboundMail, Message, Queue

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    Queue.objects.create(name="Everything", team=Team.objects.create(name="All"))

    began = time.perf_counter()
    for raw in mails:
        intake.receive(raw, "desk@desk.example", at=timezone.now())
    stored = time.perf_counter() - began
    own, slow = time.process_time(), []
    began = time.perf_counter()
    with silence(), Reader() as reader:
        while True:
            start = time.perf_counter()
            if not intake.process_next(at=timezone.now(), reader=reader):
                break
            slow.append(time.perf_counter() - start)
        took, cpu = time.perf_counter() - began, time.process_time() - own
    states = Counter(InboundMail.objects.values_list("state", flat=True))
    slow.sort()
    count = len(slow)
    print(f"\n  {len(mails)} mails, {sum(map(len, mails)) / 1e6:.1f} MB")
    print(f"  stored      {len(mails) / stored:6.0f} a second")
    print(f"  processed   {count / took:6.0f} a second   (goal {GOAL_PER_SECOND})")
    print(
        f"  a mail      p50 {slow[count // 2] * 1000:.1f} ms, p95 {slow[count * 95 // 100] * 1000:.1f} ms,"
        f" max {slow[-1] * 1000:.0f} ms; CPU of the worker alone {cpu / count * 1000:.1f} ms"
    )
    print(f"  ended       {', '.join(f'{state} {n}' for state, n in sorted(states.items()))}")
    print(f"  in tickets  {Message.objects.filter(via='mail').count()} messages")
    for reason, n in Counter(
        InboundMail.objects.exclude(reason="").values_list("reason", flat=True)
    ).most_common():
        print(f"              {n} × {reason}")


def _mail(n: int) -> bytes:
    dice = random.Random(n)
    words = (
        "the order arrived wheel bent again please could you help with my payment parcel".split()
    )
    text = "\n".join(" ".join(dice.choices(words, k=12)) for _line in range(dice.randint(3, 40)))
    mail = EmailMessage()
    mail["From"] = f"Customer {n % 700} <customer{n % 700}@mail.example>"
    mail["To"] = "desk@desk.example"
    mail["Subject"] = f"Question {n}"
    mail["Message-ID"] = f"<{n}@mail.example>"
    mail.set_content(text)
    if n % 2:
        paragraphs = text.replace("\n", "</p><p style='margin:0'>")
        mail.add_alternative(f"<html><body><p>{paragraphs}</p></body></html>", subtype="html")
    if n % 10 == 0:
        content = dice.randbytes(60_000)
        mail.add_attachment(content, maintype="application", subtype="pdf", filename="bill.pdf")
    return mail.as_bytes()


if __name__ == "__main__":
    main()
