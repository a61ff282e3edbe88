"""The tools of a chat as a request names them: functions of the caller's, and tools that Pressrun runs itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pressrun.api.graph_wire import config_of, graph_ids_of
from pressrun.api.json_body import Fields, json_type
from pressrun.errors import Problem
from pressrun.knowledge.answers import QueryConfig
from pressrun.models.provider import Tool

MOST_TOOLS = 128
MOST_FILES = 20
LONGEST_NAME = 200
NOT_HERE = ("translation", "web_search")
"""Tools of Writer's that have no counterpart here."""


@dataclass(frozen=True, slots=True)
class GraphWish:
    """A tool that asks Knowledge Graphs."""

    graph_ids: tuple[str, ...]
    subqueries: bool
    description: str
    config: QueryConfig


@dataclass(frozen=True, slots=True)
class AgentWish:
    """A tool that runs an agent, named by its id or alias."""

    application_id: str
    description: str


@dataclass(frozen=True, slots=True)
class ModelWish:
    """A tool that asks a model."""

    model: str
    description: str


@dataclass(frozen=True, slots=True)
class VisionWish:
    """Files that messages speak of as `{{name}}`, pairs of name and file id; the model is shown them at once."""

    variables: tuple[tuple[str, str], ...]


Wish = Tool | GraphWish | AgentWish | ModelWish | VisionWish


def read_tools(given: object, problems: list[Problem]) -> tuple[Wish, ...]:
    """What stood under "tools"; what is wrong with it is put onto `problems`."""
    if given is None:
        return ()
    if not isinstance(given, list):
        problems.append(_fault("tools", f"must be a list, not {json_type(given)}"))
        return ()
    if len(given) > MOST_TOOLS:
        problems.append(_fault("tools", f"must not hold more than {MOST_TOOLS} tools"))
        return ()
    read = [_tool(f"tools[{number}]", one, problems) for number, one in enumerate(given)]
    wishes = tuple(one for one in read if one is not None)
    names = [one.name for one in wishes if isinstance(one, Tool)]
    problems += [
        _fault("tools", f"name the function {one!r} twice") for one in dict.fromkeys(names) if names.count(one) > 1
    ]
    return wishes


def _tool(where: str, given: Any, problems: list[Problem]) -> Wish | None:
    match given:
        case {"type": "function", "function": {"name": str(name), **more}} if 0 < len(name) <= LONGEST_NAME:
            parameters = more.get("parameters")
            return Tool(name, _text(more, "description"), parameters if isinstance(parameters, dict) else None)
        case {"type": "graph", "function": {"graph_ids": _}}:
            return _graph(where, given["function"], problems)
        case {"type": "application", "function": {"application_id": str(application_id), **more}}:
            return AgentWish(application_id, _text(more, "description"))
        case {"type": "vision", "function": {"variables": [*variables]}}:
            return _vision(where, variables, problems)
        case {"type": "llm", "function": {"model": str(model), **more}}:
            return ModelWish(model, _text(more, "description"))
        case {"type": str(kind)} if kind in NOT_HERE:
            what = f"is a tool of type {kind}, which is not supported here"
        case _:
            what = (
                'must be {"type": "function", "function": {"name": …}}, or of type graph (with graph_ids), application'
                " (with application_id), llm (with model) or vision (with variables)"
            )
    problems.append(_fault(where, what))
    return None


def _graph(where: str, function: dict[str, Any], problems: list[Problem]) -> GraphWish:
    fields = Fields(function)
    wish = GraphWish(
        graph_ids_of(fields),
        fields.take("subqueries", bool, "true or false", default=False),
        fields.take("description", str, "a string", ""),
        config_of(fields),
    )
    problems += [_fault(where, f"is wrong: {problem.description}") for problem in fields.problems]
    return wish


def _vision(where: str, variables: list[Any], problems: list[Problem]) -> VisionWish:
    named: list[tuple[str, str]] = []
    if len(variables) > MOST_FILES:
        problems.append(_fault(where, f"must not name more than {MOST_FILES} files"))
    for one in variables:
        match one:
            case {"name": str(name), "file_id": str(file_id)} if name:
                named.append((name, file_id))
            case _:
                problems.append(_fault(where, 'is wrong: each of its variables must be {"name": …, "file_id": …}'))
    return VisionWish(tuple(named))


def read_tool_choice(given: object, problems: list[Problem]) -> Any:
    """Which tool the model is to call, as OpenAI writes it; Writer puts it into {"value": …}. None: as it likes."""
    choice = given.get("value") if isinstance(given, dict) and "value" in given else given
    match choice:
        case None:
            return None
        case "none" | "auto" | "required":
            return choice
        case {"type": "function", "function": {"name": str(name)}}:
            return {"type": "function", "function": {"name": name}}
    problems.append(
        _fault("tool_choice", 'must be "none", "auto", "required" or {"type": "function", "function": {"name": …}}')
    )
    return None


def _text(given: Mapping[Any, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else ""


def _fault(where: str, what: str) -> Problem:
    return Problem(f"{where} {what}", {"field": where})
