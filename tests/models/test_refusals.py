"""What a provider's refusals become: statuses, words, waits, and bodies of every kind."""

from typing import Any

import pytest

from pressrun.errors import FailureCode
from pressrun.models.openai_compatible import OpenAICompatible
from tests.models.asking import BRISK, KEY, failure
from tests.models.raw_provider import RawProvider, Reply, completion


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (302, FailureCode.MODEL_REFUSED, False),
        (400, FailureCode.MODEL_REFUSED, False),
        (401, FailureCode.MODEL_AUTHENTICATION, False),
        (402, FailureCode.MODEL_QUOTA_EXHAUSTED, True),
        (403, FailureCode.MODEL_AUTHENTICATION, False),
        (404, FailureCode.MODEL_NOT_FOUND, False),
        (408, FailureCode.MODEL_TIMEOUT, True),
        (409, FailureCode.MODEL_REFUSED, False),
        (413, FailureCode.MODEL_REFUSED, False),
        (422, FailureCode.MODEL_REFUSED, False),
        (425, FailureCode.MODEL_UNAVAILABLE, True),
        (429, FailureCode.MODEL_RATE_LIMITED, True),
        (500, FailureCode.MODEL_UNAVAILABLE, True),
        (502, FailureCode.MODEL_UNAVAILABLE, True),
        (503, FailureCode.MODEL_UNAVAILABLE, True),
        (504, FailureCode.MODEL_TIMEOUT, True),
        (529, FailureCode.MODEL_UNAVAILABLE, True),
    ],
)
async def test_statuses(
    provider: RawProvider, client: OpenAICompatible, status: int, code: FailureCode, retryable: bool
) -> None:
    said = f'{{"error": {{"message": "No,\\n not with {KEY}!", "type": "x"}}}}'.encode()
    provider.replies = [Reply(said, status, {"Location": "http://127.0.0.1:1/"})]
    found = await failure(client)
    assert (found.code, found.retryable) == (code, retryable)
    host = provider.base_url.split("/")[2]
    assert found.message == f"Model 'gpt-test' at {host} answered {status}: No, not with ***!"


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (429, {"code": "insufficient_quota"}, FailureCode.MODEL_QUOTA_EXHAUSTED),
        (429, {"type": "insufficient_quota", "code": None}, FailureCode.MODEL_QUOTA_EXHAUSTED),
        (400, {"code": "content_policy_violation"}, FailureCode.MODEL_CONTENT_REFUSED),
        (400, {"code": "content_filter"}, FailureCode.MODEL_CONTENT_REFUSED),
    ],
)
async def test_words_that_outrank_the_status(
    provider: RawProvider, client: OpenAICompatible, status: int, error: dict[str, Any], code: FailureCode
) -> None:
    provider.replies = [Reply(completion(error=error), status, {"Retry-After": "3"})]
    found = await failure(client)
    may_pass = code == FailureCode.MODEL_QUOTA_EXHAUSTED  # somebody may pay
    assert (found.code, found.retryable, found.retry_after_s) == (code, may_pass, 3.0 if may_pass else None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "1"}, 1.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": " 2.5 "}, 2.5),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "abc"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "1000000000"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Thu, 01 Jan 1970 00:17:10 GMT"}, 30.0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
        ({"Retry-After": "Thu, 01 Jan 2099 00:00:00 GMT"}, None),
        ({"Retry-After": "Thu, 99 Foo 9999 99:99:99 GMT"}, None),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"retry-after-ms": "soon", "Retry-After": "9"}, 9.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after(
    provider: RawProvider, client: OpenAICompatible, headers: dict[str, str], seconds: float | None, status: int
) -> None:
    provider.replies = [Reply(b"{}", status, headers)]
    found = await failure(client)
    assert found.retryable
    assert found.retry_after_s == seconds


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", ""),
        (b"<html>Bad\x00 gateway</html>", "<html>Bad gateway</html>"),
        (b'{"error": "plain"}', "plain"),
        (b'{"detail": [{"msg": "field required"}]}', '[{"msg": "field required"}]'),
        (b'{"message": "top"}', "top"),
        (b'{"error": null}', "null"),
        (b"[" * 100_000, "[" * 299 + "…"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"x" * 1000, "x" * 299 + "…"),
        ((KEY * 100).encode(), "***" * 100),
        ((KEY * 101).encode(), "***" * 99 + "**…"),
    ],
    ids=range(11),
)
async def test_bodies_of_refusals(provider: RawProvider, client: OpenAICompatible, body: bytes, said: str) -> None:
    provider.replies = [Reply(body, 500)]
    assert (await failure(client)).message.partition("answered 500")[2] == (f": {said}" if said else "")


async def test_a_refusal_whose_body_never_ends(provider: RawProvider) -> None:
    client = OpenAICompatible(provider.base_url, timeouts=BRISK)
    provider.replies = [Reply(b'{"error"', 401, announce=1000, hang=True)]
    assert (await failure(client)).code == FailureCode.MODEL_AUTHENTICATION
    await client.close()


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        ({"code": 429, "message": "slow"}, FailureCode.MODEL_RATE_LIMITED, True),
        ({"code": "401"}, FailureCode.MODEL_AUTHENTICATION, False),
        ({"type": "invalid_request_error"}, FailureCode.MODEL_REFUSED, False),
        ({"type": "overloaded_error"}, FailureCode.MODEL_UNAVAILABLE, True),
        ({"code": "insufficient_quota"}, FailureCode.MODEL_QUOTA_EXHAUSTED, True),
        ({"code": 10**30}, FailureCode.MODEL_UNAVAILABLE, True),
        ("something broke", FailureCode.MODEL_UNAVAILABLE, True),
    ],
)
async def test_an_error_inside_a_success(
    provider: RawProvider, client: OpenAICompatible, error: Any, code: FailureCode, retryable: bool
) -> None:
    provider.replies = [Reply(completion(error=error))]
    found = await failure(client)
    assert (found.code, found.retryable) == (code, retryable)
