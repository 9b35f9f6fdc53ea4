"""What goes out is what was meant, whatever people are called."""

import email
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportdesk.lib.mime import File, Mail, UnsafeMail, line
from tests.factories import NOW

HOSTILE = st.text(max_size=60) | st.sampled_from([
    "Noor\r\nBcc: all@mail.example",
    "Noor\nBcc: all@mail.example\n\n<script>",
    "Noor\rSubject: x",
    "Noor\u2028Bcc: all@mail.example",
    "Noor\x85Bcc: all@mail.example",
    "Noor\x0bBcc: x",
    '"Noor" <all@mail.example>, ',
    "a@b.example, c@d.example",
    "=?utf-8?q?=0D=0ABcc:_all=40mail.example?=",
    "=?utf-8?b?DQpCY2M6IGFsbEBtYWlsLmV4YW1wbGU=?=",
    "\u202ereversed",
    "\ud800",
    "\x00",
    ";:,@<>()[]\\\"",
    "é" * 60,
    "x" * 2000,
    "group: a@b.example;",
])  # fmt: skip


def build(**changes: object) -> Mail:
    fields: dict[str, object] = {
        "message_id": "<a.b@desk.example>",
        "sender": ("Tomás", "desk@desk.example"),
        "to": ["noor@mail.example"],
        "subject": "Your wheel",
        "text": "It leaves today.",
        "date": NOW,
    } | changes
    return Mail(**fields)  # type: ignore[arg-type]


@settings(max_examples=120, deadline=None)
@given(name=HOSTILE, subject=HOSTILE, file_name=HOSTILE, text=HOSTILE)
def test_no_name_becomes_a_header_or_a_recipient(
    name: str, subject: str, file_name: str, text: str
) -> None:
    mail = build(
        sender=(name, "desk@desk.example"),
        subject=subject,
        text=text,
        html=f"<p>{text}</p>",
        files=[File(file_name, "application/octet-stream", b"x")],
    )
    try:
        raw = mail.as_bytes()
    except UnsafeMail:
        return
    read = email.message_from_bytes(raw)
    assert sorted(map(str.lower, read.keys())) == [
        "content-type", "date", "from", "message-id", "mime-version", "subject", "to",
    ]  # fmt: skip
    everybody = getaddresses(str(value) for value in (read["From"], read["To"]))
    assert [address for _name, address in everybody] == ["desk@desk.example", "noor@mail.example"]
    leaves = [part for part in read.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in leaves] == [
        "text/plain", "text/html", "application/octet-stream",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "noor@mail.example\r\nBcc: all@mail.example",
        "noor@mail.example, all@mail.example",
        "<noor@mail.example>",
        "noor@mail.example>\n",
        "nöor@mail.example",
        "",
        "a b@mail.example",
    ],
)
def test_an_address_that_is_more_than_one_is_refused(address: str) -> None:
    with pytest.raises(UnsafeMail):
        build(to=[address]).as_bytes()
    with pytest.raises(UnsafeMail):
        build(cc=[address], to=["noor@mail.example"]).as_bytes()


def test_people_keep_their_names() -> None:
    mail = build(
        sender=("Tomás Oliveira, Räder & Co.", "desk@desk.example"),
        subject="[#10042] Vorderrad schräg — 前輪",
    )

    read = email.message_from_bytes(mail.as_bytes(), policy=email.policy.default)

    assert read["From"].addresses[0].display_name == "Tomás Oliveira, Räder & Co."
    assert read["Subject"] == "[#10042] Vorderrad schräg — 前輪"


def test_a_line_is_one_line() -> None:
    assert line(" a\r\n b\u2028c\x00\td ") == "a b c d"


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?hello?=",
        "[#10001] =?utf-8?b?aGVsbG8=?= or =?utf-8?q?=0D=0ABcc:_all=40mail.example?=",
        "[#10001] " + "Größe für Räder, " * 10,
        "[#10001] " + "é " * 90,
        "[#10001] " + "a " * 90,
        "[#10001] " + "x" * 200,
        "[#10001] 😀" + "😀" * 60,
    ],
)
def test_a_subject_of_any_letters_arrives_as_it_was_written(subject: str) -> None:
    raw = build(subject=subject).as_bytes()
    read = email.message_from_bytes(raw)
    words = str(make_header(decode_header(read["Subject"])))
    assert " ".join(words.split()) == line(subject)
    assert read["Bcc"] is None


@settings(max_examples=120, deadline=None)
@given(subject=HOSTILE)
def test_no_subject_keeps_a_mail_from_going_out(subject: str) -> None:
    assert b"Subject:" in build(subject=f"[#10001] {subject}").as_bytes()
