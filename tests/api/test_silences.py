"""Streams that have nothing to tell say that they live, whatever they are streams of."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from pressrun.api.silences import with_silences
from pressrun.settings import Settings
from tests.api.chats import CHAT, COMPLETIONS, OPENAI_CHAT, says, scripted
from tests.api.client import Client
from tests.api.samples import deploy, text
from tests.api.samples import says as prompts
from tests.api.server import Server

COMMENT = b": keep-alive\n"
SOON_S = 0.02
ANYTHING = {"grounding_level": 1.0}
"""The model may answer although the documents say nothing."""


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """Streams that are silent for no time at all, and models that may be."""
    return settings.model_copy(update={"keep_alive_s": SOON_S, "generate_timeout_s": 170.0})


async def heard(server: Server, client: Client, method: str, path: str, body: object, word: bytes) -> list[bytes]:
    """The lines of a stream from one with `word` to the end of the second comment after it; then the client goes."""
    headers = {"authorization": f"Bearer {client.token}"}
    lines: list[bytes] = []
    async with asyncio.timeout(60):
        async with server.session.request(method, server.url + path, json=body, headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream"), await answer.read()
            while lines.count(COMMENT) < 2 or lines[-1] != b"\n":
                line = await answer.content.readline()
                assert line, (path, lines)
                if lines or word in line:
                    lines.append(line)
    return lines


@pytest.mark.usefixtures("embedder")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_every_stream_says_that_it_lives(server: Server, client: Client) -> None:
    """The model says one word and then nothing for an hour; nobody works on the batch."""
    await scripted(client, "slow", {"answer": "Zebra two", "piece_s": 3600})
    await deploy(client, prompts=prompts("slow"))
    graph_id = (await client.post("/v1/graphs", {"name": "Empty"})).ok()["id"]
    question = {"graph_ids": [graph_id], "question": "Why?", "query_config": {"inline_citations": False, **ANYTHING}}
    slow = {"model": "slow", "stream": True}
    batch_id = (await client.post("/v1/applications/echo/batches", {"rows": [{"Text": "a"}]})).ok(202)["id"]
    streams: list[tuple[str, str, object, bytes]] = [
        ("POST", CHAT, says("a", **slow), b"Zebra"),
        ("POST", OPENAI_CHAT, says("a", **slow), b"Zebra"),
        ("POST", COMPLETIONS, {"prompt": "a", **slow}, b"Zebra"),
        ("POST", "/v1/graphs/question", {**question, **slow}, b"Zebra"),
        ("POST", "/v1/applications/echo", text("a", stream=True), b"Zebra"),
        ("POST", "/v1/applications/echo/draft/run", text("a"), b"Zebra"),
        ("GET", f"/v1/batches/{batch_id}/events", None, batch_id.encode()),
    ]
    told = await asyncio.gather(*(heard(server, client, *stream) for stream in streams))
    for (_, path, *_), lines in zip(streams, told, strict=True):
        assert lines[0].startswith(b"data: "), (path, lines)
        assert lines[1:] == [b"\n", COMMENT, b"\n", COMMENT, b"\n"], (path, lines)


async def test_a_piece_that_comes_after_a_silence_is_not_lost() -> None:
    go = asyncio.Event()

    async def pieces() -> AsyncGenerator[str, None]:
        yield "one"
        await go.wait()
        yield "two"

    told: list[str | None] = []
    async for piece in with_silences(pieces(), SOON_S):
        told.append(piece)
        if told == ["one", None, None]:
            go.set()
    assert [one for one in told if one is not None] == ["one", "two"]
    assert told[:3] == ["one", None, None]


async def test_a_stream_that_takes_too_long_is_ended_with_its_source() -> None:
    ended = asyncio.Event()

    async def pieces() -> AsyncGenerator[str, None]:
        try:
            await asyncio.Event().wait()
            yield "never"
        finally:
            ended.set()

    told = with_silences(pieces(), SOON_S, most_s=SOON_S * 5)
    with pytest.raises(TimeoutError):
        assert [piece async for piece in told if piece is not None] == []
    assert ended.is_set()
