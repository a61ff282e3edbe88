"""Follow a batch on the server to its end: as it tells, and where it cannot, by asking again and again."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

from pressrun.cli.batch_words import is_over
from pressrun.cli.client import Refused, Server, Unreachable, at

SILENCE_S = 60.0
"""The server says something every fifteen seconds; a stream that is silent for so long is cut or held up."""
PATIENCE_S = 60.0
"""How long a server that is gone may take to come back."""
LOOK_EVERY_S = 1.0

Tell = Callable[[dict[str, Any]], None]


async def follow(server: Server, batch_id: str, tell: Tell) -> dict[str, Any]:
    """The batch once it has ended, or waits for its sender; `tell` gets every state of it. Raises Failure."""
    until = time.monotonic() + PATIENCE_S
    streams = True
    while True:
        try:
            if streams:
                async for state in _events(server, batch_id):
                    until = time.monotonic() + PATIENCE_S
                    tell(state)
                    if _waits_or_ended(state):
                        return state
            batch: dict[str, Any] = await server.ask("GET", at("batches", batch_id))
            until = time.monotonic() + PATIENCE_S
            tell(batch)
            if _waits_or_ended(batch):
                return batch
        except Refused as refused:
            if not streams or refused.status not in {404, 405, 406, 501}:
                raise
            streams = False  # asking for the batch itself tells whether there is one
            continue
        except Unreachable as unreachable:
            if time.monotonic() > until:
                raise Unreachable(f"{unreachable}; {how_to_attach(batch_id)}") from None
        await asyncio.sleep(LOOK_EVERY_S)


def how_to_attach(batch_id: str) -> str:
    """What to type to see a batch again."""
    watch, cancel = (f"`pressrun batches {verb} {batch_id}`" for verb in ("watch", "cancel"))
    return f"the batch goes on: {watch} follows it, {cancel} ends it"


def _waits_or_ended(batch: dict[str, Any]) -> bool:
    return is_over(batch) or (batch["state"] == "paused" and not batch["cancel_requested"])


async def _events(server: Server, batch_id: str) -> AsyncIterator[dict[str, Any]]:
    """What the server tells of the batch, until it stops telling."""
    async with server.exchange("GET", at("batches", batch_id, "events"), silence_s=SILENCE_S) as response:
        async for data in _data(response.content):
            value = json.loads(data)
            if "state" in value:
                yield value


async def _data(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """The data of server-sent events; ours are one line each."""
    async for line in content:
        if line.startswith(b"data:"):
            yield line[5:].strip()
