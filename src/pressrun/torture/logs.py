"""Log lines by their kind, and what began and ended put together."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, TypeVar, cast

from pressrun.torture.records import Line

L = TypeVar("L", bound=Line)
B = TypeVar("B", bound=Line)
Whole = TypeVar("Whole", bound=Any)


class Logs:
    """Lines by kind."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._by_kind: defaultdict[type[Line], list[Line]] = defaultdict(list)
        for line in lines:
            self._by_kind[type(line)].append(line)

    def of(self, kind: type[L]) -> list[L]:
        """Every line of a kind."""
        return cast("list[L]", self._by_kind[kind])

    def joined(
        self, began: type[B], ended: type[Line], make: Callable[[B], Whole], *told: str, by: Sequence[str] = ("id",)
    ) -> tuple[Whole, ...]:
        """What `make` makes of each line of `began`; the line of `ended` with the same `by` adds time and `told`."""
        key = attrgetter(*by)
        wholes = {key(line): make(line) for line in self.of(began)}
        for line in self.of(ended):
            rest = {name: getattr(line, name) for name in told}
            wholes[key(line)] = replace(wholes[key(line)], t1=cast("Any", line).t, **rest)
        return tuple(wholes.values())
