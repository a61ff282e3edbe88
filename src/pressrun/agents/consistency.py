"""The rules that concern several parts of a definition at once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pressrun.agents.faults import Fault, Path
from pressrun.agents.names import fold
from pressrun.agents.references import Reference, Template

if TYPE_CHECKING:
    from pressrun.agents.definition import AgentDefinition


DEFAULT_REASKS = 2
"""How often an answer that does not fit its schema is asked for again, unless the prompt says otherwise."""


def faults(definition: "AgentDefinition", *, stored: bool = False) -> Iterator[Fault]:
    """Every broken rule; nothing for a definition that can be run, or was `stored` as one."""
    twice = list(_names_used_twice(definition))
    yield from twice
    if not twice:  # an ambiguous name would be reported a second time wherever it is referred to
        yield from _references_forward(definition)
    if not stored:
        yield from _schemas(definition)
    yield from _models(definition)
    yield from _graphs(definition)
    yield from _fan_out(definition)


def _names_used_twice(definition: "AgentDefinition") -> Iterator[Fault]:
    seen: dict[str, str] = {}
    named: list[tuple[Path, str]] = [(("inputs", i, "name"), one.name) for i, one in enumerate(definition.inputs)]
    named += [(("prompts", i, "name"), one.name) for i, one in enumerate(definition.prompts)]
    for path, name in named:
        first = seen.setdefault(fold(name), f"{path[0]}[{path[1]}]")
        if first != f"{path[0]}[{path[1]}]":
            message = f"is the name of {first} already (case, spaces and underscores do not count): choose another"
            yield Fault(path, message, name)


def _references_forward(definition: "AgentDefinition") -> Iterator[Fault]:
    places = {prompt.name: index for index, prompt in enumerate(definition.prompts)}
    for index, (system, prompt) in enumerate(definition.prompt_templates):
        for field, template in (("system", system), ("prompt", prompt)):
            for name in _prompts_in(template):
                if places[name] == index:
                    message = f"refers to its own result: remove the reference to {name!r}"
                    yield Fault(("prompts", index, field), message, name)
                elif places[name] > index:
                    message = f"refers to {name!r}, which comes later: move {name!r} above this prompt"
                    yield Fault(("prompts", index, field), message, name)


def _prompts_in(template: Template) -> list[str]:
    names = (piece.name for piece in template if isinstance(piece, Reference) and piece.kind == "prompt")
    return list(dict.fromkeys(names))


def _schemas(definition: "AgentDefinition") -> Iterator[Fault]:
    for index, prompt in enumerate(definition.prompts):
        if prompt.json_schema is not None:
            from pressrun.agents.schemas import faults_of  # noqa: PLC0415 - slow to import, and few agents need it

            for message in faults_of(prompt.json_schema):
                yield Fault(("prompts", index, "json_schema"), message)


def _models(definition: "AgentDefinition") -> Iterator[Fault]:
    for index, prompt in enumerate(definition.prompts):
        if prompt.models and prompt.model is not None:
            yield Fault(("prompts", index, "models"), "cannot stand beside `model`: put that one first in the list")
        if len(set(prompt.models)) < len(prompt.models):
            yield Fault(("prompts", index, "models"), "names a model twice: it would be asked twice in vain")
        if prompt.on_invalid.retries != DEFAULT_REASKS and prompt.json_schema is None:
            yield Fault(("prompts", index, "on_invalid"), "needs a json_schema: without one every answer is valid")


def _graphs(definition: "AgentDefinition") -> Iterator[Fault]:
    for index, graph_id in enumerate(definition.graphs):
        if graph_id in definition.graphs[:index]:
            yield Fault(("graphs", index), "names a graph twice: leave one out", graph_id)


def _fan_out(definition: "AgentDefinition") -> Iterator[Fault]:
    if definition.settings.fan_out and len(definition.fan_out_inputs) != 1:
        message = (
            f"needs exactly one text input with max_fields above 1, and there are {len(definition.fan_out_inputs)}"
        )
        yield Fault(("settings", "fan_out"), message, value=True)
