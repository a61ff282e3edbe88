"""Bytes of files from one place to another: they never change, so what is there already is not carried again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pressrun.errors import Code, PressrunError
from pressrun.knowledge.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Carried:
    """How many blobs were carried, how many were there already, and the keys of those that are missing."""

    carried: int = 0
    there: int = 0
    missing: tuple[str, ...] = ()


async def carry(source: Blobs, target: Blobs, keys: Sequence[str], told: Callable[[], None]) -> Carried:
    """Carry the bytes of these keys; `told` is called for each. Raises PressrunError, but not for missing ones."""
    carried = there = 0
    missing: list[str] = []
    for key in keys:
        size = await _size(source, key)
        if size is None:
            missing.append(key)
        elif await _size(target, key) == size:
            there += 1
        else:
            await target.delete(key)
            await target.put(key, source.read(key))
            carried += 1
        told()
    return Carried(carried, there, tuple(missing))


async def _size(blobs: Blobs, key: str) -> int | None:
    try:
        return await blobs.size(key)
    except PressrunError as error:
        if error.code != Code.NOT_FOUND:
            raise
        return None


async def look_for(blobs: Blobs, keys: Sequence[str]) -> Carried:
    """Which of these keys have bytes; raises PressrunError."""
    missing = [key for key in keys if await _size(blobs, key) is None]
    return Carried(there=len(keys) - len(missing), missing=tuple(missing))
