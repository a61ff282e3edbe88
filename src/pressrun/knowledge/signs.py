"""The signs of many vectors, compared all at once and remembered between searches."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from pressrun.knowledge.nearest import signs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BYTES = 64 * 2**20
"""What a process remembers: the signs of a million passages."""


class Signs:
    """Of the passages of some graphs. A group is the seq of its first passage, and the signs of all that follow it."""

    def __init__(self, groups: Sequence[tuple[int, bytes]], dimensions: int) -> None:
        import numpy as np  # noqa: PLC0415 - optional, and only who searches needs it

        size = dimensions // 8
        rows = [np.frombuffer(bytes(signs), np.uint8).reshape(-1, size) for _, signs in groups]
        seqs = [np.arange(first, first + len(row)) for (first, _), row in zip(groups, rows, strict=True)]
        # A column for each 64 dimensions: numpy adds up long columns four times as fast as many short rows.
        whole = np.concatenate(rows).view(np.uint64) if rows else np.empty((0, 1), np.uint64)
        self._columns: NDArray[np.uint64] = np.ascontiguousarray(whole.T)
        self._seqs: NDArray[np.int64] = np.concatenate(seqs) if seqs else np.empty(0, np.int64)

    @property
    def size_bytes(self) -> int:
        """What they take in memory."""
        return self._columns.nbytes + self._seqs.nbytes

    def likely(self, vector: bytes, limit: int) -> list[int]:
        """The seqs of the `limit` passages whose signs differ least from the vector's: nearly all of the nearest."""
        import numpy as np  # noqa: PLC0415

        if not len(self._seqs):
            return []
        asked = np.frombuffer(signs_of([vector]), np.uint64)
        differing = np.zeros(len(self._seqs), np.uint16)
        for column, ours in zip(self._columns, asked, strict=True):
            differing += np.bitwise_count(column ^ ours)
        limit = min(limit, len(differing))
        found: list[int] = self._seqs[np.argpartition(differing, limit - 1)[:limit]].tolist()
        return found


class Remembered:
    """Signs by what they were read for; the longest unused go when there are too many."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Signs] = OrderedDict()

    def find(self, key: Hashable) -> Signs | None:
        """What was kept under a key."""
        signs = self._kept.get(key)
        if signs is not None:
            self._kept.move_to_end(key)
        return signs

    def keep(self, key: Hashable, signs: Signs) -> None:
        """Remember signs, if they are not too many by themselves."""
        self._kept[key] = signs
        while self._kept and sum(one.size_bytes for one in self._kept.values()) > self._most_bytes:
            self._kept.popitem(last=False)
