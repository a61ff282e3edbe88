"""Every command of docs/batches.md, word for word, one after the other, against a server."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pressrun.cli.main import build
from tests.live_server import LiveServer, live_server

ROOT = Path(__file__).parents[2]
COMMANDS = [
    line
    for block in re.findall(r"```\n(.*?)```", (ROOT / "docs" / "batches.md").read_text(), re.DOTALL)
    for line in block.splitlines()
    if line.startswith("pressrun ")
]
IN_VAIN = ("--sample", "watch", "retry", "correct")
"""What ends with 1 here: nobody is there to ask after the sample, so the batch waits; and no row has failed."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server whose default model gives back what it is asked."""
    data_dir = tmp_path / "data"
    with live_server(data_dir, f"sqlite:///{data_dir / 'pressrun.db'}") as running:
        running.request("POST", "/v1/models/scripted/default")
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader of the page is: in a checkout, with a file of rows."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "examples" / "products.csv", tmp_path / "products.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_says_what_works(server: LiveServer, folder: Path) -> None:
    """In its order, but the agent first."""

    def run(line: str) -> Result:
        settings = {"PRESSRUN_DATA_DIR": str(server.data_dir)}
        return CliRunner().invoke(build(), shlex.split(line)[1:], env=settings, catch_exceptions=False)

    def newest() -> str:
        return str(json.loads(run("pressrun batches list --json").stdout)["result"][0]["id"])

    assert len(COMMANDS) > 12
    first = [line for line in COMMANDS if " agents apply " in line]
    for line in first + [line for line in COMMANDS if line not in first]:
        if line == "pressrun batches delete BATCH":
            run(f"pressrun batches watch {newest()}")  # only what has ended can be deleted
            line += " --yes"  # noqa: PLW2901 - there is no terminal to ask on
        done = run(re.sub(r"\bBATCH\b", newest(), line) if "BATCH" in line else line)
        allowed = {0, 1} if any(word in line for word in IN_VAIN) else {0}
        assert done.exit_code in allowed, f"{line}: {done.stderr}"
    assert (folder / "results.csv").read_text("utf-8-sig").startswith("SKU,Product name,Tone,")
    assert (folder / "results.xlsx").read_bytes().startswith(b"PK")
