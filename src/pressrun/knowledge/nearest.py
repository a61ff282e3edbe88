"""Which vectors are near to one: worked out with numpy, where the database cannot or need not do it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Similarities = dict[int, float]
"""The cosine of passages with a question, by their seq."""


def signs_of(vectors: Sequence[bytes]) -> bytes:
    """The signs of vectors of equal length, a bit for each dimension, one after the other."""
    import numpy as np  # noqa: PLC0415 - optional, and only who searches needs it

    return np.packbits(_rows(b"".join(vectors), len(vectors)) > 0, axis=1).tobytes()


def similarities(vector: bytes, others: Sequence[tuple[int, bytes]]) -> Similarities:
    """How near each of the others is to a vector."""
    import numpy as np  # noqa: PLC0415

    if not others:
        return {}
    rows = _rows(b"".join(bytes(one) for _, one in others), len(others)).astype(np.float32)
    asked = np.frombuffer(vector, np.int8).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(asked)
    cosines = rows @ asked / np.maximum(lengths, 1e-9)
    return dict(zip((seq for seq, _ in others), cosines.tolist(), strict=True))


def _rows(vectors: bytes, count: int) -> "NDArray[np.int8]":
    import numpy as np  # noqa: PLC0415

    return np.frombuffer(vectors, np.int8).reshape(count, -1)
