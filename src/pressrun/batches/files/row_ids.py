"""The rows' own ids: a text of the sender's, unique in its batch."""

from array import array
from typing import Final

LONGEST_ID = 255

_SHARDS: Final = 256
_FIRST_SLOTS: Final = 64


class RowIds:
    """The ids met so far, 64 bits of each in open addressing: 16 to 32 bytes a row, where a set of texts has 150.

    Two different ids look alike once in a million batches of a million rows.
    """

    def __init__(self) -> None:
        self._tables = [array("Q", bytes(8 * _FIRST_SLOTS)) for _ in range(_SHARDS)]
        self._counts = [0] * _SHARDS

    def fault(self, row_id: str) -> str | None:
        """Why this id cannot be a row's, or None; it counts as met from now on."""
        if len(row_id) > LONGEST_ID:
            return f"the id is longer than {LONGEST_ID} characters"
        if not self._add(row_id):
            return "another row before it has the same id"
        return None

    def _add(self, row_id: str) -> bool:
        number = (hash(row_id) & 0xFFFF_FFFF_FFFF_FFFF) or 1
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
