"""How the tests read files, and the agent they read them for."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import msgspec
import pytest

from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition
from pressrun.batches.files.formats import Told
from pressrun.batches.files.rows import Row, Rows, read_rows
from pressrun.errors import Code, PressrunError

TONES = ["friendly", "playful"]


def agent(**changes: Any) -> AgentDefinition:
    """An agent with a required text, a required dropdown and an optional text."""
    data: dict[str, Any] = {
        "name": "Product copy",
        "inputs": [
            {"name": "Product name", "type": "text", "description": 'Its name, for example "Terra running shoe".'},
            {"name": "Tone", "type": "dropdown", "options": TONES},
            {"name": "Notes", "type": "text", "required": False},
        ],
        "prompts": [{"name": "Text", "prompt": "describe"}],
    }
    return check(data | changes)


async def chunked(content: bytes, sizes: Iterable[int] = ()) -> AsyncIterator[bytes]:
    """The content in chunks of the given sizes, the rest in one."""
    at = 0
    for size in sizes:
        yield content[at : at + size]
        at += size
    yield content[at:]


async def read(
    content: bytes | str,
    said: Told | None = None,
    *,
    column_map: Mapping[str, str | None] | None = None,
    definition: AgentDefinition | None = None,
    sizes: Iterable[int] = (),
) -> tuple[Rows, list[Row]]:
    """All rows of a file."""
    if isinstance(content, str):
        content = content.encode()
    async with read_rows(chunked(content, sizes), said or Told(), definition or agent(), column_map) as rows:
        return rows, [row async for block in rows for row in block]


async def refusal(content: bytes | str, said: Told | None = None, **options: Any) -> str:
    """The words in which a file as a whole is refused."""
    with pytest.raises(PressrunError) as refused:
        await read(content, said, **options)
    assert refused.value.code == Code.INVALID
    return str(refused.value)


def cells(rows: Iterable[Row]) -> list[Any]:
    """The cells of rows, as they were stored."""
    return [msgspec.json.decode(row.cells) for row in rows]


def inputs(rows: Iterable[Row]) -> list[Any]:
    """The inputs of rows, as they were stored."""
    return [row.inputs and msgspec.json.decode(row.inputs) for row in rows]
