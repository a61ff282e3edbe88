"""Agents as YAML files: read with line, field and fix for every fault, written so that it reads back the same."""

from typing import Any

import yaml

from pressrun.agents.check import Place, faults_in, problems
from pressrun.agents.definition import MAX_DEFINITION_BYTES, AgentDefinition, to_data
from pressrun.agents.faults import Path
from pressrun.agents.yaml_nodes import Data, Refused, data_of, document
from pressrun.errors import Code, PressrunError, Problem

WIDTH = 1_000_000
"""Columns before the writer would fold a line: never, as folding is a change a person did not make."""


def read(text: str) -> AgentDefinition:
    """The agent in a YAML document; raises PressrunError (invalid), one problem a fault, in the order of the file."""
    if len(text) > MAX_DEFINITION_BYTES:
        raise PressrunError(Code.INVALID, f"the file must not be larger than {MAX_DEFINITION_BYTES // 2**20} MiB")
    try:
        node = document(text)
    except Refused as refused:
        raise PressrunError(Code.INVALID, _at(refused)) from None
    found = data_of(node)
    return _definition(found)


def write(definition: AgentDefinition) -> str:
    """The definition as YAML, fields in their usual order, defaults left out, long texts as blocks."""
    data = to_data(definition)
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def _definition(found: Data) -> AgentDefinition:
    def where(path: Path, *, name: bool = False) -> Place | None:
        place = found.keys.get(path) if name else None
        return place or found.places.get(path) or (where(path[:-1]) if path else None)

    outcome = faults_in(found.value, where)
    if isinstance(outcome, AgentDefinition) and not found.refused:
        return outcome
    faulty = [] if isinstance(outcome, AgentDefinition) else problems(outcome, where)
    everything = [*(_at(refused) for refused in found.refused), *faulty]
    everything.sort(key=lambda problem: (problem.extras.get("line", 0), problem.extras.get("column", 0)))
    raise PressrunError(Code.INVALID, everything)


def _at(refused: Refused) -> Problem:
    extras = {"line": refused.line, "column": refused.column}
    return Problem(f"line {refused.line}, column {refused.column}: {refused.message}", extras)


class _Dumper(yaml.SafeDumper):
    """Prints a text as a block where a block can hold it without change."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - its signature
        return super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - its signature
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if any(_breaks_a_line_elsewhere(letter) for letter in text):
        style = '"'
    elif "\n" in text:
        style = "|" if _fits_a_block(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _breaks_a_line_elsewhere(letter: str) -> bool:
    """Whether YAML takes the letter for a line break, a mark or nothing printable, so that it must be escaped."""
    return letter in "\x85\u2028\u2029\ufeff" or (letter < " " and letter != "\n") or "\x7f" <= letter <= "\x9f"


def _fits_a_block(text: str) -> bool:
    lines = text.split("\n")
    return bool(lines[0].strip()) and text[0] != " " and all(line == line.rstrip(" ") for line in lines)


_Dumper.add_representer(str, _text)
