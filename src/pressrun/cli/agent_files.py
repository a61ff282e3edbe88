"""Agents as files: YAML or JSON, read here so that a fault carries the file's own line."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pressrun.agents import yaml_format
from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition, to_data
from pressrun.agents.names import slug
from pressrun.cli.failure import ExitCode, Failure
from pressrun.errors import Code, PressrunError

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class AgentFile:
    """A file and the agent in it, which always has an alias: by it the file finds its agent again."""

    name: str
    definition: AgentDefinition

    @property
    def alias(self) -> str:
        """The agent's alias."""
        assert self.definition.alias is not None
        return self.definition.alias


def read_agent_files(paths: Sequence[Path]) -> list[AgentFile]:
    """The agents in all files; raises Failure with every fault of every file, so that nothing is applied by halves."""
    files: dict[str, AgentFile] = {}
    faults: list[str] = []
    for path in paths:
        name = "standard input" if path == STDIN else str(path)
        try:
            file = AgentFile(name, _with_alias(_read(path)))
        except PressrunError as error:
            faults.extend(f"{name}: {problem.description}" for problem in error.problems)
            continue
        if file.alias in files:
            faults.append(f"{name}: {files[file.alias].name} has the same alias {file.alias!r}: give one another alias")
        files[file.alias] = file
    if faults:
        raise Failure(*faults, code=ExitCode.USAGE)
    return list(files.values())


def _read(path: Path) -> AgentDefinition:
    try:
        content = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise PressrunError(Code.INVALID, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PressrunError(Code.INVALID, f"is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    return _read_json(text) if path.suffix.lower() == ".json" else yaml_format.read(text)


def _read_json(text: str) -> AgentDefinition:
    """YAML's reader knows lines, but not all of JSON: tabs between values, or letters written as two escapes."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise PressrunError(
            Code.INVALID, f"line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        ) from None
    try:
        return check(data)
    except PressrunError:
        yaml_format.read(text.replace("\t", " "))  # says the same, with lines
        raise


def _with_alias(definition: AgentDefinition) -> AgentDefinition:
    if definition.alias is not None:
        return definition
    return check({**to_data(definition), "alias": slug(definition.name)})
