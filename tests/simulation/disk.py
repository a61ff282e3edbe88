"""A disk that loses power: a SQLite VFS that keeps apart what was written from what was synced.

While the power is on everything reads as usual. `after_power_loss` builds the disk as it may be found afterwards: what
was synced is there; of what was only written, nothing, any part, or everything up to a torn write has survived; and a
file's creation or deletion has survived only where its directory was synced or luck would have it.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

BASE = "unix"
_numbers = itertools.count()

WITH_DIRECTORY = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
"""Files for which SQLite's own VFS syncs the directory along with their first sync."""


class PowerFailureError(apsw.IOError):
    """The machine is off."""


@dataclass(frozen=True, slots=True)
class Unsynced:
    """A write that no sync has followed; `data` None cuts the file at `offset`. `number` is its place among all."""

    number: int
    offset: int
    data: bytes | None

    def apply(self, content: bytearray, length: int | None = None) -> None:
        """Do it, or as a torn write only its first `length` bytes."""
        if self.data is None:
            del content[self.offset :]
            return
        data = self.data[:length]
        content.extend(bytes(max(0, self.offset - len(content))))
        content[self.offset : self.offset + len(data)] = data


@dataclass(eq=False)
class Image:
    """One file: what is surely on the disk, and what is on its way."""

    synced: bytearray = field(default_factory=bytearray)
    unsynced: list[Unsynced] = field(default_factory=list)

    def sync(self) -> None:
        """Everything written so far is on the disk."""
        for write in self.unsynced:
            write.apply(self.synced)
        self.unsynced.clear()


class Disk:
    """One folder's files; `name` is that of the VFS which opens them. Other folders are not its business."""

    def __init__(self, folder: Path, content: Mapping[str, bytes] | None = None) -> None:
        self.folder = folder
        self.name = f"power-loss-{next(_numbers)}"
        self.on = True
        self.abandoned = False
        self.operations = 0
        self.failing_at: int | None = None
        self.random = Random(0)
        self.on_failure: Callable[[], None] = lambda: None
        self._lock = threading.RLock()
        self._files = {name: Image(bytearray(data)) for name, data in (content or {}).items()}
        self._listed = dict(self._files)
        for name, data in (content or {}).items():
            (folder / name).write_bytes(data)
        self._vfs = _Vfs(self)

    def fail_after(self, operations: int, random: Random) -> None:
        """Lose power at the given operation (write, cut, sync, deletion) from now."""
        self.random = random
        self.failing_at = self.operations + operations

    def cut_power(self) -> None:
        """Lose power now."""
        self.on = False

    def abandon(self) -> None:
        """The power is off, and what the dead processes still try goes nowhere, without a word."""
        self.cut_power()
        self.abandoned = True

    def close(self) -> None:
        """Forget the VFS; every connection through it must be closed."""
        self._vfs.unregister()

    @contextmanager
    def operation(self) -> Iterator[None]:
        """One operation of the disk: it is done, and then the power may fail before anybody hears of it."""
        with self._lock:
            if not self.on and not self.abandoned:
                raise PowerFailureError("the power is off")
            self.operations += 1
            yield
            if self.on and self.operations == self.failing_at:
                self.on = False
                self.on_failure()
                raise PowerFailureError("the power failed")

    def opened(self, name: str) -> Image:
        """The image of a file that was opened or created."""
        with self._lock:
            return self._files.setdefault(name, Image())

    def sync(self, image: Image, *, directory: bool) -> None:
        """A file, and its directory if asked for, reach the disk; if the power fails meanwhile, perhaps neither."""
        with self._lock:
            if not self.on or (self.operations == self.failing_at and self.random.random() < 0.5):
                return
            image.sync()
            if directory:
                self._listed = dict(self._files)

    def deleted(self, name: str, *, directory: bool) -> None:
        """A file's name is gone; on the disk only once the directory is synced."""
        with self._lock:
            if not self.on:
                return
            self._files.pop(name, None)
            if directory:
                self._listed = dict(self._files)

    def after_power_loss(self, random: Random) -> dict[str, bytes]:
        """The files as the next start may find them."""
        self.cut_power()
        names = sorted({*self._files, *self._listed})
        found = {name: random.choice([self._files, self._listed]).get(name) for name in names}
        images = {name: image for name, image in found.items() if image is not None}
        lose = random.choice([_everything_unsynced, _some_of_it, _all_after_a_torn_write])
        return {name: bytes(content) for name, content in lose(images, random).items()}


def _everything_unsynced(images: Mapping[str, Image], random: Random) -> dict[str, bytearray]:
    return {name: bytearray(image.synced) for name, image in images.items()}


def _some_of_it(images: Mapping[str, Image], random: Random) -> dict[str, bytearray]:
    share = random.random()
    found = _everything_unsynced(images, random)
    for name, image in images.items():
        for write in image.unsynced:
            if random.random() < share:
                write.apply(found[name], None if random.random() < 0.8 else random.randrange(1, 4097))
    return found


def _all_after_a_torn_write(images: Mapping[str, Image], random: Random) -> dict[str, bytearray]:
    found = _everything_unsynced(images, random)
    numbers = [write.number for image in images.values() for write in image.unsynced]
    torn = random.choice(numbers) if numbers else 0
    for name, image in images.items():
        for write in image.unsynced:
            if write.number < torn:
                write.apply(found[name])
            elif write.number == torn and write.data is not None:
                write.apply(found[name], random.randrange(len(write.data) + 1))
    return found


class _Vfs(apsw.VFS):
    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__(disk.name, BASE)

    def excepthook(self, *_exception: object) -> bool:
        """A second failure while the first is being reported: the power is off, and that has been said."""
        return True

    def xOpen(self, name: "str | apsw.URIFilename | None", flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is None or Path(path).parent != self._disk.folder:
            return apsw.VFSFile(BASE, name, flags)
        return _File(self._disk, name, Path(path).name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        with self._disk.operation():
            super().xDelete(filename, syncdir)
            self._disk.deleted(Path(filename).name, directory=bool(syncdir))


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, full_name: "str | apsw.URIFilename | None", name: str, flags: list[int]) -> None:
        self._disk = disk
        self._with_directory = bool(flags[0] & WITH_DIRECTORY)
        if not disk.on and not disk.abandoned:
            raise PowerFailureError("the power is off")
        super().__init__(BASE, full_name, flags)
        self._image = disk.opened(name)

    def excepthook(self, *_exception: object) -> bool:
        """A second failure while the first is being reported: the power is off, and that has been said."""
        return True

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        with self._disk.operation():
            super().xWrite(data, offset)
            if self._disk.on:
                self._image.unsynced.append(Unsynced(self._disk.operations, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        with self._disk.operation():
            super().xTruncate(newsize)
            if self._disk.on:
                self._image.unsynced.append(Unsynced(self._disk.operations, newsize, None))

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002 - SQLite names its methods
        with self._disk.operation():
            self._disk.sync(self._image, directory=self._with_directory)
            self._with_directory = False
