"""Which of many values were met before, in 16 to 32 bytes a value where a set of texts has 150."""

from array import array
from collections.abc import Hashable
from typing import Final

_SHARDS: Final = 256
_FIRST_SLOTS: Final = 64


class Met:
    """The values met so far, 64 bits of each in open addressing.

    Two different ones look alike once in a million files of a million values.
    """

    def __init__(self) -> None:
        self._tables = [array("Q", bytes(8 * _FIRST_SLOTS)) for _ in range(_SHARDS)]
        self._counts = [0] * _SHARDS

    def __len__(self) -> int:
        return sum(self._counts)

    def add(self, value: Hashable) -> bool:
        """Whether it is new."""
        number = (hash(value) & 0xFFFF_FFFF_FFFF_FFFF) or 1
        shard = number & (_SHARDS - 1)
        table = self._tables[shard]
        if not _put(table, number):
            return False
        self._counts[shard] += 1
        if 2 * self._counts[shard] > len(table):
            larger = array("Q", bytes(8 * 2 * len(table)))
            for one in table:
                if one:
                    _put(larger, one)
            self._tables[shard] = larger
        return True


def _put(table: "array[int]", number: int) -> bool:
    last = len(table) - 1
    at = (number >> 8) & last
    while (found := table[at]) != 0:
        if found == number:
            return False
        at = (at + 1) & last
    table[at] = number
    return True
