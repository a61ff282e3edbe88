"""Log lines by their kind."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar, cast

from pressrun.torture.records import Line

L = TypeVar("L", bound=Line)


class Logs:
    """Lines by kind."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._by_kind: defaultdict[type[Line], list[Line]] = defaultdict(list)
        for line in lines:
            self._by_kind[type(line)].append(line)

    def of(self, kind: type[L]) -> list[L]:
        """Every line of a kind."""
        return cast("list[L]", self._by_kind[kind])
