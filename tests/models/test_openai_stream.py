"""Streams, in every framing that servers use, cut anywhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.openai_compatible import OpenAICompatible, Timeouts
from pressrun.models.openai_stream import StreamReader
from pressrun.models.provider import Answer, Message, Question, Usage
from pressrun.models.refusals import Peer
from tests.models.raw_provider import RawProvider, Reply, completion, delta, events

QUESTION = Question("m", (Message("user", "Hello?"),))
USAGE = b'{"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}'
HELLO = (delta(""), delta("Hel"), delta("lo"), delta(finish="stop"), USAGE)
ANSWER = Answer("Hello", Usage(7, 3), "stop", "chatcmpl-1")
SSE = {"Content-Type": "text/event-stream"}


@pytest.fixture
async def client(provider: RawProvider) -> AsyncIterator[OpenAICompatible]:
    timeouts = Timeouts(total_s=1.0, idle_s=0.4)
    client = OpenAICompatible(provider.base_url, timeouts=timeouts, max_answer_bytes=1000)
    yield client
    await client.close()


async def streamed(client: OpenAICompatible) -> tuple[list[str], Answer]:
    items = [item async for item in client.stream(QUESTION)]
    answer = items.pop()
    assert isinstance(answer, Answer)
    pieces = [item for item in items if isinstance(item, str)]
    assert len(pieces) == len(items)
    assert "".join(pieces) == answer.text
    return pieces, answer


async def stream_failure(client: OpenAICompatible) -> RunFailure:
    with pytest.raises(RunFailure) as caught:
        await streamed(client)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        events(*HELLO, b"[DONE]"),
        events(*HELLO),
        events(*HELLO, b"[DONE]", end=b"\r\n\r\n"),
        events(*HELLO, b"[DONE]", end=b"\r\r"),
        events(*HELLO, b"[DONE]", end=b"\n"),
        events(*HELLO, b"[DONE]", prefix=b"data:"),
        b": hello\n\nretry: 3\nid: 1\nevent: message\n" + events(*HELLO, b"[DONE]"),
        events(*HELLO, b"[DONE]").rstrip(b"\n"),
        events(*HELLO).rstrip(b"\n"),
        b"\n\n\n" + events(*HELLO, b"[DONE]") + b"data: not read any more\n\n",
        events(*(each.replace(b", ", b",\ndata: ") for each in HELLO), b"[DONE]"),
    ],
    ids=[
        "plain",
        "no-done",
        "crlf",
        "cr",
        "no-blank",
        "no-space",
        "comments",
        "open",
        "open-json",
        "more",
        "many-lines",
    ],
)
@pytest.mark.parametrize("size", [10_000, 1])
async def test_framings(provider: RawProvider, client: OpenAICompatible, body: bytes, size: int) -> None:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    provider.replies = [Reply(pieces, headers=SSE, framing="chunked")]
    assert await streamed(client) == (["Hel", "lo"], ANSWER)
    assert provider.asked[0].body["stream_options"] == {"include_usage": True}


async def test_pieces_come_as_they_are_written(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(events(delta("first")), headers=SSE, framing="chunked", hang=True)]
    stream = client.stream(QUESTION)
    assert await anext(stream) == "first"
    await stream.aclose()
    await asyncio.wait_for(provider.aborted.wait(), 5)


async def test_connections_are_used_again(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply([events(*HELLO), events(b"[DONE]")], headers=SSE, framing="chunked")]
    for _ in range(3):
        await streamed(client)
    assert provider.connections == 1


async def test_a_stream_that_stays_open_after_its_end(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(events(*HELLO, b"[DONE]"), headers=SSE, framing="chunked", hang=True)]
    assert (await streamed(client))[1] == ANSWER


async def test_an_end_by_the_connection(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(events(*HELLO), headers=SSE, framing="none")]
    assert (await streamed(client))[1] == ANSWER


async def test_a_server_that_does_not_stream(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion("All at once"))]
    assert await streamed(client) == (["All at once"], Answer("All at once", Usage(7, 3), "stop", "chatcmpl-1"))


@pytest.mark.parametrize("framing", ["chunked", "none"])
async def test_a_stream_that_is_cut(provider: RawProvider, client: OpenAICompatible, framing: str) -> None:
    provider.replies = [Reply(events(*HELLO[:3]), headers=SSE, framing=framing, cut=True)]
    found = await stream_failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)
    assert "broke off in the middle of its answer" in found.message


async def test_a_stream_cut_after_the_model_was_done(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(events(*HELLO[:4]), headers=SSE, framing="chunked", cut=True)]
    assert (await streamed(client))[1].text == "Hello"


async def test_a_stream_that_falls_silent(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(events(delta("x")), headers=SSE, framing="chunked", hang=True)]
    assert (await stream_failure(client)).code == FailureCode.MODEL_TIMEOUT


async def test_an_error_instead_of_a_stream(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(b"{}", 429, {"Retry-After": "4"})]
    found = await stream_failure(client)
    assert (found.code, found.retry_after_s) == (FailureCode.MODEL_RATE_LIMITED, 4.0)


@pytest.mark.parametrize(
    ("body", "code", "retryable"),
    [
        (b"", FailureCode.MODEL_UNAVAILABLE, True),
        (events(b'{"error": {"type": "overloaded_error"}}'), FailureCode.MODEL_UNAVAILABLE, True),
        (events(delta("x"), b'{"error": {"code": 400}}'), FailureCode.MODEL_REFUSED, False),
        (events(b"nonsense"), FailureCode.INVALID_OUTPUT, True),
        (events(delta("x"), b'{"choices": [{"del'), FailureCode.INVALID_OUTPUT, True),
        (events(b"[1]"), FailureCode.INVALID_OUTPUT, True),
        (events(b'{"choices": [{"delta": "x"}]}'), FailureCode.INVALID_OUTPUT, True),
        (events(b'{"choices": [{"delta": {"content": 5}}]}'), FailureCode.INVALID_OUTPUT, True),
        (events(b"\xff\xff"), FailureCode.INVALID_OUTPUT, True),
        (events(delta(finish="content_filter")), FailureCode.MODEL_CONTENT_REFUSED, False),
        (
            events(b'{"choices": [{"delta": {"refusal": "No"}, "finish_reason": "stop"}]}'),
            FailureCode.MODEL_CONTENT_REFUSED,
            False,
        ),
        (events(*[delta("x" * 100)] * 11), FailureCode.OUTPUT_TOO_LARGE, False),
        (b": " + b"x" * 100_000, FailureCode.OUTPUT_TOO_LARGE, False),
        (b": x\n" * 100_000, FailureCode.OUTPUT_TOO_LARGE, False),
    ],
)
async def test_streams_that_are_none(
    provider: RawProvider, client: OpenAICompatible, body: bytes, code: FailureCode, retryable: bool
) -> None:
    provider.replies = [Reply(body, headers=SSE, framing="chunked")]
    found = await stream_failure(client)
    assert (found.code, found.retryable) == (code, retryable)


@given(st.lists(st.text(st.characters(exclude_categories=[])), max_size=8), st.lists(st.integers(1, 40), max_size=50))
def test_texts_survive_any_cut(texts: list[str], cuts: list[int]) -> None:
    """Pairs of surrogates torn between events are joined, lone ones replaced, bytes torn anywhere."""
    body = events(*map(delta, texts), delta(finish="stop"), b"[DONE]", end=b"\r\n\r\n")
    reader = StreamReader(Peer("m", "host"), 10_000)
    pieces: list[str] = []
    for cut in cuts:
        pieces += reader.feed(body[:cut])
        body = body[cut:]
    pieces += reader.feed(body)
    last, answer = reader.end()
    expected = "".join(texts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert "".join(pieces + last) == answer.text == expected
