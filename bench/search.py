"""Search in a large graph over HTTP, and how often the right passage is found in the labelled set."""

import json
import random
import time
from typing import Any

import aiohttp
import asyncpg
import numpy as np
from tests.knowledge.graphs.labelled import Remembering, documents, embedded_texts, questions
from tests.live_server import LiveServer

from bench.figure import Figure, percentile
from bench.ingest import taken_in, upload
from bench.scene import database, mock, server
from pressrun.knowledge import graphs
from pressrun.knowledge.embedding.backends import as_bytes
from pressrun.knowledge.ingest import FILE_BITS
from pressrun.knowledge.nearest import signs_of
from pressrun.organizations.organization import FIRST
from pressrun.store.open import open_store
from pressrun.store.store import Store, Transaction, Value

PASSAGES = 100_000
PER_FILE = 50
CALLS = 300
AIM = "p99 < 50 ms"
GRAPH = "11111111-2222-4333-8444-555555555555"


async def fill(store: Store, passages: int) -> None:
    """A graph of many files: sentences of the labelled documents, vectors near theirs, past the embedder."""
    dice, noise = random.Random(3), np.random.default_rng(3)  # noqa: S311 - texts, not secrets
    remembering = Remembering()
    texts = embedded_texts()
    vectors = np.frombuffer(b"".join(await remembering.embed(texts)), np.int8).reshape(len(texts), -1)
    sentences = [one for text in documents().values() for one in text.replace("\n", " ").split(". ") if len(one) > 20]
    await store.write(lambda tx: graphs.create(tx, FIRST, "Large", graph_id=GRAPH))
    for number in range(passages // PER_FILE):
        chosen = vectors[noise.integers(0, len(vectors), PER_FILE)].astype(np.float32)
        made = as_bytes(chosen + noise.normal(size=chosen.shape).astype(np.float32) * 40)
        rows = [made[begin : begin + vectors.shape[1]] for begin in range(0, len(made), vectors.shape[1])]
        written = [". ".join(dice.choices(sentences, k=6))[:1000] for _ in range(PER_FILE)]
        await store.write(lambda tx, n=number, w=written, r=rows: _add(tx, n, w, r))  # type: ignore[misc]


async def _add(tx: Transaction, number: int, texts: list[str], vectors: list[bytes]) -> None:
    name = f"{number}.txt"
    values: dict[str, Value] = {
        "file_id": name,
        "organization_id": FIRST,
        "name": name,
        "extension": "txt",
        "media_type": "text/plain",
        "size": 1,
        "digest": "",
        "blob": name,
        "job_id": None,
        "key_id": None,
    }
    await tx.one("add_file", **values)
    await tx.one("join_graph", organization_id=FIRST, graph_id=GRAPH, file_id=name, url="")
    row = await tx.one(
        "begin_index", organization_id=FIRST, file_id=name, digest="", embedder="minilm", total=len(texts)
    )
    assert row is not None
    first = row["seq"] << FILE_BITS
    passages = [
        {"seq": first + place, "organization_id": FIRST, "page": None, "start": 0, "text": text, "vector": vector}
        for place, (text, vector) in enumerate(zip(texts, vectors, strict=True))
    ]
    await tx.each("add_passage", passages)
    await tx.run("add_signs", first=first, organization_id=FIRST, file_seq=row["seq"], signs=signs_of(vectors))
    await tx.one("advance_index", organization_id=FIRST, file_seq=row["seq"], digest="", passages=0, added=len(texts))


async def vacuum(url: str) -> None:
    """What autovacuum would begin a minute later, and be measured with."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def measure(dialect: str, scale: float) -> list[Figure]:
    """The slowest hundredth of searches among many passages; and the labelled set."""
    passages = max(1000, int(PASSAGES * scale))
    with mock(0) as model_url, database(dialect) as url, server(url, model_url) as live:
        store = await open_store(url, migrate=False)
        began = time.monotonic()
        await fill(store, passages)
        filled_s = time.monotonic() - began
        await store.close()
        if dialect == "postgres":
            await vacuum(url)
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {live.api_key}"}) as session:
            return [
                Figure("search", f"{passages:,} passages put into the index", dialect, f"{passages / filled_s:,.0f}/s"),
                *await _times(live, session, dialect, passages),
                *await _labelled(live, session, dialect),
            ]


async def _times(live: LiveServer, session: aiohttp.ClientSession, dialect: str, passages: int) -> list[Figure]:
    asked = [one.question for one in questions()]
    figures = []
    for name, weight in (("words and meaning", 50), ("words alone", 100), ("meaning alone", 0)):
        times = []
        for number in range(CALLS + 20):
            began = time.perf_counter()
            await _search(live, session, GRAPH, asked[number % len(asked)], weight)
            if number >= 20:
                times.append((time.perf_counter() - began) * 1000)
        times.sort()
        value = f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms"
        figures.append(Figure("search", f"{name}, among {passages:,} passages", dialect, value, AIM))
    return figures


async def _labelled(live: LiveServer, session: aiohttp.ClientSession, dialect: str) -> list[Figure]:
    graph_id = live.request("POST", "/v1/graphs", {"name": "Labelled"})["id"]
    names = {await upload(session, live.url, graph_id, name, text): name for name, text in documents().items()}
    await taken_in(session, live.url, graph_id, len(names))
    first = five = 0
    times = []
    for one in questions():
        began = time.perf_counter()
        found = await _search(live, session, graph_id, one.question, 50)
        times.append((time.perf_counter() - began) * 1000)
        right = [one.phrase_in(passage["text"]) and names[passage["file_id"]] == one.file for passage in found]
        first += right[:1] == [True]
        five += any(right[:5])
    times.sort()
    many = len(questions())
    value = f"hit@1 {first / many:.0%}, hit@5 {five / many:.0%}, p50 {percentile(times, 0.5):.1f} ms"
    what = f"{many} labelled questions over {len(names)} documents"
    return [Figure("search", what, dialect, value)]


async def _search(
    live: LiveServer, session: aiohttp.ClientSession, graph_id: str, question: str, weight: int
) -> list[dict[str, Any]]:
    body = {"graph_ids": [graph_id], "query": question, "limit": 10, "query_config": {"search_weight": weight}}
    async with session.post(f"{live.url}/v1/graphs/search", data=json.dumps(body)) as answer:
        raw = await answer.read()
        assert answer.status == 200, raw
        found: list[dict[str, Any]] = json.loads(raw)["data"]
        return found
