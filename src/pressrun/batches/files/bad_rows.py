"""Rows that cannot be run: the first ones with their reasons, all of them counted."""

from dataclasses import dataclass, field

MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Damaged:
    """What stands in the place of a row that cannot be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """One fault of one row.

    `row` counts rows of data from 1, `line` is where it begins in the file (the sheet's row in a workbook). `column`
    and `input` are None for what concerns the row as a whole.
    """

    row: int
    line: int
    column: str | None
    input: str | None
    reason: str


@dataclass(slots=True)
class BadRows:
    """Faults, the first `most` of them kept (None: all); `count` is the number of rows that have any."""

    count: int = 0
    kept: list[BadRow] = field(default_factory=list)
    most: int | None = MOST_KEPT

    def add(self, faults: list[BadRow]) -> None:
        """Note all faults of one row."""
        self.count += 1
        if self.most is None:
            self.kept.extend(faults)
        elif len(self.kept) < self.most:
            self.kept.extend(faults[: self.most - len(self.kept)])

    def take(self) -> list[BadRow]:
        """What is kept, which is not kept any longer."""
        taken, self.kept = self.kept, []
        return taken
