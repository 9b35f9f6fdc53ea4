"""Mails from outside, as bytes, and who reads them."""

import atexit
from email.message import EmailMessage
from email.policy import SMTP

from tickets.mail.reader import Reader

#: One child for all tests: to start one takes a tenth of a second.
READER = Reader()
atexit.register(READER.close)


def make_mail(
    text: str = "The rim has a dent.",
    *,
    sender: str = "Noor El-Amin <noor@mail.example>",
    subject: str = "Front wheel arrived bent",
    html: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """A mail as an ordinary program writes it; ``in_reply_to="…"`` is a header."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=900))
    mail["From"] = sender
    mail["To"] = "desk@desk.example"
    mail["Subject"] = subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()
