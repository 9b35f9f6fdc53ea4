"""What an import could not take, and what became of the rest."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


class Refused(Exception):
    """One line cannot be taken. Its text is the reason, for a person who knows no programs."""


@dataclass(frozen=True)
class Refusal:
    """Where a refused line stands, and why it was refused."""

    file: str
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}: {self.reason}"


@dataclass
class Report:
    """How many lines of each file were added, were there already, or were refused."""

    #: Hears of every refusal at once. Without it the report keeps them.
    tell: Callable[[Refusal], None] | None = None
    added: Counter[str] = field(default_factory=Counter)
    there: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    #: Things that a line said and that we left out: the line itself was taken.
    left_out: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, file: str, number: int, reason: object) -> None:
        refusal = Refusal(file, number, str(reason))
        self.refused[file] += 1
        if self.tell:
            self.tell(refusal)
        else:
            self.refusals.append(refusal)

    def take_over(self, part: "Report") -> None:
        """Add what a part of the import found."""
        for refusal in part.refusals:
            self.refuse(refusal.file, refusal.number, refusal.reason)
        self.added += part.added
        self.there += part.there
        self.left_out += part.left_out

    def files(self) -> list[str]:
        return [*dict.fromkeys([*self.added, *self.there, *self.refused])]
