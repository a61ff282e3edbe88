"""One planted fault, and how it is put into a copy of the sources."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pressrun.torture.testbed import Load

SOURCES = Path(__file__).parents[3] / "src"


@dataclass(frozen=True)
class Edit:
    """In a file below `pressrun`, every `old` becomes `new`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """What it breaks, where, and by which fault on which database it must be caught."""

    name: str
    breaks: str
    fault: str
    store: str
    edits: tuple[Edit, ...]
    load: Load = "jobs"

    def plant(self, folder: Path) -> Path:
        """A copy of the sources with the fault in it; raises ValueError when the sources have moved on."""
        copy = folder / "src"
        shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for edit in self.edits:
            path = copy / "pressrun" / edit.file
            text = path.read_text()
            if edit.old not in text:
                raise ValueError(f"{self.name}: {edit.file} no longer has {edit.old!r}: plant it anew")
            path.write_text(text.replace(edit.old, edit.new))
        return copy
