"""The client against a provider that misbehaves in every way we know."""

import asyncio
import gzip
import resource
import zlib
from dataclasses import replace
from typing import Any

import pytest

from pressrun.errors import FailureCode, PressrunError
from pressrun.models.openai_compatible import OpenAICompatible
from pressrun.models.provider import Answer, Message, Question, Usage
from tests.models.asking import KEY, QUESTION, failure
from tests.models.raw_provider import RawProvider, Reply, completion


async def test_an_answer(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion("Hi 🙂"), headers={"x-request-id": "req_1"})]
    assert await client.complete(QUESTION) == Answer("Hi 🙂", Usage(7, 3), "stop", "req_1")
    asked = provider.asked[0]
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "gpt-test",
        "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello?"}],
    }


async def test_settings_are_sent_when_they_are_set(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion())]
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    await client.complete(replace(QUESTION, temperature=0.0, max_tokens=5, stop=("END",), json_schema=schema))
    body = provider.asked[0].body
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.0, 5, ["END"])
    assert body["response_format"] == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


@pytest.mark.parametrize("suffix", ["", "/", "//", "?api-version=1"])
async def test_base_urls(provider: RawProvider, suffix: str) -> None:
    provider.replies = [Reply(completion())]
    client = OpenAICompatible(provider.base_url + suffix)
    await client.complete(QUESTION)
    assert provider.asked[0].path == "/v1/chat/completions" + (suffix if "?" in suffix else "")
    assert "authorization" not in provider.asked[0].headers
    await client.close()


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.openai.com/v1",
        "ftp://host/v1",
        "http://",
        "http://a b/",
        "http://u:p@host/v1",
        "http://h:99999/",
        "x\n",
    ],
)
def test_impossible_addresses(base_url: str) -> None:
    with pytest.raises(PressrunError, match="base_url"):
        OpenAICompatible(base_url)


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel", "a\x00b"])
def test_impossible_keys(key: str) -> None:
    with pytest.raises(PressrunError, match="ASCII") as caught:
        OpenAICompatible("http://host/v1", key)
    assert key not in str(caught.value)


async def test_openai_wants_the_new_name_for_max_tokens() -> None:
    assert OpenAICompatible("https://api.openai.com/v1")._max_tokens_field == "max_completion_tokens"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "the body is empty"),
        (b"   ", "the body is empty"),
        (b'{"choices": [{"mess', "the body is not JSON"),
        (b"<html></html>", "the body is not JSON"),
        (b"[" * 50_000, "the body is not JSON"),
        (b'{"a": ' + b"1" * 5000 + b"}", "the body is not JSON"),
        (b"\xff\xfe", "the body is not UTF-8"),
        (b"[]", "the body is not a JSON object"),
        (b'"text"', "the body is not a JSON object"),
        (b"{}", "it has no choices"),
        (b'{"choices": []}', "it has no choices"),
        (b'{"choices": null}', "it has no choices"),
        (b'{"choices": {}}', "its choices are not a list of objects"),
        (b'{"choices": "no"}', "its choices are not a list of objects"),
        (b'{"choices": [1]}', "its choices are not a list of objects"),
        (b'{"choices": [{}]}', "its choice has no message"),
        (b'{"choices": [{"message": "hi"}]}', "its choice has no message"),
        (b'{"choices": [{"message": {}}]}', "its message has no content"),
        (b'{"choices": [{"message": {"content": null}}]}', "its message has no content"),
        (b'{"choices": [{"message": {"content": 5}}]}', "its content is not text"),
        (b'{"choices": [{"message": {"content": {"a": 1}}}]}', "its content is not text"),
    ],
)
async def test_answers_that_are_none(provider: RawProvider, client: OpenAICompatible, body: bytes, what: str) -> None:
    provider.replies = [Reply(body)]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.INVALID_OUTPUT, True)
    assert found.message.endswith(f"did not answer with a chat completion: {what}")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(completion()[:40], framing="chunked", cut=True),
        Reply(completion(), announce=5000, cut=True),
        Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"}),
        Reply(completion(), headers={"Content-Encoding": "br"}),
    ],
    ids=["chunked", "length", "gzip", "brotli"],
)
async def test_bodies_that_break_off(provider: RawProvider, client: OpenAICompatible, reply: Reply) -> None:
    provider.replies = [reply]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)


async def test_a_length_that_is_too_short(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion(), announce=20, cut=True)]
    found = await failure(client)
    assert found.retryable


async def test_no_provider_at_all() -> None:
    client = OpenAICompatible("http://127.0.0.1:1/v1", KEY)
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)
    assert found.message.startswith("Model 'gpt-test' at 127.0.0.1:1 could not be reached (")
    await client.close()


@pytest.mark.parametrize("host", ["nowhere.invalid", "ü" * 80], ids=["unknown", "no-name"])
async def test_a_name_that_does_not_resolve(host: str) -> None:
    client = OpenAICompatible(f"http://{host}/v1")
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)
    await client.close()


async def test_a_provider_that_hangs(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(b"{", announce=100, hang=True)]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_TIMEOUT, True)
    assert "said nothing for 0.3 s" in found.message


async def test_a_provider_that_drips(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply([b" "] * 100, pause_s=0.05)]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_TIMEOUT, True)
    assert "did not finish its answer within 0.6 s" in found.message


async def test_a_cancelled_call_hangs_up(provider: RawProvider) -> None:
    client = OpenAICompatible(provider.base_url)
    provider.replies = [Reply(b"{", announce=100, hang=True)]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.complete(QUESTION)
    await asyncio.wait_for(provider.aborted.wait(), 5)
    await client.close()


async def test_a_huge_answer(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply([b" " * 2**16] * 1000, framing="chunked")]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.OUTPUT_TOO_LARGE, False)
    assert "100,000 bytes" in found.message


async def test_an_answer_just_within_the_cap(provider: RawProvider, client: OpenAICompatible) -> None:
    text = "x" * (100_000 - len(completion("")))
    provider.replies = [Reply(completion(text)), Reply(completion(text + "x"))]
    assert (await client.complete(QUESTION)).text == text
    assert (await failure(client)).code == FailureCode.OUTPUT_TOO_LARGE


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_bomb(provider: RawProvider, client: OpenAICompatible, encoding: str) -> None:
    bomb = gzip.compress(b" " * 2**28) if encoding == "gzip" else zlib.compress(b" " * 2**28)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    provider.replies = [Reply(bomb, headers={"Content-Encoding": encoding})]
    assert (await failure(client)).code == FailureCode.OUTPUT_TOO_LARGE
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


async def test_gzip_that_is_honest(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(gzip.compress(completion("small")), headers={"Content-Encoding": "gzip"})]
    assert (await client.complete(QUESTION)).text == "small"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("nul \x00 kept", "nul \x00 kept"),
        ("lone \ud83d high", "lone \ufffd high"),
        ("lone \ude00 low", "lone \ufffd low"),
        ("\ud83d\ude00 \ude00\ud83d", "😀 \ufffd\ufffd"),
        ("مرحبا \u202e שלום", "مرحبا \u202e שלום"),
        ("\x1b[31mred</script>\ufeff", "\x1b[31mred</script>\ufeff"),
        ("👩‍👩‍👧‍👦" * 1000, "👩‍👩‍👧‍👦" * 1000),
        ("", ""),
    ],
)
async def test_texts_come_through(provider: RawProvider, client: OpenAICompatible, text: str, kept: str) -> None:
    provider.replies = [Reply(completion(text))]
    assert (await client.complete(QUESTION)).text == kept


async def test_a_question_with_lone_surrogates_is_sent(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion())]
    await client.complete(Question("m", (Message("user", "\ud83d\x00"),)))
    assert provider.asked[0].body["messages"][0]["content"] == "\ud83d\x00"


async def test_content_in_parts(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion([{"type": "text", "text": "a"}, {"type": "x"}, {"text": "b"}]))]
    assert (await client.complete(QUESTION)).text == "ab"


@pytest.mark.parametrize(
    "choice",
    [
        {"message": {"content": None, "refusal": "I must not"}, "finish_reason": "stop"},
        {"message": {"content": ""}, "finish_reason": "content_filter"},
    ],
)
async def test_refused_content(provider: RawProvider, client: OpenAICompatible, choice: dict[str, Any]) -> None:
    provider.replies = [Reply(completion(choices=[choice]))]
    found = await failure(client)
    assert (found.code, found.retryable) == (FailureCode.MODEL_CONTENT_REFUSED, False)


@pytest.mark.parametrize(("said", "meant"), [("length", "length"), ("eos", "stop"), (None, "stop"), (5, "stop")])
async def test_finish_reasons(provider: RawProvider, client: OpenAICompatible, said: Any, meant: str) -> None:
    provider.replies = [Reply(completion(choices=[{"message": {"content": "x"}, "finish_reason": said}]))]
    assert (await client.complete(QUESTION)).finish_reason == meant


@pytest.mark.parametrize(
    "usage", [None, "7", [], {"prompt_tokens": "7", "completion_tokens": -1}, {"prompt_tokens": True}]
)
async def test_usage_that_is_nonsense(provider: RawProvider, client: OpenAICompatible, usage: Any) -> None:
    provider.replies = [Reply(completion(usage=usage, id=5))]
    answer = await client.complete(QUESTION)
    assert (answer.usage, answer.request_id) == (Usage(), None)


async def test_connections_are_used_again(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion())]
    for _ in range(5):
        await client.complete(QUESTION)
    assert provider.connections == 1


async def test_the_environment_names_no_proxy(
    provider: RawProvider, client: OpenAICompatible, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    provider.replies = [Reply(completion("direct"))]
    assert (await client.complete(QUESTION)).text == "direct"
