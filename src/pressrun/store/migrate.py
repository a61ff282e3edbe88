"""Numbered schema files, applied in order, each once, never edited afterwards."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from pressrun.errors import Code, PressrunError
from pressrun.store.store import Dialect


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema: `0001_first.sql` is version 1."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Changes when somebody edits a step that may have been applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(dialect: Dialect) -> list[Migration]:
    """Every step of a dialect, in order."""
    folder = files("pressrun.store") / "migrations" / dialect
    steps = [
        Migration(int(entry.name.split("_")[0]), entry.name, entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(steps, key=lambda step: step.version)


def pending(steps: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """The steps a database still needs, given the checksums of those it has.

    Raises PressrunError when the database knows a step this program does not: it is newer, and altering or even
    reading it could destroy what a newer program wrote. Also when an applied step was edited afterwards.
    """
    known = {step.version: step for step in steps}
    newest = max(applied, default=0)
    if newest > max(known, default=0):
        raise PressrunError(
            Code.CONFLICT,
            f"the database has schema {newest}, this program knows up to {max(known, default=0)}: "
            "it was used by a newer Pressrun and is left as it is. Install that version or newer",
        )
    for version, checksum in applied.items():
        if known[version].checksum != checksum:
            raise PressrunError(
                Code.CONFLICT,
                f"schema step {known[version].name} differs from the one this database was built with; "
                "restore the original file, changes belong into a new step",
            )
    return [step for step in steps if step.version not in applied]
