"""Agents that several tests use."""

from typing import Any

from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition


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
