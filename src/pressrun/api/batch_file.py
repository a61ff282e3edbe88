"""The file that an upload carries, and what is said of it: in the query, or in the object that holds the rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request

from pressrun.api.batch_options import UploadOptions, from_query, options_of
from pressrun.api.json_body import json_type, parse
from pressrun.batches.files.formats import Format, Told, told
from pressrun.errors import Code, PressrunError, Problem

LARGEST_OBJECT = 10 * 1024 * 1024
"""Rows that come in an object with their options are read whole; an array, lines or a table are not."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file and what is said of it; `chunks` may be read once."""

    chunks: AsyncIterator[bytes]
    told: Told
    options: UploadOptions


async def incoming(request: Request) -> Incoming:
    """What the upload of a batch carries; raises PressrunError (invalid)."""
    chunks, said, values = await incoming_rows(request)
    return Incoming(chunks, said, options_of(values))


async def incoming_rows(request: Request) -> tuple[AsyncIterator[bytes], Told, dict[str, Any]]:
    """Rows as chunks that may be read once, what is said of their format, and all else that is said.

    Raises PressrunError (invalid).
    """
    query = request.query_params
    said = told(
        request.headers.get("content-type"),
        format=query.get("format"),
        encoding=query.get("encoding"),
        delimiter=query.get("delimiter"),
        sheet=query.get("sheet"),
    )
    values = from_query(query)
    chunks: AsyncIterator[bytes] = request.stream()
    if said.format in {None, Format.JSON}:
        head, chunks = await _head(chunks)
        if _holds_rows(head, said.format):
            rows, more = _from_object(await _whole(chunks))
            said, chunks, values = Told(Format.JSON), _once(rows), {**more, **values}
    return chunks, said, values


async def hashing(chunks: AsyncIterator[bytes], hashed: Any) -> AsyncIterator[bytes]:
    """The same chunks, after a hash object has seen them."""
    async for chunk in chunks:
        hashed.update(chunk)
        yield chunk


def _holds_rows(head: bytes, kind: Format | None) -> bool:
    """Whether it is an object with rows in it; without a type it may as well be the first of many lines of JSON."""
    text = head.lstrip()
    return text.startswith(b"{") and (kind == Format.JSON or b'"rows"' in text.partition(b"\n")[0])


async def _head(chunks: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes that are not blank, and all of them once more."""
    seen: list[bytes] = []
    async for chunk in chunks:
        seen.append(chunk)
        if chunk.strip():
            break
    return b"".join(seen), _again(seen, chunks)


async def _again(seen: list[bytes], chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in seen:
        yield chunk
    async for chunk in chunks:
        yield chunk


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw


async def _whole(chunks: AsyncIterator[bytes]) -> bytes:
    raw = bytearray()
    async for chunk in chunks:
        raw += chunk
        if len(raw) > LARGEST_OBJECT:
            raise PressrunError(
                Code.TOO_LARGE,
                f"an object with rows has at most {LARGEST_OBJECT:,} bytes: send the rows as JSONL or CSV, and the "
                "options in the query",
            )
    return bytes(raw)


def _from_object(raw: bytes) -> tuple[bytes, dict[str, Any]]:
    values: dict[str, Any] = parse(raw)
    rows = values.pop("rows", None)
    if not isinstance(rows, list):
        message = f'rows must be a list of objects, not {json_type(rows)}: write {{"rows": [{{"<input>": "…"}}]}}'
        raise PressrunError(Code.INVALID, Problem(message, {"field": "rows"}))
    return msgspec.json.encode(rows), values
