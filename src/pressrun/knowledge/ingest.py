"""A file's text into passages that can be found: cut, embedded, kept; and gone again."""

import asyncio
import hashlib
from collections.abc import Sequence

from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.nearest import signs_of
from pressrun.knowledge.passages import Passage, Section, split
from pressrun.store.store import Row, Transaction

GROUP = 128
"""Passages that are embedded and kept together: what is lost when the process dies in between."""

FILE_BITS = 20
"""A passage's seq is its file's, and its number in these lowest bits."""

FORMAT = "1"
"""Of the cutting: another one makes other passages of the same text."""


async def index(
    knowledge: Knowledge,
    organization_id: str,
    file_id: str,
    name: str,
    sections: Sequence[Section],
) -> int:
    """Make a file's passages findable, if any graph holds it; how many there are.

    The passages of another text, or of another embedder, go first; those of this text that stand already stay, so that
    an attempt which broke off is gone on with. Raises RunFailure, PressrunError.
    """
    store, embedder = knowledge.store, knowledge.embedder
    passages, digest = await asyncio.to_thread(_cut, sections, name)  # a hundred megabytes take seconds
    row = await store.write(lambda tx: _begin(tx, organization_id, file_id, digest, embedder.name, len(passages)))
    if row is None:
        return 0
    file = row
    done = int(file["passages"])
    while done < len(passages):
        group = passages[done : done + GROUP]
        vectors: Sequence[bytes | None] = [None] * len(group)
        if embedder.name:
            vectors = await embedder.embed([embedded_text(one, name) for one in group])
        kept, at = list(zip(group, vectors, strict=True)), done
        if not await store.write(lambda tx: _keep(tx, file, at, kept)):  # noqa: B023 - run before the next turn
            raise RunFailure(FailureCode.WORKER_LOST, "somebody else indexes this file now", retryable=True)
        done += len(group)
    return len(passages)


async def forget(tx: Transaction, organization_id: str, file_id: str) -> None:
    """A file's passages are gone."""
    row = await tx.one("drop_indexed_file", organization_id=organization_id, file_id=file_id)
    if row is not None:
        await _drop(tx, organization_id, row["seq"])


async def _begin(
    tx: Transaction, organization_id: str, file_id: str, digest: str, embedder: str, total: int
) -> Row | None:
    """How far the file is indexed; None when no graph holds it."""
    row = await tx.one("find_indexed_file", organization_id=organization_id, file_id=file_id)
    if await tx.one("is_in_a_graph", organization_id=organization_id, file_id=file_id) is None:
        return None
    if row is not None and (row["digest"], row["embedder"]) == (digest, embedder):
        return row
    # This first: it waits for whoever is adding passages of another text, so that they can be seen and dropped.
    begun = await tx.one(
        "begin_index",
        organization_id=organization_id,
        file_id=file_id,
        digest=digest,
        embedder=embedder,
        total=total,
    )
    assert begun is not None
    await _drop(tx, organization_id, begun["seq"])
    return begun


async def _drop(tx: Transaction, organization_id: str, file_seq: int) -> None:
    await tx.run("drop_passages", organization_id=organization_id, file_seq=file_seq)
    await tx.run("drop_signs", organization_id=organization_id, file_seq=file_seq)


async def _keep(tx: Transaction, file: Row, at: int, kept: Sequence[tuple[Passage, bytes | None]]) -> bool:
    """Whether the passages were added: not when somebody else has added them, or has begun with another text."""
    moved = await tx.one(
        "advance_index",
        organization_id=file["organization_id"],
        file_seq=file["seq"],
        digest=file["digest"],
        passages=at,
        added=len(kept),
    )
    if moved is None:
        return False
    first = (file["seq"] << FILE_BITS) + at
    rows = [
        {
            "seq": first + number,
            "organization_id": file["organization_id"],
            "page": passage.page,
            "start": passage.start,
            "text": passage.text,
            "vector": vector,
        }
        for number, (passage, vector) in enumerate(kept)
    ]
    await tx.each("add_passage", rows)
    vectors = [vector for _, vector in kept if vector is not None]
    if vectors:
        await tx.run(
            "add_signs",
            first=first,
            organization_id=file["organization_id"],
            file_seq=file["seq"],
            signs=signs_of(vectors),
        )
    return True


def embedded_text(passage: Passage, name: str) -> str:
    """What is embedded: a passage alone often does not say what it is about; its file and heading do."""
    title = name.rpartition(".")[0] or name
    return f"{title.replace('_', ' ').replace('-', ' ')}. {passage.heading}\n{passage.text}"


def _cut(sections: Sequence[Section], name: str) -> tuple[list[Passage], str]:
    passages = split(sections)
    return passages, _digest(passages, name)


def _digest(passages: Sequence[Passage], name: str) -> str:
    told = hashlib.sha256(f"{FORMAT}\n{name}\n".encode())
    for one in passages:
        told.update(f"{one.page} {one.start} {one.text}\n".encode("utf-8", "surrogatepass"))
    return told.hexdigest()
