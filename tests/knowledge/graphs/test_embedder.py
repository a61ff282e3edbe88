"""The embedder's process: shared, started when needed, started again when it died, gone when nobody uses it."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.knowledge.embedding.installed import Kind, chosen
from pressrun.knowledge.embedding.weights import Files, check_files, find_files
from pressrun.models.local_runtime import Address, Runtime

ENDS_WITHIN_S = 10.0


def cosine(one: bytes, other: bytes) -> float:
    first, second = (np.frombuffer(vector, np.int8).astype(float) for vector in (one, other))
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))


async def address_of(embedder: Embedder) -> Address:
    return await embedder._server.address()


async def gone(pid: int) -> None:
    async with asyncio.timeout(ENDS_WITHIN_S):
        while os.path.exists(f"/proc/{pid}/stat"):  # noqa: ASYNC240, PTH110 - asked often, and answered at once
            await asyncio.sleep(0.02)


async def test_meaning_is_told_apart(embedder: Embedder) -> None:
    dog, puppy, bill = await embedder.embed(["A dog barks.", "The puppy is barking.", "The invoice is due in May."])
    assert len(dog) == 384
    assert cosine(dog, puppy) > 0.6
    assert cosine(dog, bill) < 0.3
    assert (await embedder.embed(["A dog barks."], urgent=True))[0] == dog
    assert await embedder.embed([]) == []


async def test_texts_of_any_length_keep_their_order(embedder: Embedder) -> None:
    texts = ["short", "word " * 400, "", "漢字", "\x00 NUL", "a dog " * 3]
    found = await embedder.embed(texts)
    assert len(found) == len(texts)
    assert cosine(found[3], (await embedder.embed(["漢字"]))[0]) > 0.99


async def test_one_process_serves_all_and_ends_with_the_last(tmp_path: Path) -> None:
    first, second = (Embedder(EmbedderOptions("wordllama", runtime_dir=tmp_path)) for _ in range(2))
    await asyncio.gather(first.embed(["one"]), second.embed(["two"]))
    pid = (await address_of(first)).pid
    assert (await address_of(second)).pid == pid != os.getpid()
    await first.close()
    assert len((await second.embed(["three"]))[0]) == 256
    await second.close()
    await gone(pid)


async def test_one_that_was_killed_is_started_again(tmp_path: Path) -> None:
    embedder = Embedder(EmbedderOptions("wordllama", runtime_dir=tmp_path))
    before = await embedder.embed(["one"])
    pid = (await address_of(embedder)).pid
    os.kill(pid, signal.SIGKILL)
    assert await embedder.embed(["one"]) == before
    assert (await address_of(embedder)).pid != pid
    await embedder.close()


async def test_where_none_is_installed_it_says_so() -> None:
    none = Embedder(EmbedderOptions("none"))
    assert none.kind is None
    assert none.name == ""
    with pytest.raises(RunFailure, match="none is installed: run `pressrun models install`"):
        await none.embed(["text"])
    assert chosen("auto") is Kind.MINILM
    assert chosen("wordllama") is Kind.WORDLLAMA


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    files = find_files()
    assert files is not None
    memory = Runtime(tmp_path).verified
    check_files(files, memory)
    assert "model.onnx" in memory.read_text()
    damaged = tmp_path / "model.onnx"
    damaged.write_bytes(b"nothing of the kind")
    for bad in (Files(damaged, files.tokenizer), None):
        with pytest.raises(RunFailure) as failure:
            check_files(bad, memory)
        assert failure.value.code == FailureCode.MODEL_UNAVAILABLE
        assert not failure.value.retryable
