"""Passages that answer a question: found by their words and by their meaning, and ranked by both."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pressrun.errors import Code, PressrunError, Problem, RunFailure
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.nearest import Similarities, similarities
from pressrun.knowledge.ranking import MOST_HOLDERS, Ranked, best_of, keyword_scores, rank
from pressrun.knowledge.signs import Signs
from pressrun.knowledge.words import words_of
from pressrun.store.store import Row, Transaction, Value
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

CANDIDATES = 100
"""Passages by meaning, and as many by words, among which both together decide."""

FEW_FILES = 64
"""Up to so many files are named in a search for words; beyond, the organization is."""

COMMON = 2 * MOST_HOLDERS
"""Passages of a graph beyond which a word is not even looked for where there are rarer ones: it would take longest to
find, and ranking would leave it out. Twice as many, as how many hold it is an estimate."""

LEAST_COMMON = 3
"""Where all words are common, the passages are looked for that hold these many, the rarest, all together."""

LIKELY = 300
"""Passages of a large scope that are compared with the question's vector: those whose signs differ least from its."""

DEFAULT_LIMIT = 30
DEFAULT_WEIGHT = 50


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `weight` is 0 for meaning alone to 100 for words alone.

    A passage is found when its score for words reaches `keyword_threshold`, or that for meaning `semantic_threshold`;
    both scores are between 0 and 1.
    """

    text: str
    limit: int = DEFAULT_LIMIT
    weight: int = DEFAULT_WEIGHT
    keyword_threshold: float = 0.0
    semantic_threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found; `start` is its place in the file's text in characters, `url` that of a page, or ''."""

    graph_id: str
    file_id: str
    file_name: str
    url: str
    page: int | None
    start: int
    text: str
    score: float
    keyword_score: float
    semantic_score: float


@dataclass(frozen=True, slots=True)
class _Scope:
    """The graphs that are searched: their passages, and how many of them have a vector of our embedder.

    `files` are the numbers of their files, as JSON.
    """

    organization_id: str
    graph_ids: str
    passages: int
    embedded: int
    place: str
    files: str
    stamp: tuple[int, ...]

    @property
    def names(self) -> dict[str, str]:
        return {"organization_id": self.organization_id, "graph_ids": self.graph_ids}


async def search(knowledge: Knowledge, organization_id: str, graph_ids: Sequence[str], query: Query) -> list[Found]:
    """The passages of some graphs that answer a question best, the best first; raises PressrunError (not_found)."""
    words = words_of(query.text)
    embedding = asyncio.ensure_future(_vector(knowledge, query))
    try:
        scope, hits, count = await knowledge.store.read(
            lambda tx: _look_for_words(tx, knowledge.embedder.name, organization_id, graph_ids, words, query.weight)
        )
        vector = await embedding
    finally:
        embedding.cancel()
    keywords = best_of(keyword_scores(hits, count, scope.passages), CANDIDATES)
    cosines = {} if vector is None else await _cosines(knowledge, scope, vector, keywords)
    ranked = rank(keywords, cosines, query.weight, by_words_alone=vector is None)
    kept = [
        one
        for one in ranked
        if one.keyword >= query.keyword_threshold or (vector is not None and one.semantic >= query.semantic_threshold)
    ]
    return await _details(knowledge, scope, kept[: query.limit])


async def _vector(knowledge: Knowledge, query: Query) -> bytes | None:
    """The question's vector; None where words alone are to decide, or have to."""
    if not knowledge.embedder.name or query.weight >= 100 or not query.text.strip():
        return None
    try:
        return (await knowledge.embedder.embed([query.text], urgent=True))[0]
    except RunFailure as failure:  # words still find something
        log.warn(ServerEvent.EMBEDDER_FAILED, error=failure.message)
        return None


async def _look_for_words(
    tx: Transaction, embedder: str, organization_id: str, graph_ids: Sequence[str], words: Sequence[str], weight: int
) -> tuple[_Scope, Sequence[Row], int]:
    """The scope, which passages hold which word by its number, and how many words were looked for."""
    await check_graphs(tx, organization_id, graph_ids)
    scope = await _scope(tx, embedder, organization_id, graph_ids)
    if not words or not scope.passages or weight <= 0:
        return scope, [], 0
    asked = await _telling(tx, scope, words)
    hits = await _holders(tx, scope, asked)
    if len(asked) > 1 and len(hits) == len(asked) * (MOST_HOLDERS + 1):  # any of too many for each: those of all, then
        together = await _holders(tx, scope, [" ".join(asked)])
        if together:
            return scope, together, 1
    return scope, hits, len(asked)


async def _holders(tx: Transaction, scope: _Scope, words: Sequence[str]) -> Sequence[Row]:
    """Passages that hold each of the words, by its number; where a word has spaces, all of its parts."""
    asked: list[dict[str, Value]] = [
        {"number": number, "word": word, "place": scope.place, "files": scope.files, "most": MOST_HOLDERS + 1}
        for number, word in enumerate(words)
    ]
    return await tx.each("find_word", asked)


async def _telling(tx: Transaction, scope: _Scope, words: Sequence[str]) -> Sequence[str]:
    """The words that are looked for: all, or in a large graph those that are not common."""
    if scope.passages <= COMMON:
        return words
    rows = await tx.all("list_common_words", words=json.dumps(list(words)), most=COMMON, passages=scope.passages)
    return without_common(words, {row["word"]: row["holders"] for row in rows})


def without_common(words: Sequence[str], holders: Mapping[str, int]) -> list[str]:
    """The words but for the common ones, of which `holders` says how many passages hold them about.

    Where all are common, the rarest of them as one: of thousands that hold either, nobody knows which to take.
    """
    rare = [word for word in words if word not in holders]
    return rare or [" ".join(sorted(words, key=lambda word: holders[word])[:LEAST_COMMON])]


async def check_graphs(tx: Transaction, organization_id: str, graph_ids: Sequence[str]) -> None:
    """Raises PressrunError (not_found) with every graph that is not there."""
    asked = json.dumps([one for one in graph_ids if "\x00" not in one])
    rows = await tx.all("list_known_graphs", organization_id=organization_id, graph_ids=asked)
    known = {row["id"] for row in rows}
    missing = [one for one in dict.fromkeys(graph_ids) if one not in known]
    if missing:
        raise PressrunError(
            Code.NOT_FOUND,
            [
                Problem(f"there is no graph {one[:100]!r}: list them to see their ids", {"graph_id": one[:100]})
                for one in missing
            ],
        )


async def _scope(tx: Transaction, embedder: str, organization_id: str, graph_ids: Sequence[str]) -> _Scope:
    names = {"organization_id": organization_id, "graph_ids": json.dumps(list(graph_ids))}
    files = await tx.all("list_scope", limit=FEW_FILES + 1, **names)
    if len(files) <= FEW_FILES:
        passages = sum(row["passages"] for row in files)
        embedded = sum(row["passages"] for row in files if row["embedder"] == embedder)
        place = [f"f{row['seq']}" for row in files]
        seqs = json.dumps([row["seq"] for row in files])
        stamp = tuple(value for row in files for value in (row["seq"], row["passages"], row["updated_at"]))
    else:
        row = await tx.one("measure_scope", embedder=embedder, **names)
        assert row is not None
        passages, embedded = row["passages"], row["embedded"]
        place = ["o" + organization_id.replace("-", "")]
        seqs = row["file_seqs"]
        stamp = (row["files"], passages, row["seqs"], row["times"])
    return _Scope(organization_id, names["graph_ids"], passages, embedded, json.dumps(place), seqs, stamp)


async def _cosines(knowledge: Knowledge, scope: _Scope, vector: bytes, keywords: Mapping[int, float]) -> Similarities:
    """The cosines of the nearest passages, and of those that were found by their words."""
    named = {"embedder": knowledge.embedder.name, **scope.names}
    ask_store = await knowledge.has_distances()
    store = knowledge.store
    if scope.embedded <= knowledge.every_vector:
        if not ask_store:
            rows = await store.read(lambda tx: tx.all("list_vectors", **named))
            every = [(row["seq"], row["vector"]) for row in rows]
            found = await asyncio.to_thread(similarities, vector, every)
            near = sorted(found, key=lambda seq: -found[seq])[:CANDIDATES]
            return {seq: found[seq] for seq in {*near, *keywords} if seq in found}
        rows = await store.read(lambda tx: tx.all("nearest_passages", vector=vector, limit=CANDIDATES, **named))
        found = {row["seq"]: row["similarity"] for row in rows}
        wanted = [seq for seq in keywords if seq not in found]
    else:
        signs = await _signs(knowledge, scope, len(vector))
        found = {}
        wanted = list({*signs.likely(vector, LIKELY), *keywords})
    return found | await _compared(knowledge, scope, vector, wanted)


async def _signs(knowledge: Knowledge, scope: _Scope, dimensions: int) -> Signs:
    """The signs of all vectors of the scope, as they are now."""
    named = {"embedder": knowledge.embedder.name, **scope.names}
    key = (*named.values(), *scope.stamp)
    signs = knowledge.signs.find(key)
    if signs is None:
        rows = await knowledge.store.read(lambda tx: tx.all("list_signs", **named))
        groups = [(row["first"], row["signs"]) for row in rows]
        signs = await asyncio.to_thread(Signs, groups, dimensions)
        knowledge.signs.keep(key, signs)
    return signs


async def _compared(knowledge: Knowledge, scope: _Scope, vector: bytes, seqs: Sequence[int]) -> Similarities:
    """The cosines of some passages; worked out here, which for a few hundred is faster than any database."""
    if not seqs:
        return {}
    values: dict[str, Value] = {
        "organization_id": scope.organization_id,
        "size": len(vector),
        "seqs": json.dumps(list(seqs)),
    }
    rows = await knowledge.store.read(lambda tx: tx.all("find_vectors", **values))
    return similarities(vector, [(row["seq"], row["vector"]) for row in rows])


async def _details(knowledge: Knowledge, scope: _Scope, kept: Sequence[Ranked]) -> list[Found]:
    if not kept:
        return []
    seqs = json.dumps([one.seq for one in kept])
    rows = await knowledge.store.read(lambda tx: tx.all("find_passages", seqs=seqs, **scope.names))
    known = {row["seq"]: row for row in rows}
    return [_found(known[one.seq], one) for one in kept if one.seq in known]  # a file may just have been deleted


def _found(row: Row, ranked: Ranked) -> Found:
    return Found(
        row["graph_id"],
        row["file_id"],
        row["file_name"],
        row["url"],
        row["page"],
        row["start"],
        row["text"],
        ranked.score,
        ranked.keyword,
        ranked.semantic,
    )
