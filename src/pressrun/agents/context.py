"""Passages of an agent's graphs as the context of its prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from pressrun.agents.definition import AgentDefinition, Prompt
from pressrun.agents.outcome import Source
from pressrun.agents.references import Reference
from pressrun.errors import Code, FailureCode, PressrunError, RunFailure
from pressrun.knowledge.budget import UNKNOWN_TOKENS, passage_tokens, within
from pressrun.knowledge.grounding import context as told_context
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.search import Found, Query, search
from pressrun.models.catalog import Catalog
from pressrun.models.provider import Message, Question

MOST_PASSAGES = 8
"""For one prompt: the best few hold the answer, and each one more costs time and money."""

LEAST_KEYWORD = 0.5
LEAST_SEMANTIC = 0.72
"""Scores below which a passage has nothing to do with the matter."""

LONGEST_QUERY = 2000
"""Characters that are searched with; the embedder sees no more of them."""


class Context(Protocol):
    """Where a run's prompts get passages from."""

    async def sources(self, definition: AgentDefinition, prompt: Prompt, query: str) -> tuple[Source, ...]:
        """The best passages for a prompt; raises RunFailure."""
        ...


class GraphContext:
    """The graphs of an organization's agents, as many passages as the models of a prompt can take."""

    def __init__(self, knowledge: Knowledge, catalog: Catalog, organization_id: str) -> None:
        self._knowledge = knowledge
        self._catalog = catalog
        self._organization_id = organization_id

    async def sources(self, definition: AgentDefinition, prompt: Prompt, query: str) -> tuple[Source, ...]:
        """See Context.sources; fails with `graph_missing` when a graph was deleted."""
        asked = Query(
            query[:LONGEST_QUERY], MOST_PASSAGES, keyword_threshold=LEAST_KEYWORD, semantic_threshold=LEAST_SEMANTIC
        )
        try:
            found = await search(self._knowledge, self._organization_id, definition.graphs, asked)
        except PressrunError as error:
            if error.code == Code.NOT_FOUND:
                raise RunFailure(FailureCode.GRAPH_MISSING, f"the agent needs a graph that is gone: {error}") from None
            raise RunFailure(FailureCode.INTERNAL, str(error), retryable=True) from error
        kept = within(found, lambda one: one.text, await self._tokens(prompt))
        return tuple(_source(one, number, prompt) for number, one in enumerate(kept, 1))

    async def _tokens(self, prompt: Prompt) -> int:
        """What the least of the prompt's models can take."""
        least = []
        for name in prompt.candidates:
            try:
                model = await self._catalog.resolve(self._organization_id, name)
            except RunFailure:
                continue  # asking it will say so
            least.append(passage_tokens(model, await self._catalog.terms_of(model)))
        return min(least, default=UNKNOWN_TOKENS)


def query_of(definition: AgentDefinition, index: int, texts: Mapping[str, str], question: Question) -> str:
    """What to search with: what the prompt is about, which are the values it refers to; without any, its own text."""
    _, template = definition.prompt_templates[index]
    names = dict.fromkeys(piece.name for piece in template if isinstance(piece, Reference))
    values = "\n".join(texts[name] for name in names if texts.get(name, "").strip())
    return values or question.messages[-1].text


def with_passages(question: Question, sources: Sequence[Source], *, cite: bool) -> Question:
    """The question with passages in its system text."""
    if not sources:
        return question
    told = told_context(sources, cite=cite)
    messages = question.messages
    if messages[0].role == "system":
        return replace(question, messages=(Message("system", f"{messages[0].text}\n\n{told}"), *messages[1:]))
    return replace(question, messages=(Message("system", told), *messages))


def _source(found: Found, number: int, prompt: Prompt) -> Source:
    return Source(
        found.graph_id,
        found.file_id,
        found.file_name,
        found.url,
        found.page,
        found.start,
        found.text,
        found.score,
        str(number),
        prompt.name,
    )
