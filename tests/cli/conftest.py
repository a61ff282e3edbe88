"""One real server for all tests of the command line, answered by a script, and the command itself."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from typer.testing import CliRunner, Result

from pressrun.cli.main import build
from tests.live_server import LiveServer, live_server

SCRIPT = r"""
- match: explode
  fail: {status: 400, message: "the model exploded"}
- match: paint
  answer: "\e[31mred\e[0m \a"
- match: slowly
  delay_s: 600
"""

AGENT = """
name: Echo
alias: {alias}
inputs:
  - name: Topic
    type: text
    max_fields: 3
prompts:
  - name: Text
    prompt: "@Topic"
    model: scripted
"""


class Pressrun(Protocol):
    """Runs `pressrun` with arguments."""

    def __call__(self, *arguments: str, typed: str | bytes | None = None, **environment: str) -> Result: ...


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose `scripted` model follows SCRIPT."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "script.yaml").write_text(SCRIPT)
    environment = {"PRESSRUN_SCRIPT": str(folder / "script.yaml"), "PRESSRUN_GRACE_S": "0"}
    database_url = f"sqlite:///{folder / 'data' / 'pressrun.db'}"
    with live_server(folder / "data", database_url, environment=environment) as running:
        yield running


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pressrun:
    """The command on a machine where nothing is set and no server runs."""
    monkeypatch.chdir(tmp_path)
    data_dir = tmp_path / "data"

    def run(*arguments: str, typed: str | bytes | None = None, **environment: str) -> Result:
        settings = {"PRESSRUN_DATA_DIR": str(data_dir), "PRESSRUN_PORT": "1", **environment}
        return CliRunner().invoke(build(), list(arguments), input=typed, env=settings, catch_exceptions=False)

    return run


@pytest.fixture
def pressrun(alone: Pressrun, server: LiveServer) -> Pressrun:
    """The command on the server's machine, which needs no set-up."""

    def run(*arguments: str, typed: str | bytes | None = None, **environment: str) -> Result:
        return alone(*arguments, typed=typed, PRESSRUN_DATA_DIR=str(server.data_dir), **environment)

    return run


@pytest.fixture
def alias() -> str:
    """A name that no agent has."""
    return f"echo-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def agent_file(alias: str, tmp_path: Path) -> Path:
    """An agent as a file."""
    path = tmp_path / "agent.yaml"
    path.write_text(AGENT.format(alias=alias))
    return path


@pytest.fixture
def agent(pressrun: Pressrun, agent_file: Path, alias: str) -> str:
    """A deployed agent that writes what its model makes of the topic; its alias."""
    assert pressrun("agents", "apply", str(agent_file), "--deploy").exit_code == 0
    return alias
