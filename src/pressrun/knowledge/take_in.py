"""A file is taken in: its text is extracted and kept, then it is made findable in the graphs it is in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.jobs import ingest
from pressrun.jobs.ingest import NewIngest
from pressrun.jobs.job import Claim, State
from pressrun.knowledge.blobs import Blobs, new_key
from pressrun.knowledge.crawling import Crawling, take_in_pages
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.extraction.plain import subtitle_sections, text_sections
from pressrun.knowledge.files import File, find, find_or_fail
from pressrun.knowledge.ingest import index
from pressrun.knowledge.kinds import KINDS, Reading
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.members import is_in_a_graph
from pressrun.knowledge.text import BETWEEN, Found, Section, count_words, read_sections
from pressrun.knowledge.upload import FileLimits
from pressrun.outgoing.target import Rules
from pressrun.store.clock import SECOND
from pressrun.store.store import Store, Transaction

WRITING_US = 3600 * SECOND
"""How long a text may be on its way before it is held to be nobody's."""

SMALL_BYTES = 256 * 1024
"""Plain text up to here is decoded in the worker itself: a process takes longer to start."""

SAVE_AS = {"doc": "docx", "ppt": "pptx"}

_inputs = msgspec.json.Decoder(dict[str, list[str]])


@dataclass(frozen=True, slots=True)
class Tools:
    """What taking in needs; without `knowledge` nothing is made findable.

    `rules` say where pages of the web may be fetched from (None: nowhere), `limits` how large files may be.
    """

    store: Store
    blobs: Blobs
    extractor: Extractor
    knowledge: Knowledge | None = None
    rules: Rules | None = None
    limits: FileLimits | None = None


async def perform(tools: Tools, claim: Claim) -> bytes:
    """The result of a job of kind `ingest`, as JSON like that of a run; raises RunFailure, PressrunError."""
    inputs = _inputs.decode(claim.inputs)
    if inputs.get("url") and tools.limits is not None:
        crawling = Crawling(tools.store, tools.blobs, tools.knowledge, tools.rules, tools.limits)
        return await take_in_pages(crawling, claim, inputs["graph_id"][0], inputs["url"][0])
    file_id = next(iter(inputs.get("file_id", ())), "")
    file = await tools.store.read(lambda tx: find(tx, claim.organization_id, file_id))
    if file is None:
        raise RunFailure(FailureCode.FILE_MISSING, "the file was deleted before it was taken in")
    if file.text_blob is None:
        file = await _with_text(tools, claim, file)
    summary = _summary(file)
    passages = await _make_findable(tools, file)
    if passages:
        summary += f", {passages:,} passage{'' if passages == 1 else 's'}"
    return msgspec.json.encode({"title": file.name, "suggestion": summary, "prompts": {}})


async def _make_findable(tools: Tools, file: File) -> int:
    """How many passages the graphs that hold the file can find of it now; 0 where none does."""
    if tools.knowledge is None:
        return 0
    if not await tools.store.read(lambda tx: is_in_a_graph(tx, file.organization_id, file.id)):
        return 0
    sections = await read_sections(tools.blobs, file)
    return await index(tools.knowledge, file.organization_id, file.id, file.name, sections)


async def ingest_again(tx: Transaction, organization_id: str, file_id: str, key_id: str | None = None) -> str:
    """The job that will take a file in once more, with the text that it has; one that waits already will do.

    Raises PressrunError (not_found). The caller rings the bell "jobs" after the commit.
    """
    file = await find_or_fail(tx, organization_id, file_id)
    if file.job_id is not None:
        row = await tx.one("hold_job", job_id=file.job_id, organization_id=organization_id)
        if row is not None and State(row["state"]) in {State.QUEUED, State.WAITING}:
            return file.job_id
    inputs = msgspec.json.encode({"file_id": [file_id], "name": [file.name]})
    job_id = await ingest.create(tx, NewIngest(organization_id, inputs, key_id))
    await tx.run("assign_ingest_job", file_id=file_id, organization_id=organization_id, job_id=job_id)
    return job_id


async def _with_text(tools: Tools, claim: Claim, file: File) -> File:
    """The file with its text, if its kind has one."""
    reading = KINDS[file.extension].reading
    if reading == Reading.NONE:
        return file
    if reading == Reading.OLD:
        wanted = SAVE_AS[file.extension]
        message = f"text of .{file.extension} files cannot be read: save it as .{wanted} and upload that"
        raise RunFailure(FailureCode.NOT_SUPPORTED, message)
    text_blob = new_key(file.organization_id)
    sweeping = {"blob": text_blob, "organization_id": file.organization_id}
    await tools.store.write(lambda tx: tx.run("sweep_blob", **sweeping, wait_us=WRITING_US))
    found = await _extract(tools, file, text_blob)

    async def record(tx: Transaction) -> File | None:
        values = {"words": found.words, "pages": found.pages, "characters": found.characters}
        kept = await tx.one(
            "record_text",
            **values,
            text_blob=text_blob,
            file_id=file.id,
            organization_id=file.organization_id,
            job_id=claim.id,
            lease_token=claim.lease_token,
        )
        if kept is not None:
            await tx.one("keep_blob", **sweeping)
        return await find(tx, file.organization_id, file.id)

    recorded = await tools.store.write(record)
    if recorded is None or recorded.text_blob is None:
        raise RunFailure(FailureCode.FILE_MISSING, "the file was deleted while it was taken in")
    return recorded


async def _extract(tools: Tools, file: File, to: str) -> Found:
    if KINDS[file.extension].reading == Reading.TEXT and file.size <= SMALL_BYTES:
        return await _decode(tools.blobs, file, to)
    return await tools.extractor.extract(tools.blobs, file.blob, file.extension, to)


async def _decode(blobs: Blobs, file: File, to: str) -> Found:
    async with blobs.local(file.blob) as path:
        try:
            sections = await asyncio.to_thread(_sections, path, file.extension)
        except PressrunError as error:
            raise RunFailure(FailureCode.UNREADABLE_FILE, str(error)) from None

    async def lines() -> AsyncIterator[bytes]:
        for section in sections:
            yield msgspec.json.encode(section) + b"\n"

    await blobs.put(to, lines())
    between = len(BETWEEN) * max(0, len(sections) - 1)
    characters = sum(len(section.text) for section in sections) + between
    return Found(sum(count_words(section.text) for section in sections), None, characters)


def _sections(path: Path, extension: str) -> list[Section]:
    with path.open("rb") as file:
        return [*(subtitle_sections if extension == "srt" else text_sections)(file)]


def _summary(file: File) -> str:
    if file.words is None:
        return "kept; files of this kind have no text"
    if not file.characters:
        return "no text was found in it"
    pages = "" if file.pages is None else f" on {file.pages:,} page{'' if file.pages == 1 else 's'}"
    return f"{file.words:,} word{'' if file.words == 1 else 's'}{pages}"
