"""The labelled set: questions over documents of this folder, each with the words that the right passage holds.

`python -m tests.knowledge.graphs.labelled` writes the vectors of the documents' passages anew: embedding them takes
half a minute, which no test run shall wait for.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.knowledge.ingest import embedded_text
from pressrun.knowledge.passages import split
from pressrun.knowledge.search import Found
from tests.knowledge.graphs.scene import Section

FOLDER = Path(__file__).parent
DOCUMENTS = FOLDER / "documents"
VECTORS = FOLDER / "vectors.bin"
KEY_BYTES = 8
SIZE = 384


@dataclass(frozen=True)
class Labelled:
    """A question; the right passage is of `file` and holds `phrase`. `kind` is plain, paraphrase or keyword."""

    question: str
    kind: str
    file: str
    phrase: str

    def is_answered_by(self, found: Found) -> bool:
        """Whether a passage is the right one."""
        return found.file_id == self.file and self.phrase_in(found.text)

    def phrase_in(self, text: str) -> bool:
        """Whether a text holds the words of the right passage."""
        return _plain(self.phrase) in _plain(text)


@cache
def questions() -> tuple[Labelled, ...]:
    """All of them."""
    lines = (FOLDER / "questions.jsonl").read_text("utf-8").splitlines()
    return tuple(Labelled(**json.loads(line)) for line in lines)


@cache
def documents() -> dict[str, str]:
    """The texts by their names."""
    return {path.name: path.read_text("utf-8") for path in sorted(DOCUMENTS.iterdir())}


class Remembering(Embedder):
    """The real embedder, but for texts whose vectors it has seen before: those of the documents stand in a file."""

    def __init__(self) -> None:
        super().__init__(EmbedderOptions("minilm"))
        stored = VECTORS.read_bytes() if VECTORS.exists() else b""
        rows = (stored[begin : begin + KEY_BYTES + SIZE] for begin in range(0, len(stored), KEY_BYTES + SIZE))
        self.known = {row[:KEY_BYTES]: row[KEY_BYTES:] for row in rows}
        self.asked = 0

    async def embed(self, texts: Sequence[str], *, urgent: bool = False) -> list[bytes]:
        """See Embedder.embed."""
        missing = [text for text in texts if _key(text) not in self.known]
        self.asked += len(missing)
        for text, vector in zip(missing, await super().embed(missing, urgent=urgent), strict=True):
            self.known[_key(text)] = vector
        return [self.known[_key(text)] for text in texts]


def embedded_texts() -> list[str]:
    """What is embedded of the documents."""
    return [embedded_text(one, name) for name, text in documents().items() for one in split([Section(text)])]


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:KEY_BYTES]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).lower()


async def write() -> None:
    """Embed every passage, and keep the vectors."""
    embedder = Embedder(EmbedderOptions("minilm"))
    texts = embedded_texts()
    vectors = await embedder.embed(texts)
    await embedder.close()
    VECTORS.write_bytes(b"".join(_key(text) + vector for text, vector in zip(texts, vectors, strict=True)))


if __name__ == "__main__":
    asyncio.run(write())
