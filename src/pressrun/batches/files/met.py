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


class FirstMet:
    """The number with which each value was first met, in 32 to 64 bytes a value; it is as sure as `Met` is."""

    def __init__(self) -> None:
        self._keys = [array("Q", bytes(8 * _FIRST_SLOTS)) for _ in range(_SHARDS)]
        self._numbers = [array("Q", bytes(8 * _FIRST_SLOTS)) for _ in range(_SHARDS)]
        self._counts = [0] * _SHARDS

    def first(self, value: Hashable, number: int) -> int:
        """The number of the first one that looks like it: `number` itself when it is new."""
        key = (hash(value) & 0xFFFF_FFFF_FFFF_FFFF) or 1
        shard = key & (_SHARDS - 1)
        keys, numbers = self._keys[shard], self._numbers[shard]
        at = _slot(keys, key)
        if keys[at]:
            return numbers[at]
        keys[at], numbers[at] = key, number
        self._counts[shard] += 1
        if 2 * self._counts[shard] > len(keys):
            self._grow(shard)
        return number

    def _grow(self, shard: int) -> None:
        keys, numbers = self._keys[shard], self._numbers[shard]
        larger, moved = (array("Q", bytes(8 * 2 * len(keys))) for _ in range(2))
        for key, number in zip(keys, numbers, strict=True):
            if key:
                at = _slot(larger, key)
                larger[at], moved[at] = key, number
        self._keys[shard], self._numbers[shard] = larger, moved


def _put(table: "array[int]", number: int) -> bool:
    at = _slot(table, number)
    if table[at]:
        return False
    table[at] = number
    return True


def _slot(table: "array[int]", key: int) -> int:
    """Where the key stands, or would."""
    last = len(table) - 1
    at = (key >> 8) & last
    while (found := table[at]) != 0 and found != key:
        at = (at + 1) & last
    return at
