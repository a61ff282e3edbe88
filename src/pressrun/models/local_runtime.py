"""Where the processes of one user meet to share one embedded model: a private folder with three locks.

`start` is held while someone looks for the server or starts it. `server` is held by the server while it lives.
`users` is held, shared, by every process that uses the server; the server waits for it alone, and ends when it gets
it. The kernel drops a dead process's locks, so whatever is killed, nothing stays behind.
"""

import fcntl
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pressrun.errors import FailureCode, RunFailure


@dataclass(frozen=True, slots=True)
class Address:
    """A running server: `base_url` with the version, the key it wants, and its process id."""

    base_url: str
    api_key: str = field(repr=False)
    pid: int


@dataclass(frozen=True, slots=True)
class Runtime:
    """The folder and what stands in it."""

    folder: Path

    @property
    def log(self) -> Path:
        """What the server writes to its standard error."""
        return self.folder / "log"

    @property
    def verified(self) -> Path:
        """Which weights were found good."""
        return self.folder / "verified"

    @contextmanager
    def starting(self) -> Iterator[None]:
        """Waits until nobody else is starting or looking for the server."""
        descriptor = self._lock("start", fcntl.LOCK_EX)
        try:
            yield
        finally:
            os.close(descriptor)

    def use(self) -> int:
        """A descriptor that keeps the server alive until it is closed; waits for one that is just ending."""
        return self._lock("users", fcntl.LOCK_SH)

    def wait_until_unused(self) -> None:
        """Returns when no process uses the server; whoever comes then waits until this process has ended."""
        self._lock("users", fcntl.LOCK_EX)

    def become_server(self) -> None:
        """Waits until no other server lives, and is it from then on until this process ends."""
        self._lock("server", fcntl.LOCK_EX)

    def address(self) -> Address | None:
        """The running server; None when none runs."""
        try:
            os.close(self._lock("server", fcntl.LOCK_SH | fcntl.LOCK_NB))
        except BlockingIOError:
            return self._read_address()
        return None

    def publish(self, address: Address) -> None:
        """Tell the other processes where the server is; never half-written, never readable by others."""
        draft = self.folder / "address.json.new"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(address), file)
        draft.rename(self.folder / "address.json")

    def forget(self) -> None:
        """Remove the address of a server that is gone."""
        (self.folder / "address.json").unlink(missing_ok=True)

    def _read_address(self) -> Address | None:
        try:
            return Address(**json.loads((self.folder / "address.json").read_text("utf-8")))
        except FileNotFoundError:
            return None

    def _lock(self, name: str, operation: int) -> int:
        descriptor = os.open(self.folder / name, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, operation)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor


def open_runtime(name: str, parent: Path | None = None) -> Runtime:
    """The folder `name`, made with mode 0700 under `parent` (default: this user's own in the temporary folder).

    Raises RunFailure when a folder on the way belongs to another user, who could have put it there to listen.
    """
    parent = parent or Path(tempfile.gettempdir()) / f"pressrun-{os.getuid()}"
    for folder in (parent, parent / name):
        _make_private(folder)
    return Runtime(parent / name)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise RunFailure(
            FailureCode.MODEL_UNAVAILABLE,
            f"the embedded model needs the folder {folder}, which belongs to another user or is not a folder",
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        folder.chmod(0o700)
