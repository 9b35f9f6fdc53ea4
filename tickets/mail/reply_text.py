"""Find what somebody wrote in an answer, above what they answered to.

Careful rather than clever: cut too little and an agent scrolls, cut too much
and a customer was not heard. Every pattern looks at one short line.
"""

import re

LINE_LIMIT = 400
_QUOTED = re.compile(r"\s*>")
_ATTRIBUTION = re.compile(
    r"\s*(?:On|Am|Le|El|Il|Op|Den|Em|W dniu|Dne)\b.{3,}"
    r"(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu|napisał\S*|napsal\S*)"
    r"[^:]{0,80}:\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*-{2,}\s*(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht"
    r"|Message d’origine|Message d'origine|Mensaje original|Messaggio originale"
    r"|Oorspronkelijk bericht|Forwarded message)\s*-{2,}\s*",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*_{20,}\s*")
_FROM = re.compile(r"\s*\*?(?:From|Von|De|Da|Van|Från|Fra|Od)\s*:\*?\s.*")
_SENT = re.compile(
    r"\s*\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Inviato|Verzonden|Skickat|Sendt|Wysłano)"
    r"\s*:\*?\s.*"
)
_SIGNATURE = "-- "


def cut(text: str) -> str:
    """Return the new words of an answer; all of it if nothing would be left."""
    lines = text.split("\n")
    end = _end_of_words(lines)
    kept = "\n".join(lines[:end]).strip()
    return kept or text.strip()


def _end_of_words(lines: list[str]) -> int:
    for number, line in enumerate(lines):
        if len(line) > LINE_LIMIT:
            continue
        if line == _SIGNATURE or _SEPARATOR.fullmatch(line):
            return number
        if _FROM.fullmatch(line) and _outlook_head(lines, number):
            before = number - 1
            return before if before >= 0 and _RULE.fullmatch(lines[before]) else number
    return _start_of_last_quote(lines)


def _outlook_head(lines: list[str], number: int) -> bool:
    return any(
        _SENT.fullmatch(line) for line in lines[number + 1 : number + 4] if len(line) <= LINE_LIMIT
    )


def _start_of_last_quote(lines: list[str]) -> int:
    """A quote at the very end is what they answered to. One with words below it is part of them."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and (_QUOTED.match(lines[start - 1]) or not lines[start - 1].strip()):
        start -= 1
    if not any(_QUOTED.match(line) for line in lines[start:end]):
        return end
    # The line that says who wrote it may have been broken in two or three.
    for length in (1, 2, 3):
        head = " ".join(line.strip() for line in lines[max(0, start - length) : start])
        if len(head) <= LINE_LIMIT and _ATTRIBUTION.fullmatch(head):
            return max(0, start - length)
    return start
