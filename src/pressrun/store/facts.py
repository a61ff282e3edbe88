"""What a store knows about itself: its epoch, its clock's anchor, its last backup, where it was moved to."""

from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex

from pressrun.errors import Code, PressrunError
from pressrun.store.store import Transaction


class Fact(StrEnum):
    """Everything that is known under a name in `store_facts`."""

    EPOCH = "epoch"
    CLOCK = "clock"
    BACKUP = "backup"
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    MOVED_TO = "moved_to"
    EVENTS_FORGOTTEN = "events_forgotten"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a database is, and the number of the last step of its schema."""

    size_bytes: int
    schema: int


async def find(tx: Transaction, fact: Fact) -> str | None:
    """The value of a fact, None when it is not known."""
    row = await tx.one("find_fact", name=fact)
    return None if row is None else str(row["value"])


async def note(tx: Transaction, fact: Fact, value: str) -> None:
    """Remember a fact in place of what was known before."""
    await tx.run("note_fact", name=fact, value=value)


async def forget(tx: Transaction, *facts: Fact) -> None:
    """These are no longer so."""
    for fact in facts:
        await tx.run("forget_fact", name=fact)


async def everything(tx: Transaction) -> dict[Fact, tuple[str, int]]:
    """Every fact: its value and when it was noted, in microseconds since the epoch."""
    rows = await tx.all("list_facts")
    return {Fact(row["name"]): (str(row["value"]), int(row["noted_at"])) for row in rows}


async def epoch(tx: Transaction) -> str:
    """A random word that changes whenever a backup is restored: what a process knew before is void after it."""
    found = await find(tx, Fact.EPOCH)
    assert found is not None  # written by the migration
    return found


async def new_epoch(tx: Transaction) -> str:
    """Begin a new epoch; the word."""
    word = token_hex(16)
    await note(tx, Fact.EPOCH, word)
    return word


async def size(tx: Transaction) -> Size:
    """How large the database is."""
    row = await tx.one("find_size")
    assert row is not None
    return Size(int(row["size_bytes"]), int(row["schema_version"]))


async def refuse_moved(tx: Transaction) -> None:
    """Raises PressrunError when this database's data lives elsewhere now."""
    address = await find(tx, Fact.MOVED_TO)
    if address is not None:
        raise PressrunError(
            Code.CONFLICT,
            f"this database was moved to {address}: start with --database-url and that address. "
            "`pressrun move --undo` makes this one usable again, without what happened there since",
        )
