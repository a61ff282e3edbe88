"""What strangers' bytes are read by, each as one function of bytes: it raises nothing but what its callers expect.

Beside "it does not break" each holds what makes its parser safe: the same bytes in other pieces mean the same, another
parser does not read them differently, and what was read can be sent again.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from pressrun.agents import yaml_format
from pressrun.api.chat_body import read_chat, read_completion
from pressrun.api.disposition import attachment, name_of
from pressrun.api.file_content import byte_range
from pressrun.api.json_body import parse
from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.rows import read_rows
from pressrun.errors import PressrunError, RunFailure
from pressrun.http1.answer import Answer
from pressrun.http1.errors import HttpError
from pressrun.http1.incoming import Incoming
from pressrun.knowledge.extraction.web import html_text
from pressrun.knowledge.names import LONGEST_NAME, plain_name
from pressrun.models.openai_stream import StreamReader
from pressrun.models.openai_wire import read_answer
from pressrun.models.refusals import Peer
from pressrun.outgoing.target import Rules, check_url
from tests.agents.samples import definition
from tests.fuzz.requests import requests

PEER = Peer("model", "https://example.com/v1")
ROWS = definition(
    inputs=[{"name": "Text", "type": "text"}, {"name": "Price", "type": "text", "required": False}],
    prompts=[{"name": "say", "model": "scripted", "prompt": "@Text @Price"}],
)


def json_body(raw: bytes) -> None:
    """Bodies of requests. What is taken reads the same to Python's parser, every name once."""
    try:
        value = parse(raw)
    except PressrunError:
        return
    assert _plain(json.loads(raw, parse_int=float, object_pairs_hook=_once)) == _plain(value), (
        "another reads it otherwise"
    )
    assert msgspec.json.encode(value)


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    assert len(found) == len(pairs), "a name twice"
    return found


def _plain(value: Any) -> Any:
    """Numbers as floats: 1 and 1.0 are the same to JSON."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def disposition(raw: bytes) -> None:
    """The name in `Content-Disposition`. What is kept of it is harmless, and survives being sent back."""
    given = name_of(raw.decode("latin-1"))
    try:
        name = plain_name(given)
    except PressrunError:
        return
    assert name == plain_name(name)
    assert len(name) <= LONGEST_NAME
    assert not set("/\\\r\n\0") & set(name)
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert name_of(header) == name


def content_range(raw: bytes) -> None:
    """`Range`: nothing outside the file."""
    for size in (1, 10, 2**40):
        found = byte_range(raw.decode("latin-1"), size)
        if found is not None:
            assert 0 <= found[0] < found[1] <= size


def answers(raw: bytes) -> None:
    """What a provider answers, over our own client: in any pieces the same."""
    whole = _answer([raw])
    assert whole == _answer([raw[at : at + 1] for at in range(len(raw))]), "pieces"


def _answer(pieces: Sequence[bytes]) -> tuple[Any, ...]:
    answer, incoming = Answer(lambda _go_on: None), Incoming()
    incoming.expect(answer)
    ended = ""
    try:
        for piece in pieces:
            incoming.feed(piece)
    except HttpError:
        ended = "refused"
    if not ended and incoming.close() is not None:
        ended = "refused"
    whole = answer.has_ended
    return answer.status, sorted(answer.headers.items()), whole, b"".join(answer._pieces) if whole else None


def heads(raw: bytes) -> None:
    """What clients send: in any pieces the same requests, and no other than a parser of another kind sees."""
    requests(raw)


def answer_of_a_model(raw: bytes) -> None:
    """A whole answer of a model."""
    for tools in (False, True):
        with suppress(RunFailure):
            read_answer(PEER, raw, None, tools=tools)


def stream_of_a_model(raw: bytes) -> None:
    """A streamed one: in any pieces the same text."""
    assert _streamed([raw]) == _streamed([raw[at : at + 1] for at in range(len(raw))])


def _streamed(pieces: Sequence[bytes]) -> str | None:
    reader = StreamReader(PEER, 10_000)
    try:
        for piece in pieces:
            reader.feed(piece)
            if reader.done:
                break
        return reader.end()[1].text
    except RunFailure:
        return None


def chat(raw: bytes) -> None:
    """Bodies of chats and completions."""
    for read in (read_chat, read_completion):
        with suppress(PressrunError):
            value = parse(raw)
            if isinstance(value, dict):
                read(value)


def yaml_agent(raw: bytes) -> None:
    """An agent as YAML: what is read is written, and read again, the same."""
    try:
        read = yaml_format.read(raw.decode())
    except (PressrunError, UnicodeDecodeError):
        return
    assert yaml_format.read(yaml_format.write(read)) == read


def rows(raw: bytes) -> None:
    """Files of rows: CSV, JSON, JSONL, or whatever they are taken for; in any pieces the same rows."""
    for told in (Told(None), Told(Format.CSV), Told(Format.JSON), Told(Format.JSONL)):
        assert asyncio.run(_rows([raw], told)) == asyncio.run(_rows([raw[:7], raw[7:8], raw[8:]], told)), told


async def _rows(pieces: Sequence[bytes], told: Told) -> Any:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    found: list[Any] = []
    try:
        async with read_rows(chunks(), told, ROWS) as file:
            async for some in file:
                found += some
    except PressrunError:
        return None
    return found


def url(raw: bytes) -> None:
    """URLs that strangers name: what is let through is what will be requested."""
    rules = Rules()
    try:
        checked = check_url(raw.decode("utf-8", "replace"), rules)
    except PressrunError:
        return
    assert check_url(checked, rules) == checked
    assert checked.isascii()


def html(raw: bytes) -> None:
    """Pages of the web."""
    title, text = html_text(raw.decode("utf-8", "replace"))
    assert isinstance(title + text, str)


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        json_body, disposition, content_range, answers, heads, answer_of_a_model, stream_of_a_model, chat, yaml_agent,
        rows, url, html,
    )
}  # fmt: skip
