"""One measured figure, as the table of docs/performance.md shows it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`beside` is the same work by a peer or at the limit, measured in the same run; `aim` is our own bar."""

    benchmark: str
    what: str
    store: str
    value: str
    aim: str = "–"
    beside: str = "–"

    def line(self) -> str:
        """As printed while measuring."""
        return f"{self.benchmark:12} {self.store:9} {self.what}: {self.value}  (aim {self.aim}; beside {self.beside})"

    def row(self) -> str:
        """As a row of the table."""
        return f"| {self.what} | {self.store} | {self.value} | {self.aim} | {self.beside} | `{self.benchmark}` |"


def percentile(sorted_values: Sequence[float], part: float) -> float:
    """The value that `part` of the sorted values do not exceed."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]
