"""F54: the description is taken at its word by somebody who tries everything: no fault of the server's, no surprise.

`FUZZ_S=600 python -m pytest tests/security/test_f54_schemathesis.py` goes on for longer.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest

from pressrun.organizations import keys
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from pressrun.system import System
from tests.api.chats import scripted
from tests.api.client import Client
from tests.api.samples import create, deploy
from tests.security.api_process import api_process

ROOT = Path(__file__).parents[2]
FUZZ_S = int(os.environ.get("FUZZ_S", "30"))
"""Seconds of a pass."""

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
WITHOUT_MODELS = ("--exclude-path-regex", "/test$|/chat|/completions$")
"""What asks models is not for passes that know none: they may be anywhere."""

PARTS = (
    "^/v1/applications",
    "^/v1/(batches|files|graphs|jobs|models)",
    "^/v1/(audit|keys|limits|overview|people|session|system|usage|webhooks)",
)
"""A pass over all of them has 5,000 calls and takes two minutes: each commit has one, `FUZZ_S` from 300 on all."""


def coverage() -> tuple[str, ...]:
    """The operations of a part, each with every way to be wrong that its description tells of."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    part = ".*" if FUZZ_S >= 300 else PARTS[crc32(done.stdout) % len(PARTS)]
    return ("--phases", "coverage", "--include-path-regex", part, *WITHOUT_MODELS)


STATEFUL = ("--phases", "fuzzing,stateful", *WITHOUT_MODELS)
"""From nothing, following the links between operations."""

SEEDED = ("--phases", "fuzzing", "--include-path-regex", "_id|/limits|/audit", "--exclude-method", "DELETE")
"""On an agent and a job that are there, so that what is sent reaches what is behind the first look."""

CHATS = ("--phases", "coverage,fuzzing", "--include-path-regex", "/chat|/completions$|/graphs/(question|search)$")
"""With a model that is there, and answers."""

PASSES = {
    "coverage": ("sqlite", coverage(), 1.2),
    "stateful": ("sqlite", STATEFUL, 0.4),
    "seeded": ("postgres", SEEDED, 0.4),
    "chats": ("sqlite", CHATS, 0.4),
}
"""On which database, with which arguments, for how much of FUZZ_S."""


@pytest.mark.parametrize(("dialect", "name"), [(PASSES[name][0], name) for name in PASSES], indirect=["dialect"])
async def test_f54_no_server_error_and_nothing_undocumented(
    system: System, client: Client, tmp_path: Path, database_url: str, name: str
) -> None:
    _, arguments, share = PASSES[name]
    _, token = await system.store.write(lambda tx: keys.create(tx, FIRST, "fuzz", [Scope.ADMIN]))
    folder = tmp_path / "fuzz"
    folder.mkdir()
    if name == "chats":
        await scripted(client, "mine", {"answer": "a b"}, default=True)  # for calls that name no model
        (folder / "schemathesis.toml").write_text('[parameters]\n"body.model" = "scripted"\n')
    if name == "seeded":
        await deploy(client)
        job_id = await create(client, "a")
        parameters = f'[parameters]\n"path.application_id" = "echo"\n"path.job_id" = "{job_id}"\n'
        (folder / "schemathesis.toml").write_text(parameters)
    with api_process(tmp_path, database_url, log_level="warning", generate_timeout_s="30") as server:
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json", "--url", server.url),
            *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--no-color"),
            *("--max-time", str(round(FUZZ_S * share)), "--max-examples", "50", "--suppress-health-check", "all"),
            *(
                "--request-timeout",
                "60",
                "--continue-on-failure",
                "--warnings",
                "off",
                "--generation-database",
                "none",
                *arguments,
            ),
        ]
        done = subprocess.run(  # noqa: ASYNC221 - nothing else is to be done meanwhile
            command, cwd=folder, capture_output=True, text=True, timeout=FUZZ_S * 2 + 120, check=False
        )
        logged = server.log.read_text()
        assert server.process.poll() is None, logged
    print("\n".join(line for line in done.stdout.splitlines() if "generated" in line or "Scenarios" in line))
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "http.request_failed" not in logged
    tried = re.search(r"(\d+) generated", done.stdout)
    assert tried is not None, "nothing was tried in the time there was"
    assert int(tried[1]) > 0
