"""Bytes of uploaded files beside a backup, and back again."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pressrun.cli.failure import Failure
from pressrun.cli.long_work import shown
from pressrun.cli.printing import warn
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.carrying import Carried, carry, look_for

FilesFolder = Annotated[
    Path | None, typer.Option("--files", help="Folder for the bytes of uploaded files, which a backup does not hold.")
]

MOST_NAMED = 3


def folder_of(files: Path) -> Path:
    """The folder, whole; raises Failure for a file."""
    folder = files.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise Failure(f"{folder} is no folder")
    return folder


def copy_files(source: Blobs, target: Blobs, keys: Sequence[str]) -> Carried:
    """Copy what is not there yet; raises PressrunError."""
    with shown("copy") as progress:

        async def work() -> Carried:
            try:
                return await carry(source, target, keys, lambda: progress("bytes", 1))
            finally:
                await source.close()
                await target.close()

        return asyncio.run(work())


def look_for_files(blobs: Blobs, keys: Sequence[str]) -> Carried:
    """Which bytes are there without having been copied."""

    async def work() -> Carried:
        try:
            return await look_for(blobs, keys)
        finally:
            await blobs.close()

    return asyncio.run(work())


def files_summary(carried: Carried) -> dict[str, int]:
    """What became of the bytes, as JSON tells it."""
    return {"copied": carried.carried, "there": carried.there, "missing": len(carried.missing)}


def warn_missing(carried: Carried) -> None:
    """Say what is not there."""
    if carried.missing:
        some = ", ".join(carried.missing[:MOST_NAMED])
        warn(f"the bytes of {len(carried.missing):,} uploaded files and texts are missing: {some} …")
