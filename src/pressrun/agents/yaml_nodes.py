"""A YAML document as plain data that remembers where each part stood."""

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pressrun.agents.check import MAX_DEPTH, Place
from pressrun.agents.faults import Path

_TAG = "tag:yaml.org,2002:"
_PLAIN = {_TAG + kind for kind in ("str", "int", "float", "bool", "null")}

_TEXT_HERE = {_TAG + kind for kind in ("timestamp", "value", "merge")}
"""What YAML 1.1 gives a meaning and an agent does not: a date, `=` and `<<` are text as written."""


class Refused(Exception):  # noqa: N818 - becomes a problem, is never seen as an exception
    """Something in the file that is not a definition in YAML, at a line and column counted from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        self.line = line
        self.column = column
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Data:
    """The value of a document, the places of its parts and of their names by path, and what had to be left out."""

    value: Any
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)


def document(text: str) -> Node:
    """The one document in the text; raises Refused when there is none, or it is not YAML, or not plain."""
    loader = None
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.reader.ReaderError as error:
        raise _unprintable(text, error) from None
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from None
    finally:
        if loader is not None:
            loader.dispose()
    if node is None:
        raise Refused(1, 1, "the file is empty: begin with `name: My agent`")
    return node


def data_of(node: Node) -> Data:
    """The document as plain data. What cannot be data is left out and listed in `refused`."""
    loader = _Loader("")
    data = Data(None)
    value = _value(node, (), data, loader)
    return Data(value, data.places, data.keys, data.refused)


class _Loader(yaml.SafeLoader):
    """Refuses what lets a small file stand for a huge one: aliases, and nesting without end."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _marked("aliases (*name) are not allowed: write the value out", event)
        if getattr(event, "anchor", None) is not None:
            raise _marked(
                "anchors (&name) are not allowed: write the value out, or in quotes if it begins with &", event
            )
        if self.depth > MAX_DEPTH:
            raise _marked(f"nested more than {MAX_DEPTH} deep", event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def _marked(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    mark = event.start_mark
    assert mark is None or isinstance(mark, yaml.Mark)
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _value(node: Node, path: Path, data: Data, loader: _Loader) -> Any:
    source = node.value if isinstance(node, ScalarNode) and node.style is None else None
    data.places.setdefault(path, Place(node.start_mark.line + 1, node.start_mark.column + 1, source))
    if isinstance(node, MappingNode):
        return _mapping(node, path, data, loader)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, index), data, loader) for index, item in enumerate(node.value)]
    return _scalar(node, data, loader)


def _mapping(node: MappingNode, path: Path, data: Data, loader: _Loader) -> dict[str, Any]:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = _key(key_node, data)
        if key is None:
            continue
        line = key_node.start_mark.line + 1
        if key in values:
            message = f"`{_short(key)}` is given twice (first on line {lines[key]}): remove one"
            data.refused.append(_refused(key_node, message))
            continue
        lines[key] = line
        here = (*path, key)
        data.keys[here] = Place(line, key_node.start_mark.column + 1)
        values[key] = _value(value_node, here, data, loader)
    return values


def _key(node: Node, data: Data) -> str | None:
    if isinstance(node, ScalarNode) and node.tag == _TAG + "str":
        return str(node.value)
    shown = f" (got {_short(node.value)}): put it in quotes" if isinstance(node, ScalarNode) else ""
    data.refused.append(_refused(node, f"field names must be text{shown}"))
    return None


def _scalar(node: Node, data: Data, loader: _Loader) -> Any:
    if node.tag in _TEXT_HERE:
        return str(node.value)
    if node.tag not in _PLAIN:
        data.refused.append(_refused(node, f"{node.tag.removeprefix(_TAG)} is not plain YAML: put the text in quotes"))
        return str(node.value)
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError, LookupError):
        data.refused.append(_refused(node, f"{_short(node.value)} cannot be read: put it in quotes if it is text"))
        return None


def _refused(node: Node, message: str) -> Refused:
    return Refused(node.start_mark.line + 1, node.start_mark.column + 1, message)


def _unprintable(text: str, error: yaml.reader.ReaderError) -> Refused:
    position = error.position if isinstance(error.position, int) else 0
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    code = error.character if isinstance(error.character, int) else ord(str(error.character))
    return Refused(
        line, column, f'the character U+{code:04X} cannot stand in YAML: write it as "\\u{code:04x}" in quotes'
    )


def _syntax(error: yaml.MarkedYAMLError) -> Refused:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem = error.problem or "not YAML"
    fixes = {
        "found character '\\t' that cannot start any token": "a tab cannot indent YAML: use spaces",
        "expected a single document in the stream": "there must be one agent in a file: remove what follows `---`",
        "but found another document": "there must be one agent in a file: remove what follows `---`",
        "mapping values are not allowed here": "a colon here makes no sense to YAML: put the text before it in quotes",
        "found character '@' that cannot start any token": "text that begins with @ must stand in quotes",
        "found character '`' that cannot start any token": "text that begins with a backquote must stand in quotes",
    }
    return Refused(line, column, fixes.get(problem) or _in_words(problem, error.context))


def _in_words(problem: str, context: str | None) -> str:
    known = ("aliases", "anchors", "nested more")
    return problem if problem.startswith(known) else f"this is not YAML: {problem}{f' {context}' if context else ''}"


def _short(text: object) -> str:
    shown = str(text)
    return shown if len(shown) <= 60 else shown[:60] + "…"
