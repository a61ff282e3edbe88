"""The file in which a server leaves its address and admin key for the command line of the same machine."""

import contextlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the server is and the key to it; None for what is not known."""

    url: str | None
    api_key: str | None = field(repr=False)


def read_credentials(path: Path) -> Credentials | None:
    """What the file holds; None when there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    url, api_key = found.get("url"), found.get("api_key")
    return Credentials(url if isinstance(url, str) else None, api_key if isinstance(api_key, str) else None)


def write_credentials(path: Path, credentials: Credentials) -> None:
    """Replace the file, readable by its owner alone, whole or not at all; raises OSError."""
    known = {"url": credentials.url, "api_key": credentials.api_key}
    text = json.dumps({name: value for name, value in known.items() if value is not None}, indent=2) + "\n"
    descriptor, name = mkstemp(prefix=path.name, dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
