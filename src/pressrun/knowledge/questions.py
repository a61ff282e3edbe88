"""A question about graphs: passages are searched, a model answers from them, and what it rests on is told."""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from pressrun.knowledge.answers import GraphAnswer, GraphQuestion, QueryConfig, Subquery
from pressrun.knowledge.budget import within
from pressrun.knowledge.citations import Citer, without_marks
from pressrun.knowledge.grounding import NOTHING_FOUND, instructions, is_strict, quotations
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.search import Found, Query, search
from pressrun.models.provider import Answer, Message, Provider, Question

__all__ = ["GraphAnswer", "GraphQuestion", "QueryConfig", "ask", "search_of", "stream"]

SPLIT = (
    "Break the user's question into at most {most} shorter questions that can be looked up one by one and together "
    "answer it. Write one question on each line, and nothing else."
)
SPLIT_TOKENS = 400
SUBANSWER_TOKENS = 300
LONGEST_SUBQUERY = 500
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s*")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What the model will be asked; no `asked` when there is nothing it could answer from."""

    question: GraphQuestion
    found: Sequence[Found]
    subqueries: Sequence[Subquery]
    asked: Question | None


async def ask(knowledge: Knowledge, provider: Provider, organization_id: str, question: GraphQuestion) -> GraphAnswer:
    """The answer; raises PressrunError (not_found) for a graph that is not there, RunFailure when the model fails."""
    prepared = await _prepare(knowledge, provider, organization_id, question)
    if prepared.asked is None:
        return _nothing(prepared)
    answered = await provider.complete(prepared.asked)
    citer = Citer([one.text for one in prepared.found])
    if not question.config.inline_citations:
        return GraphAnswer(question.question, without_marks(answered.text), prepared.found, prepared.subqueries)
    text = citer.feed(answered.text) + citer.finish()
    return GraphAnswer(question.question, text, prepared.found, prepared.subqueries, tuple(citer.cited))


async def stream(
    knowledge: Knowledge, provider: Provider, organization_id: str, question: GraphQuestion
) -> AsyncGenerator[str | GraphAnswer]:
    """The answer in pieces, then the whole; raises as `ask` does, RunFailure also after some pieces.

    With citations a piece is a sentence: its marks are known only at its end.
    """
    prepared = await _prepare(knowledge, provider, organization_id, question)
    if prepared.asked is None:
        yield NOTHING_FOUND
        yield _nothing(prepared)
        return
    citer = Citer([one.text for one in prepared.found])
    said: list[str] = []
    async with aclosing(_pieces(provider, prepared.asked)) as pieces:
        async for piece in pieces:
            ready = citer.feed(piece) if question.config.inline_citations else piece
            if ready:
                said.append(ready)
                yield ready
    rest = citer.finish() if question.config.inline_citations else ""
    if rest:
        said.append(rest)
        yield rest
    yield GraphAnswer(question.question, "".join(said), prepared.found, prepared.subqueries, tuple(citer.cited))


async def _pieces(provider: Provider, asked: Question) -> AsyncGenerator[str]:
    items = provider.stream(asked)
    try:
        async for item in items:
            if not isinstance(item, Answer):
                yield item
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()


def search_of(config: QueryConfig, text: str) -> Query:
    """The search that a configuration asks for."""
    return Query(text, config.max_snippets, config.search_weight, config.keyword_threshold, config.semantic_threshold)


async def _prepare(
    knowledge: Knowledge, provider: Provider, organization_id: str, question: GraphQuestion
) -> _Prepared:
    config = question.config
    found = await search(knowledge, organization_id, question.graph_ids, search_of(config, question.question))
    subqueries: Sequence[Subquery] = ()
    if question.subqueries:
        subqueries = await _subqueries(knowledge, provider, organization_id, question)
        found = _together(found, subqueries, config.max_snippets)
    found = within(found, lambda one: one.text, question.passage_tokens)
    if not found and is_strict(config.grounding_level):
        return _Prepared(question, (), subqueries, None)
    return _Prepared(question, found, subqueries, _asked(question, found, subqueries))


def _asked(question: GraphQuestion, found: Sequence[Found], subqueries: Sequence[Subquery]) -> Question:
    config = question.config
    told = [f"Passages:\n\n{quotations(found)}"] if found else []
    if subqueries:
        told.append("Notes:\n\n" + "\n".join(f"{one.query} {without_marks(one.answer)}" for one in subqueries))
    told.append(f"Question: {question.question}")
    return Question(
        question.model,
        (
            Message("system", instructions(config.grounding_level, cite=config.inline_citations)),
            Message("user", "\n\n".join(told)),
        ),
        temperature=config.grounding_level,
        max_tokens=config.max_tokens,
    )


async def _subqueries(
    knowledge: Knowledge, provider: Provider, organization_id: str, question: GraphQuestion
) -> list[Subquery]:
    """The parts of a question, each with its answer; none where the model sees only one."""
    most = question.config.max_subquestions
    parts = await provider.complete(
        Question(
            question.model,
            (Message("system", SPLIT.format(most=most)), Message("user", question.question)),
            temperature=0.0,
            max_tokens=SPLIT_TOKENS,
        )
    )
    queries = _questions_in(parts.text)[:most]
    answering = [_subquery(knowledge, provider, organization_id, question, query) for query in queries]
    return list(await asyncio.gather(*answering))


def _questions_in(text: str) -> list[str]:
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line.endswith("?") and len(line) <= LONGEST_SUBQUERY))


async def _subquery(
    knowledge: Knowledge, provider: Provider, organization_id: str, question: GraphQuestion, query: str
) -> Subquery:
    config = question.config
    found = await search(knowledge, organization_id, question.graph_ids, search_of(config, query))
    found = within(found, lambda one: one.text, question.passage_tokens // 2)
    if not found:
        return Subquery(query, NOTHING_FOUND, ())
    asked = Question(
        question.model,
        (
            Message("system", instructions(config.grounding_level, cite=False)),
            Message("user", f"Passages:\n\n{quotations(found)}\n\nQuestion: {query}"),
        ),
        temperature=config.grounding_level,
        max_tokens=min(config.max_tokens, SUBANSWER_TOKENS),
    )
    answered = await provider.complete(asked)
    return Subquery(query, without_marks(answered.text), found)


def _together(found: Sequence[Found], subqueries: Sequence[Subquery], most: int) -> list[Found]:
    """The passages of a question and of its parts, in turn, each once."""
    lists = [found, *(one.found for one in subqueries)]
    longest = max(len(one) for one in lists)
    turns = (one[place] for place in range(longest) for one in lists if place < len(one))
    seen: dict[tuple[str, int], Found] = {}
    for one in turns:
        seen.setdefault((one.file_id, one.start), one)
    return list(seen.values())[:most]


def _nothing(prepared: _Prepared) -> GraphAnswer:
    return GraphAnswer(prepared.question.question, NOTHING_FOUND, (), prepared.subqueries)
