"""Reading what others wrote, whatever it is, in bounded time."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.mail.mails import make_mail
from tickets.mail import parse, reply_text

GOOD = make_mail(html="<p>The rim has a <b>dent</b>.</p>", files=(("wheel.pdf", b"%PDF-1.4"),))


def test_an_ordinary_mail() -> None:
    mail = parse.read(GOOD)

    assert (mail.sender, mail.sender_name) == ("noor@mail.example", "Noor El-Amin")
    assert mail.subject == "Front wheel arrived bent"
    assert mail.text == "The rim has a dent."
    assert mail.html.strip() == "<p>The rim has a <b>dent</b>.</p>"
    assert mail.files == (parse.File("wheel.pdf", b"%PDF-1.4"),)
    assert not mail.is_cut


def test_html_alone_is_read_as_text() -> None:
    raw = (
        b"From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n"
        b"<style>p{x:y}</style><p>One<br>two</p><ul><li>three<li>four</ul><script>no()</script>"
        b"<table><tr><td>a</td><td>b</td></tr></table>end"
    )

    assert parse.read(raw).text == "One\ntwo\n\n- three\n- four\n\na b\n\nend"


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("a@b.example", "", "a@b.example"),
        ("<a@b.example>", "", "a@b.example"),
        ("a@b.example (Noor)", "Noor", "a@b.example"),
        ('"El-Amin, Noor" <a@b.example>', "El-Amin, Noor", "a@b.example"),
        ("=?utf-8?q?Tom=C3=A1s?= <a@b.example>", "Tomás", "a@b.example"),
        ('"a@b.example" <c@d.example>', "a@b.example", "c@d.example"),
        ("Noor\u202egnp <a@b.example>", "Noor gnp", "a@b.example"),
        ("a@b.example <c@d.example>, e@f.example", "", ""),
        ("a@b.example)c@d.example", "", ""),
        ("", "", ""),
    ],
)
def test_who_sent_it(header: str, name: str, address: str) -> None:
    mail = parse.read(f"From: {header}\n\nx".encode())

    assert (mail.sender_name, mail.sender) == (name, address)


def test_a_line_that_is_no_header_does_not_end_the_headers() -> None:
    raw = b"From nobody Mon\nFrom : a@b.example\nquite wrong\nSubject: Hello\n there\n\nx"

    mail = parse.read(raw)

    assert (mail.sender, mail.subject, mail.text) == ("a@b.example", "Hello there", "x")


def test_two_senders_are_none() -> None:
    assert parse.read(b"From: a@b.example\nFrom: c@d.example\n\nx").sender == ""


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("utf-8", "Räder".encode(), "Räder"),
        ("iso-8859-1", "Räder – 5 €".encode("cp1252"), "Räder – 5 €"),
        ("nonsense", "Räder".encode(), "Räder"),
        ("nonsense", "Räder".encode("latin-1"), "Räder"),
        ("rot13", b"Rad", "Rad"),
        ("base64", b"UmFk", "UmFk"),
        ("idna", b"xn--rder-5qa", "xn--rder-5qa"),
        ("unicode_escape", b"\\x41", "\\x41"),
        ("gb2312", "前輪".encode("gb18030"), "前輪"),
        ("utf-8", b"a\x00b\xed\xa0\x80", "ab"),
        ("x" * 500, b"a", "a"),
    ],
)
def test_alphabets(charset: str, content: bytes, text: str) -> None:
    raw = (
        b"From: a@b.example\nContent-Type: text/plain; charset="
        + charset.encode()
        + b"\n\n"
        + content
    )

    assert parse.read(raw).text.replace("\ufffd", "") == text


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    fit_for_postgres(parse.read(raw))


PIECES = [
    b"\r\n", b"\n\n", b"--x", b"--x--", b"Content-Type: multipart/mixed; boundary=x\n", b"\x00",
    b"Content-Type: text/plain; charset=\xff\n", b"=?utf-8?b?////?=", b"=?x?q?=ZZ?=", b"\xed\xa0\x80",
    b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: x-uuencode\n", b"From: ",
    b"Content-Disposition: attachment; filename*0*=utf-8''%FF; filename*2=b\n", b"(" * 300,
    b"Content-Type: message/rfc822\n\n", b"charset*=x'y'z%", b"begin 644 a\n", b'"', b";" * 50,
]  # fmt: skip


def test_thousands_of_broken_mails_can_be_read() -> None:
    dice = random.Random(7)
    for _n in range(1500):
        raw = bytearray(GOOD)
        for _m in range(dice.randint(1, 12)):
            place = dice.randrange(len(raw))
            if dice.random() < 0.5:
                raw[place:place] = dice.choice(PIECES)
            else:
                raw[place : place + dice.randint(0, 40)] = dice.randbytes(dice.randint(0, 8))
        fit_for_postgres(parse.read(bytes(raw)))


def fit_for_postgres(mail: parse.Incoming) -> None:
    for text in (mail.text, mail.html, mail.subject, mail.sender, mail.sender_name, mail.to):
        assert "\x00" not in text
        text.encode()
    for file in mail.files:
        file.name.encode()
        assert "\x00" not in file.name


def nested(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth)
    )
    return b"From: a@b.example\n" + head + b"Content-Type: text/plain\n\nDeep words\n"


BOMBS = {
    "one long header": b"From: a@b.example\nTo: " + b"(" * 1_000_000 + b"\n\nHello",
    "a million headers": b"From: a@b.example\n" + b"X: y\n" * 1_000_000 + b"\nHello",
    "many folds": b"From: a@b.example\nSubject: a\n" + b" b\n" * 300_000 + b"\nHello",
    "no end of the head": b"From: a@b.example\n" + b"a" * 5_000_000,
    "parameters": b"From: a@b.example\nContent-Type: text/plain" + b';"' * 400_000 + b"\n\nHello",
    "deep": nested(3000),
    "very many parts": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"
    + b"--x\n\n\n" * 400_000,
    "parameters of a part": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\nContent-Type: text/plain" + b';"' * 400_000 + b"\n\nHello\n--x--",
    "empty lines": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=x\n\n"
    + b"\n" * 5_000_000,
    "encoded words": b"From: a@b.example\nSubject: " + b"=?utf-8?q?a?= " * 1100 + b"\n\nHello",
    "deep html": b"From: a@b.example\nContent-Type: text/html\n\n" + b"<div>" * 200_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_read_in_bounded_time(bomb: bytes) -> None:
    began = time.process_time()
    mail = parse.read(bomb)

    assert time.process_time() - began < 4
    fit_for_postgres(mail)
    assert len(mail.text) <= parse.TEXT_LIMIT


def test_what_was_too_much_is_said() -> None:
    assert parse.read(BOMBS["one long header"]).is_cut
    assert parse.read(BOMBS["deep"]).is_cut
    assert "Deep words" in parse.read(BOMBS["deep"]).text or parse.read(BOMBS["deep"]).text


# --- What is new in an answer ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Yes.", "Yes."),
        ("Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Desk <d@e.f> wrote:\n> A?\n> B?\n", "Yes."),
        ("Ja.\n\nAm 02.03.2026 um 10:00 schrieb Desk:\n> A?", "Ja."),
        ("Yes.\nOn Mon, 2 Mar 2026, somebody with a long name\n<d@e.f> wrote:\n\n> A?", "Yes."),
        ("Yes.\n\n> A?\n> B?", "Yes."),
        ("> A?\nYes.\n> B?\nNo.", "> A?\nYes.\n> B?\nNo."),
        ("Yes.\n\n-----Original Message-----\nFrom: x\nA?", "Yes."),
        (
            "Yes.\n\n________________________________\nFrom: Desk <d@e>\nSent: Monday\nTo: x\n\nA?",
            "Yes.",
        ),
        ("Ja.\n\nVon: Desk <d@e>\nGesendet: Montag\nAn: x\n\nA?", "Ja."),
        ("Yes.\n-- \nNoor\nFoldwerk", "Yes."),
        ("Prices -- high\n--\nare high", "Prices -- high\n--\nare high"),
        ("From: here it is bad.\nReally.", "From: here it is bad.\nReally."),
        ("> all quoted\n> so what", "> all quoted\n> so what"),
        ("-- \nonly a signature", "-- \nonly a signature"),
        ("On Monday I wrote:\nthe wheel is bent.", "On Monday I wrote:\nthe wheel is bent."),
        ("", ""),
    ],
)
def test_what_somebody_wrote_above_the_quote(text: str, new: str) -> None:
    assert reply_text.cut(text) == new.strip()


@pytest.mark.parametrize(
    "text",
    [
        "> " * 300_000,
        ">\n" * 300_000,
        "On " * 300_000,
        "From: x\n" * 100_000,
        "On a wrote:\n" * 80_000,
    ],
)
def test_cutting_is_linear(text: str) -> None:
    began = time.process_time()
    reply_text.cut(text)

    assert time.process_time() - began < 2
