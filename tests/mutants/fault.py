"""One mechanism that can be removed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planted:
    """`before` stands once in `file` (below src/pressrun) and becomes `after`; `test` is a pytest node below tests/."""

    promise: str
    name: str
    file: str
    before: str
    after: str
    test: str
