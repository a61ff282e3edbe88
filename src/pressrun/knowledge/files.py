"""Files: what is known of them, and how they come into the store and out of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs import cancel
from pressrun.knowledge import members
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

WRITING_US = 6 * 3600 * SECOND
"""How long bytes may be on their way before they are held to be nobody's."""

LAST = 2**62


class FileState(StrEnum):
    """Where a file stands: as its job does."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class File:
    """A file. Times are microseconds since the epoch, `size` bytes, `digest` the SHA-256 in hexadecimal.

    `blob` and `text_blob` are the keys of its bytes and of its text. `words`, `pages` and `characters` are of the text,
    None while there is none, and for kinds that have none.
    """

    seq: int
    id: str
    organization_id: str
    name: str
    extension: str
    media_type: str
    size: int
    digest: str
    blob: str
    text_blob: str | None
    state: FileState
    error_code: str | None
    error: str | None
    words: int | None
    pages: int | None
    characters: int | None
    job_id: str | None
    created_at: int
    updated_at: int

    @classmethod
    def from_row(cls, row: Row) -> "File":
        """A file from a row of `files`."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__} | {"state": FileState(row["state"])})

    @property
    def has_text(self) -> bool:
        """Whether its text was extracted."""
        return self.text_blob is not None


@dataclass(frozen=True, slots=True)
class Use:
    """The graphs a file is in; how many of its passages can be found there, of how many: None while nobody knows."""

    graph_ids: list[str]
    passages: int | None = None
    passages_total: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which files are wanted; empty ones want all. `name` is looked for anywhere in names, whatever its case."""

    state: str = ""
    extensions: tuple[str, ...] = ()
    graph_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some files in order, and whether more follow in the direction in which they were asked for."""

    files: Sequence[File]
    has_more: bool


async def find(tx: Transaction, organization_id: str, file_id: str) -> File | None:
    """One file of an organization."""
    row = await tx.one("find_file", file_id=file_id, organization_id=organization_id)
    return None if row is None else File.from_row(row)


async def find_or_fail(tx: Transaction, organization_id: str, file_id: str) -> File:
    """The same; raises PressrunError (not_found)."""
    file = await find(tx, organization_id, file_id)
    if file is None:
        raise _unknown(file_id)
    return file


def _unknown(file_id: str) -> PressrunError:
    message = f"no file {file_id[:100]!r}: it was deleted, or never there; GET /v1/files lists them"
    return PressrunError(Code.NOT_FOUND, Problem(message, {"file_id": file_id[:100]}))


async def find_many(tx: Transaction, organization_id: str, file_ids: Sequence[str]) -> dict[str, File]:
    """Those that there are, by their ids."""
    asked = [{"file_id": one, "organization_id": organization_id} for one in dict.fromkeys(file_ids)]
    rows = await tx.each("find_file", asked)
    return {row["id"]: File.from_row(row) for row in rows}


async def find_named(tx: Transaction, organization_id: str, names: Sequence[str]) -> dict[str, File]:
    """Those that there are, by their names: of several with one name, the newest."""
    asked = [{"name": one, "organization_id": organization_id} for one in dict.fromkeys(names)]
    rows = await tx.each("find_file_named", asked)
    return {row["name"]: File.from_row(row) for row in rows}


async def page(
    tx: Transaction,
    organization_id: str,
    wanted: Filter,
    *,
    after: str = "",
    before: str = "",
    limit: int,
    newest_first: bool = True,
) -> Page:
    """Files behind the one `after`, or right before the one `before`, in order; none when there is no such file."""
    low, high = 0, LAST
    backwards = bool(before) and not after
    for cursor, is_after in ((after, True), (before, False)):
        if not cursor:
            continue
        place = await tx.one("find_file_place", file_id=cursor, organization_id=organization_id)
        if place is None:
            return Page([], has_more=False)
        if is_after == newest_first:
            high = min(high, int(place["seq"]))
        else:
            low = max(low, int(place["seq"]))
    rows = await tx.all(
        "list_files" if newest_first != backwards else "list_files_upwards",
        organization_id=organization_id,
        after=low,
        before=high,
        state=wanted.state,
        extensions="".join(f"|{one}" for one in wanted.extensions) + "|" if wanted.extensions else "",
        pattern=_pattern(wanted.name),
        graph_id=wanted.graph_id,
        limit=limit + 1,
    )
    found = [File.from_row(row) for row in rows[:limit]]
    return Page(found[::-1] if backwards else found, has_more=len(rows) > limit)


def _pattern(name: str) -> str:
    literal = name.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literal}%" if literal else ""


async def uses(tx: Transaction, organization_id: str, file_ids: Sequence[str]) -> dict[str, Use]:
    """What graphs have of files, by the files' ids."""
    asked = [{"organization_id": organization_id, "file_id": one} for one in dict.fromkeys(file_ids)]
    found = {one: Use([]) for one in file_ids}
    for row in await tx.each("list_graphs_of_files", asked):
        found[row["file_id"]].graph_ids.append(row["graph_id"])
    for row in await tx.each("list_indexing_of_files", asked):
        graph_ids = found[row["file_id"]].graph_ids
        if graph_ids:
            found[row["file_id"]] = Use(graph_ids, int(row["passages"]), int(row["total"]))
    return found


async def delete(tx: Transaction, organization_id: str, file_id: str) -> File:
    """The file that is gone now, with its places in graphs; its bytes are swept, its job is cancelled.

    Raises PressrunError (not_found). The caller rings the bells "blobs" and "cancels" after the commit.
    """
    file = await find_or_fail(tx, organization_id, file_id)
    if file.job_id is not None:
        await cancel.cancel(tx, organization_id, file.job_id)
    row = await tx.one("delete_file", file_id=file_id, organization_id=organization_id)
    if row is None:  # somebody else deleted it meanwhile
        raise _unknown(file_id)
    file = File.from_row(row)
    await tx.run("take_from_file_totals", organization_id=organization_id, size=file.size)
    await members.forget_file(tx, organization_id, file_id)
    for blob in (file.blob, file.text_blob):
        if blob is not None:
            await tx.run("sweep_blob", blob=blob, organization_id=organization_id, wait_us=0)
    return file
