"""The file that holds the master keys: the first line seals, every line opens."""

import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from pressrun.errors import Code, PressrunError
from pressrun.models.vault import new_key, read_keys, write_keys


def load_keys(path: Path) -> tuple[bytes, ...]:
    """The keys in a file, made with one and mode 0600 on first use, by whichever process is first.

    Raises PressrunError (internal) when others may read the file or it holds no key.
    """
    if not path.exists():
        _create(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise PressrunError(
            Code.INTERNAL, f"{path} holds the secret key and others may read it: run `chmod 600 {path}`"
        )
    try:
        return read_keys(path.read_text("ascii"))
    except (PressrunError, UnicodeDecodeError):
        raise PressrunError(Code.INTERNAL, f"{path} does not hold a secret key; restore it from a backup") from None


def replace_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Put other keys into the file, at once and for good."""
    _draft(path, keys).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _create(path: Path) -> None:
    draft = _draft(path, [new_key()])
    try:
        os.link(draft, path)  # fails when another process was first, and never shows a half-written file
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, keys: Sequence[bytes]) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(write_keys(keys))
        file.flush()
        os.fsync(file.fileno())
    return draft
