"""From the tools that a chat asks for to those that its model is offered, of which some are run here."""

import time

from pressrun.api.chat_answer import Books
from pressrun.api.chat_tools import AgentWish, GraphWish, ModelWish, Wish
from pressrun.chat.agent_tool import AgentTool, unlike, word_of
from pressrun.chat.counted_provider import CountedProvider
from pressrun.chat.model_tool import ModelTool
from pressrun.chat.tools import BuiltIn
from pressrun.errors import Code, PressrunError, Problem
from pressrun.models.provider import Tool
from pressrun.organizations.keys import Key
from pressrun.system import System


async def offers(
    system: System, key: Key, wishes: tuple[Wish, ...], books: Books
) -> tuple[tuple[Tool, ...], dict[str, BuiltIn]]:
    """The tools to offer, and those of them that are run here by name; their model calls go into `books`.

    Raises PressrunError for an agent or a graph that this key may not use.
    """
    theirs = {wish.name: wish for wish in wishes if isinstance(wish, Tool)}
    ours: dict[str, BuiltIn] = {}
    for wish in wishes:
        if isinstance(wish, Tool):
            continue
        name = unlike(_name(wish), {**theirs, **ours})
        ours[name] = await _built_in(system, key, name, wish, books)
    return (*theirs.values(), *(one.tool for one in ours.values())), ours


def _name(wish: GraphWish | AgentWish | ModelWish) -> str:
    match wish:
        case AgentWish():
            return f"run_{word_of(wish.application_id)}"
        case ModelWish():
            return f"ask_{word_of(wish.model)}"
        case _:
            return "ask_knowledge_graph"


async def _built_in(
    system: System, key: Key, name: str, wish: GraphWish | AgentWish | ModelWish, books: Books
) -> BuiltIn:
    provider = system.catalog.provider_for(key.organization_id)
    match wish:
        case AgentWish():
            agent, definition = await system.deployed.find(key.organization_id, wish.application_id)
            calls = books.of(agent.id)
            return AgentTool(
                name,
                agent,
                definition,
                wish.description,
                provider=provider,
                calls=calls,
                clock=time.monotonic,
                attachments=system.attachments,
            )
        case ModelWish():
            counted = CountedProvider(provider, "llm", books.of(), time.monotonic)
            return ModelTool(name, wish.model, wish.description, counted)
        case GraphWish():
            raise PressrunError(Code.INVALID, Problem("tools of type graph are not served yet", {"field": "tools"}))
