"""The provider answers by the word of a nonce, and its log tells what it did."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pressrun.torture import journal, seals
from pressrun.torture.behaviours import RETRY_AFTER
from pressrun.torture.history import assemble
from pressrun.torture.journal import Journal
from pressrun.torture.provider import Provider


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Provider]:
    with Journal(tmp_path / "provider.jsonl") as log:
        found = Provider(log)
        await found.start()
        yield found
        await found.stop()


async def ask(provider: Provider, nonce: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
        session.post(
            f"{provider.base_url}/chat/completions",
            data=json.dumps({"messages": [{"role": "user", "content": f"Say {nonce} please"}]}),
            headers=headers,
        ) as response,
    ):
        return response.status, json.loads(await response.read()), dict(response.headers)


def text(answer: Any) -> str:
    return str(answer["choices"][0]["message"]["content"])


async def test_an_answer_proves_its_nonce_and_its_call(provider: Provider, tmp_path: Path) -> None:
    nonce = seals.nonce("ms0", "a")
    answer: Any = None
    for serial in (1, 2):
        status, answer, _ = await ask(provider, nonce)
        assert (status, seals.serial_in(nonce, text(answer))) == (200, serial)
    assert seals.serial_in(seals.nonce("ms0", "b"), text(answer)) is None
    calls = assemble(journal.read(tmp_path)).calls_of(nonce)
    assert [(call.serial, call.outcome, call.prompt) for call in calls] == [
        (1, "answered", f"Say {nonce} please"),
        (2, "answered", f"Say {nonce} please"),
    ]


@pytest.mark.parametrize("word", seals.TAILS)
async def test_hostile_text_comes_as_documented(provider: Provider, word: str) -> None:
    nonce = seals.nonce(word, "a")
    _, answer, _ = await ask(provider, nonce)
    mended = text(answer).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert seals.serial_in(nonce, mended) == 1
    assert seals.serial_in(nonce, mended[:-1]) is None


@pytest.mark.parametrize("word", RETRY_AFTER)
async def test_it_throttles_once(provider: Provider, word: str) -> None:
    nonce = seals.nonce(word, "a")
    status, _, headers = await ask(provider, nonce)
    assert status == 429
    assert ("Retry-After" in headers) is (word != "raabsent")
    assert (await ask(provider, nonce))[0] == 200


async def test_it_fails_as_often_as_the_word_says(provider: Provider, tmp_path: Path) -> None:
    once, always = seals.nonce("once503", "a"), seals.nonce("always400", "a")
    assert [(await ask(provider, once))[0] for _ in range(2)] == [503, 200]
    assert [(await ask(provider, always))[0] for _ in range(2)] == [400, 400]
    history = assemble(journal.read(tmp_path))
    assert [call.outcome for call in history.calls_of(once)] == ["error", "answered"]


@pytest.mark.parametrize("word", ["cut", "toolong"])
async def test_a_broken_transfer_is_an_error_of_its_own(provider: Provider, tmp_path: Path, word: str) -> None:
    nonce = seals.nonce(word, "a")
    with pytest.raises(aiohttp.ClientPayloadError):
        await ask(provider, nonce)
    assert (await ask(provider, nonce))[0] == 200
    assert [call.outcome for call in assemble(journal.read(tmp_path)).calls_of(nonce)] == ["error", "answered"]


async def test_who_hangs_up_is_logged(provider: Provider, tmp_path: Path) -> None:
    nonce = seals.nonce("ms60000", "a")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:
        with pytest.raises(TimeoutError):
            await session.post(f"{provider.base_url}/x", data=json.dumps({"messages": [{"content": nonce}]}))
    await provider.stop()
    (call,) = assemble(journal.read(tmp_path)).calls_of(nonce)
    assert call.outcome == "aborted"


async def test_it_refuses_a_wrong_key(provider: Provider) -> None:
    provider.key = "Right"
    assert (await ask(provider, seals.nonce("ms0", "a"), Authorization="Bearer Wrong"))[0] == 401
    assert (await ask(provider, seals.nonce("ms0", "a"), Authorization="Bearer Right"))[0] == 200


async def test_it_can_be_down(provider: Provider) -> None:
    provider.down = True
    assert (await ask(provider, seals.nonce("ms0", "a")))[0] == 503


def test_nonces_are_found_in_prompts() -> None:
    assert seals.find("x ~ok~s000001~ y") == "~ok~s000001~"
    assert seals.find("x ~ok~ y") is None
    assert re.fullmatch(r"[0-9a-f]{32}", seals.seal("~ok~s000001~"))
