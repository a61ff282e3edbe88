"""From the tools that a chat asks for to those that its model is offered, of which some are run here."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pressrun.agents.context import GraphContext
from pressrun.api.chat_answer import Books
from pressrun.api.chat_tools import AgentWish, GraphWish, ModelWish, VisionWish, Wish
from pressrun.api.graph_questions import QUESTIONS
from pressrun.chat.agent_tool import AgentTool, unlike, word_of
from pressrun.chat.counted_provider import CountedProvider
from pressrun.chat.graph_tool import GraphTool
from pressrun.chat.model_tool import ModelTool
from pressrun.chat.tools import BuiltIn
from pressrun.errors import Code, PressrunError, Problem, RunFailure
from pressrun.knowledge import graphs
from pressrun.knowledge.answers import GraphAnswer, GraphQuestion
from pressrun.knowledge.budget import passage_tokens
from pressrun.knowledge.questions import ask
from pressrun.models.model import Model
from pressrun.models.provider import Message, Provider, Tool, ToolCall
from pressrun.organizations.keys import Key, Scope
from pressrun.store.store import Transaction
from pressrun.system import System


async def offers(
    system: System, key: Key, wishes: tuple[Wish, ...], books: Books, model: Model
) -> tuple[tuple[Tool, ...], dict[str, BuiltIn]]:
    """The tools to offer to `model`, and those of them that are run here by name; their model calls go into `books`.

    Raises PressrunError for an agent or a graph that this key may not use.
    """
    theirs = {wish.name: wish for wish in wishes if isinstance(wish, Tool)}
    ours: dict[str, BuiltIn] = {}
    for wish in wishes:
        if isinstance(wish, Tool | VisionWish):
            continue
        name = unlike(_name(wish), {**theirs, **ours})
        ours[name] = await _built_in(system, key, name, wish, books, model)
    return (*theirs.values(), *(one.tool for one in ours.values())), ours


async def model_named(system: System, key: Key, name: str | None) -> Model:
    """The model that a name means (None: the default one); raises PressrunError (not_found)."""
    try:
        return await system.catalog.resolve(key.organization_id, name)
    except RunFailure as failure:
        raise PressrunError(Code.NOT_FOUND, Problem(failure.message, {"field": "model"})) from failure


def first_calls(model: Model, ours: Mapping[str, BuiltIn], messages: Sequence[Message]) -> tuple[ToolCall, ...]:
    """What is run before the model is asked: the embedded one calls nothing, so graphs are asked what the user asks."""
    if model.kind != "local":
        return ()
    asked = next((message.text for message in reversed(messages) if message.role == "user"), "")
    arguments = json.dumps({"question": asked})
    return tuple(
        ToolCall(f"call_{name}", name, arguments) for name, one in ours.items() if isinstance(one, GraphTool) and asked
    )


def _name(wish: GraphWish | AgentWish | ModelWish) -> str:
    match wish:
        case AgentWish():
            return f"run_{word_of(wish.application_id)}"
        case ModelWish():
            return f"ask_{word_of(wish.model)}"
        case _:
            return "ask_knowledge_graph"


async def _built_in(
    system: System, key: Key, name: str, wish: GraphWish | AgentWish | ModelWish, books: Books, model: Model
) -> BuiltIn:
    provider = system.catalog.provider_for(key.organization_id)
    match wish:
        case AgentWish():
            agent, definition = await system.deployed.find(key.organization_id, wish.application_id)
            calls = books.of(agent.id)
            context = GraphContext(system.knowledge, system.catalog, key.organization_id)
            return AgentTool(
                name,
                agent,
                definition,
                wish.description,
                provider=provider,
                calls=calls,
                clock=time.monotonic,
                attachments=system.attachments,
                context=context,
            )
        case ModelWish():
            await model_named(system, key, wish.model)
            counted = CountedProvider(provider, "llm", books.of(), time.monotonic)
            return ModelTool(name, wish.model, wish.description, counted)
        case GraphWish():
            counted = CountedProvider(provider, "graph", books.of(QUESTIONS), time.monotonic)
            return GraphTool(name, wish.description, await _asking(system, key, wish, model, counted))


async def _asking(
    system: System, key: Key, wish: GraphWish, model: Model, provider: Provider
) -> Callable[[str], Awaitable[GraphAnswer]]:
    """Asks the graphs of a tool, and the chat's own model to answer from what they hold."""
    if not key.allows(Scope.GRAPHS_READ):
        raise PressrunError(Code.FORBIDDEN, f"a tool of type graph needs the scope {Scope.GRAPHS_READ}")
    organization_id = key.organization_id

    async def there_are(tx: Transaction) -> None:
        for graph_id in wish.graph_ids:
            await graphs.find(tx, organization_id, graph_id)

    await system.store.read(there_are)
    tokens = passage_tokens(model, await system.catalog.terms_of(model))

    async def asked(question: str) -> GraphAnswer:
        about = GraphQuestion(wish.graph_ids, question, wish.subqueries, wish.config, model.name, tokens)
        return await ask(system.knowledge, provider, organization_id, about)

    return asked
