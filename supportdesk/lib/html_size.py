"""How much work a piece of HTML would make: counted before any parser builds a tree of it.

Parsers are quadratic in depth and in attributes, and an unclosed “b” is
copied into every block after it: 150 kB can become 19 GB. No time limit of
ours can interrupt them. This reads the tags as a parser does, once and in
linear time, and errs on the side of too much.
"""

import re

LIMIT_CHARACTERS = 1_000_000
LIMIT_TAGS = 50_000
LIMIT_DEPTH = 256
LIMIT_ATTRIBUTES = 256
#: End tags of what is not open: each is looked for all the way up.
LIMIT_STRAYS = 5_000
#: Tags, each with the unclosed formatting that might be copied at it.
LIMIT_NODES = 400_000

_TAG = re.compile(r"<(/?)([a-zA-Z][^\t\n\f\r />]*)")
_ATTRIBUTE = re.compile(r"[\t\n\f\r /]*(=?[^\t\n\f\r />=]*)(?:[\t\n\f\r ]*=[\t\n\f\r ]*)?")
_UNQUOTED = re.compile(r"[^\t\n\f\r >]*")
_COMMENTS = (("<!--", "-->"), ("<![cdata[", "]]>"))
_RAW = frozenset("iframe noembed noframes noscript style textarea title xmp".split())
#: After these an end tag may be mere text, to the very end.
_UNCERTAIN = frozenset({"script", "plaintext"})
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_FORMATS = frozenset("a b big code em font i nobr s small strike strong tt u".split())
#: A second one directly within the first ends the first.
_ENDS_ITSELF = frozenset({"dd", "dt", "li", "option", "p"})
_CELLS = frozenset({"caption", "td", "th"})
_TABLE_PARTS = {
    "caption": _CELLS,
    "td": _CELLS,
    "th": _CELLS,
    "tr": _CELLS | {"tr"},
    "tbody": _CELLS | {"tr", "tbody", "thead", "tfoot"},
}
#: End tags inside of these do not reach what is outside.
_WALLS = frozenset("applet button marquee math object select svg table template".split()) | _CELLS
#: Above a formatting element more open ones than these keep it alive after its end.
_ADOPTIONS = 8
#: Marks a cell that a table took. What is left open in it ends with it.
OF_TABLE = " of table"


def is_too_much(html: str) -> bool:
    """Say whether it is bigger, or deeper, than any letter. Linear; 0.5 s for the worst megabyte."""
    return len(html) > LIMIT_CHARACTERS or _Measure().goes_over(html)


class _Measure:
    """The open tags, as far as one can know them without building the tree."""

    def __init__(self) -> None:
        self.stack: list[str] = []
        #: Formatting that was opened and not closed: in the letter, and in each open cell.
        self.formats = [0]
        self.nodes = 0
        self.strays = 0

    def goes_over(self, html: str) -> bool:
        folded = html.lower()
        place = tags = unsure_until = 0
        while (tag := _TAG.search(folded, place)) is not None:
            tags += 1
            if place >= unsure_until:
                unsure_until = _comments_end(folded, place, tag.start())
            name, is_end = tag[2], bool(tag[1])
            place, attributes = _attributes(folded, tag.end())
            if is_end and tag.start() >= unsure_until:
                self._end(name)
            elif not is_end:
                self._begin(name)
                if tag.start() >= unsure_until:
                    unsure_until = _raw_end(folded, name, place)
            if tag.start() < unsure_until:
                # Inside of a comment or style even the attributes are only text.
                place = tag.end()
            self.nodes += 1 + sum(self.formats)
            if (
                tags > LIMIT_TAGS
                or attributes > LIMIT_ATTRIBUTES
                or len(self.stack) > LIMIT_DEPTH
                or self.nodes > LIMIT_NODES
                or self.strays > LIMIT_STRAYS
            ):
                return True
        return False

    def _begin(self, name: str) -> None:
        if name in _VOID:
            return
        if name in _ENDS_ITSELF and self.stack[-1:] == [name]:
            return
        if name in _FORMATS:
            self.formats[-1] += 1
        if name in _TABLE_PARTS:
            is_in_table = self._end_parts(_TABLE_PARTS[name])
            if is_in_table and name in _CELLS:
                self.formats.append(0)
                self.stack.append(name + OF_TABLE)
                return
        self.stack.append(name)

    def _end_parts(self, parts: frozenset[str]) -> bool:
        """A new cell or row ends the one before it. False where no table takes it."""
        cut = len(self.stack)
        for place in range(len(self.stack) - 1, -1, -1):
            name, _of, is_cell = self.stack[place].partition(" of ")
            if name == "table":
                self._cut(cut)
                return True
            if is_cell or name in {"tr", "tbody", "thead", "tfoot"}:
                cut = place if name in parts else cut
            elif name in _WALLS:
                return False
        return False

    def _end(self, name: str) -> None:
        if name not in self.stack and name + OF_TABLE not in self.stack:
            self.strays += 1
            if name in _FORMATS:
                self._forget_format()
            return
        for place in range(len(self.stack) - 1, -1, -1):
            found, _of, is_cell = self.stack[place].partition(" of ")
            if found == name:
                if name not in _FORMATS:
                    self._cut(place)
                elif len(self.stack) - place <= _ADOPTIONS:
                    # The end of a “b” leaves the blocks open that began within it.
                    del self.stack[place]
                    self._forget_format()
                return
            if (is_cell or found in _WALLS) and name not in {"table", *_TABLE_PARTS}:
                return

    def _forget_format(self) -> None:
        self.formats[-1] = max(0, self.formats[-1] - 1)

    def _cut(self, place: int) -> None:
        cells = sum(" of " in name for name in self.stack[place:])
        del self.stack[place:]
        if cells:
            del self.formats[-cells:]


def _attributes(html: str, place: int) -> tuple[int, int]:
    """Return where the tag ends and how many attributes it has (a few more than allowed, at most)."""
    count = 0
    while count <= LIMIT_ATTRIBUTES:
        match = _ATTRIBUTE.match(html, place)
        assert match is not None  # noqa: S101 -- it matches nothing, too
        place = match.end()
        if not match[1]:
            return place, count
        count += 1
        if match[0].rstrip("\t\n\f\r ").endswith("=") and match[0] != match[1]:
            quote = html[place : place + 1]
            if quote in {'"', "'"}:
                end = html.find(quote, place + 1)
                place = len(html) if end < 0 else end + 1
            else:
                value = _UNQUOTED.match(html, place)
                place = value.end() if value else place
    return place, count


def _comments_end(html: str, start: int, stop: int) -> int:
    """Return where the last comment that began between the two may end, at the latest."""
    end = 0
    for opening, closing in _COMMENTS:
        began = html.rfind(opening, start, stop)
        if began >= 0:
            found = html.find(closing, began + 2)
            end = max(end, len(html) if found < 0 else found)
    return end


def _raw_end(html: str, name: str, place: int) -> int:
    if name in _UNCERTAIN:
        return len(html)
    if name not in _RAW:
        return 0
    found = html.find(f"</{name}", place)
    return len(html) if found < 0 else found
