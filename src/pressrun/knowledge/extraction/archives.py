"""Zip archives before anything is unpacked: sizes are those they declare, beyond which Python unpacks no byte."""

import zipfile
from collections.abc import Sequence
from typing import IO

from pressrun.knowledge.extraction.limits import (
    MOST_ENTRIES,
    MOST_RATIO,
    MOST_UNPACKED_BYTES,
    MUCH_BYTES,
    ParseLimitError,
    UnreadableError,
)


def check_archive(file: IO[bytes], needs: str) -> None:
    """Raises ParseLimitError for a bomb, UnreadableError for what is no archive or lacks the part `needs`."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError(f"the file is damaged ({error})") from None
    finally:
        file.seek(0)
    if len(entries) > MOST_ENTRIES:
        raise ParseLimitError(f"the file holds {len(entries):,} parts; {MOST_ENTRIES:,} are read")
    if not any(entry.filename.startswith(needs) for entry in entries):
        raise UnreadableError(f"the file has no {needs}: it is of another kind than its name says")
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError("the file is encrypted: save it without a password")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED_BYTES:
        raise ParseLimitError(f"the file unpacks to {unpacked:,} bytes; {MOST_UNPACKED_BYTES:,} are read")
    for entry in entries:
        if entry.file_size > MUCH_BYTES and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
            raise ParseLimitError(f"a part of the file unpacks to more than {MOST_RATIO} times its size")
    _refuse_overlaps(entries)


def _refuse_overlaps(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Parts that share their bytes make much of little."""
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise ParseLimitError("parts of the file overlap, as they do in bombs")
        end = entry.header_offset + entry.compress_size
