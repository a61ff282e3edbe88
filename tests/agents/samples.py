"""Agents that several tests use, and how tests make and run them."""

import json
from collections.abc import Awaitable
from typing import Any

import pytest

from pressrun.agents.agent import Agent
from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.drafts import add_agent
from pressrun.agents.outcome import Call, Result
from pressrun.agents.stream import stream
from pressrun.agents.versions import deploy_agent
from pressrun.errors import Code, PressrunError
from pressrun.models.scripted import Scripted
from pressrun.store.store import Store, Transaction

ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
VALUES = {"Product name": ("Terra", "Aqua"), "Tone": ("friendly",)}
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def definition(**changes: Any) -> AgentDefinition:
    """A small agent with every kind of input, some of its top-level fields replaced."""
    data: dict[str, Any] = {
        "name": "Product copy",
        "inputs": [
            {"name": "Product name", "type": "text", "max_fields": 3},
            {"name": "Tone", "type": "dropdown", "options": ["friendly", "playful"]},
            {"name": "Notes", "type": "text", "required": False, "min_fields": 2, "max_fields": 2},
            {"name": "Brief", "type": "file", "required": False},
            {"name": "Photo", "type": "media", "required": False},
        ],
        "prompts": [
            {"name": "First", "prompt": "describe @Product name, @Tone"},
            {"name": "Second", "prompt": "shorten: @First", "model": "small", "temperature": 0.5},
        ],
        "output": {"title": "Copy", "template": "@First / @Second"},
    }
    return check({field: value for field, value in (data | changes).items() if value is not None})


async def added(store: Store, one: AgentDefinition | None = None, *, deploy: bool = False, **options: Any) -> Agent:
    async def work(tx: Transaction) -> Agent:
        agent = await add_agent(tx, "ours", one or definition(), **options)
        return await deploy_agent(tx, "ours", agent.id) if deploy else agent

    return await store.write(work)


async def refused(code: Code, doing: Awaitable[object]) -> str:
    with pytest.raises(PressrunError) as refusal:
        await doing
    assert refusal.value.code == code
    return str(refusal.value)


def script(*rules: dict[str, Any]) -> Scripted:
    return Scripted(json.dumps(rules).encode())


def with_schema(**prompt: Any) -> AgentDefinition:
    only = {"name": "p", "prompt": "@Tone", "json_schema": SCHEMA}
    return definition(prompts=[only | prompt], output=None)


def one_list_agent() -> AgentDefinition:
    inputs = [
        {"name": "Product name", "type": "text", "max_fields": 50},
        {"name": "Tone", "type": "dropdown", "options": ["friendly"]},
    ]
    return definition(inputs=inputs)


async def heard(
    agent: AgentDefinition, provider: Scripted, calls: list[Call], **options: Any
) -> tuple[str, Result | None]:
    text, result = "", None
    async for piece in stream(agent, VALUES, provider, calls, **options):
        assert result is None
        if isinstance(piece, Result):
            result = piece
        else:
            text += piece
    return text, result
