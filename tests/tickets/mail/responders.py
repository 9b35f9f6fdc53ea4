"""Machines that answer mail, as they are met: with every mark, with some, with none."""

import itertools
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

_numbers = itertools.count(1)


def _answer(raw: bytes, subject: str, text: str, *, thread: bool, **headers: str) -> bytes:
    """An answer from whom the mail went to. ``thread``: it says which mail it answers."""
    asked = message_from_bytes(raw, policy=policy.default)
    mail = EmailMessage(policy=policy.SMTP.clone(max_line_length=900))
    mail["From"] = headers.pop("From", str(asked["To"]))
    mail["To"] = str(asked["From"])
    mail["Subject"] = subject.replace("…", str(asked["Subject"]))
    if thread:
        mail["In-Reply-To"] = str(asked["Message-ID"])
        mail["References"] = f"{asked['References'] or ''} {asked['Message-ID']}".strip()
    mail["X-Number"] = str(next(_numbers))
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def exchange(raw: bytes) -> bytes:
    return _answer(
        raw, "Automatic reply: …", "I am out of the office.", thread=True,
        Auto_Submitted="auto-generated", X_Auto_Response_Suppress="All",
        X_MS_Exchange_Inbox_Rules_Loop="noor@mail.example",
    )  # fmt: skip


def old_exchange(raw: bytes) -> bytes:
    """Its transport took off what it did not know; the words of the subject are what is left."""
    return _answer(raw, "Automatic reply: …", "I am out of the office.", thread=True)


def exchange_in_german(raw: bytes) -> bytes:
    return _answer(raw, "Automatische Antwort: …", "Ich bin nicht im Haus.", thread=True)


def gmail(raw: bytes) -> bytes:
    return _answer(
        raw, "Re: …", "I am on holiday.", thread=True,
        Auto_Submitted="auto-replied", Precedence="bulk", X_Autoreply="yes",
    )  # fmt: skip


def lotus(raw: bytes) -> bytes:
    return _answer(raw, "AUTO: Noor is out of the office (returning 1 April)", "Away.", thread=True)


def null_path(raw: bytes) -> bytes:
    return _answer(raw, "Re: …", "Away.", thread=True, Return_Path="<>")


def old_vacation(raw: bytes) -> bytes:
    return _answer(raw, "away from my mail", "I will not be reading it.", thread=True,
                   Precedence="junk")  # fmt: skip


def responder(raw: bytes) -> bytes:
    return _answer(raw, "Thank you for your mail", "We read it.", thread=True, X_Autorespond="…")


def report(raw: bytes) -> bytes:
    """A bounce as RFC 3464 has it."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "Mail Delivery System <MAILER-DAEMON@mail.example>"
    mail["To"] = "desk@desk.example"
    mail["Subject"] = "Undelivered Mail Returned to Sender"
    mail["X-Number"] = str(next(_numbers))
    mail.set_content("I am sorry to have to inform you.")
    mail.make_mixed()
    mail.replace_header("Content-Type", 'multipart/report; report-type="delivery-status"')
    return mail.as_bytes()


def qmail(raw: bytes) -> bytes:
    """A bounce as plain text, without a mark but who it says it is."""
    return _answer(
        raw, "failure notice", "Hi. This is the qmail-send program at mail.example.",
        thread=False, From="MAILER-DAEMON@mail.example",
    )  # fmt: skip


# --- Those that nothing tells from a person -------------------------------------------------------


def no_headers(raw: bytes) -> bytes:
    return _answer(raw, "Out", "I am away.", thread=False)


def changing_subject(raw: bytes) -> bytes:
    return _answer(raw, f"Your request #{next(_numbers)}", "Has been received.", thread=False)


def another_desk(raw: bytes) -> bytes:
    """Opens a ticket of its own for every mail, and tells of it from an address of its own."""
    n = next(_numbers)
    return _answer(raw, f"[Request {n}] …", f"Your request {n} has been received.", thread=False,
                   From="support@other.example")  # fmt: skip


def threaded(raw: bytes) -> bytes:
    return _answer(raw, "Re: …", "I am away until Monday.", thread=True)


#: What says by itself that a machine wrote it.
MARKED: tuple[Callable[[bytes], bytes], ...] = (
    exchange, old_exchange, exchange_in_german, gmail, lotus, null_path, old_vacation, responder,
    report, qmail,
)  # fmt: skip
UNMARKED: tuple[Callable[[bytes], bytes], ...] = (
    no_headers, changing_subject, another_desk, threaded,
)  # fmt: skip
