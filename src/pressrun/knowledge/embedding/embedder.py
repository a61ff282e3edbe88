"""Texts into vectors, for any process of ours: asked of a shared child that is started on first use."""

import asyncio
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.embedding.installed import INSTALL, Kind, chosen, find_files
from pressrun.knowledge.embedding.weights import check_files
from pressrun.models.local_runtime import Runtime
from pressrun.models.shared_server import Child, SharedServer

START_S = 60.0
PAUSES_S = (0.0, 0.5, 2.0)
"""Waits before a request that found no child is made again: a killed one looks alive until its memory is freed."""


@dataclass(frozen=True, slots=True)
class EmbedderOptions:
    """Which embedder is wanted: minilm, wordllama, none, or auto for the best that is installed.

    `runtime_dir` replaces the folder where processes meet.
    """

    kind: str = "auto"
    threads: int = field(default_factory=lambda: max(1, (os.cpu_count() or 1) - 1))
    runtime_dir: Path | None = None


class Embedder:
    """This process's way to the child. `name` tells vectors of different embedders apart; empty where there is none."""

    def __init__(self, options: EmbedderOptions | None = None) -> None:
        self._options = options or EmbedderOptions()
        self._kind: Kind | None = None
        self._looked = False
        self._server = _Server(self._options)

    @property
    def kind(self) -> Kind | None:
        """The embedder that is used; None when there is none, so that search goes by words alone."""
        if not self._looked:
            self._kind, self._looked = chosen(self._options.kind), True
        return self._kind

    @property
    def name(self) -> str:
        """The name that is kept beside vectors."""
        return "" if self.kind is None else self.kind.value

    async def embed(self, texts: Sequence[str], *, urgent: bool = False) -> list[bytes]:
        """A vector for each text, a signed byte a dimension; `urgent` ones do not wait behind others.

        Raises RunFailure, retryable when the child died.
        """
        if not texts:
            return []
        request = msgspec.msgpack.encode({"texts": list(texts), "urgent": urgent})
        for pause_s in (*PAUSES_S, None):
            address = await self._server.address()
            try:
                return _vectors(await _exchange(address.base_url, request), len(texts))
            except (OSError, asyncio.IncompleteReadError):
                if pause_s is None:
                    raise RunFailure(
                        FailureCode.MODEL_UNAVAILABLE, "the embedder's process died again and again", retryable=True
                    ) from None
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Let go of the child; it ends when nobody else uses it."""
        await self._server.close()


async def _exchange(path: str, request: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(len(request).to_bytes(4, "big") + request)
        await writer.drain()
        size = int.from_bytes(await reader.readexactly(4), "big")
        answer: dict[str, Any] = msgspec.msgpack.decode(await reader.readexactly(size))
        return answer
    finally:
        writer.close()


def _vectors(answer: dict[str, Any], count: int) -> list[bytes]:
    if "error" in answer:
        raise RunFailure(FailureCode.INTERNAL, f"the text could not be embedded: {answer['error']}")
    vectors: bytes = answer["vectors"]
    size = len(vectors) // count
    return [vectors[begin : begin + size] for begin in range(0, len(vectors), size)]


class _Server(SharedServer):
    def __init__(self, options: EmbedderOptions) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> Child:
        kind = chosen(self._options.kind)
        files = find_files() if kind is Kind.MINILM else None
        settings: dict[str, Any] = {
            "embedder": "" if kind is None else kind.value,
            "model": "" if files is None else str(files.model),
            "tokenizer": "" if files is None else str(files.tokenizer),
            "threads": self._options.threads,
        }
        child = Child(
            module="pressrun.knowledge.embedding.process",
            name=f"embed-{hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]}",
            title="The embedder",
            install=INSTALL,
            settings=settings,
            start_timeout_s=START_S,
            parent=self._options.runtime_dir,
        )
        if kind is None:
            raise child.cannot_start(f"none is installed: {INSTALL}")
        return child

    def verify(self, runtime: Runtime) -> None:
        if chosen(self._options.kind) is Kind.MINILM:
            check_files(find_files(), runtime.verified)
