"""S-18: secrets at rest are sealed under a key outside the database, which may be changed while work goes on."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiohttp import web

from pressrun.models.key_file import load_keys, replace_keys
from tests.live_server import LiveServer, live_server
from tests.mock_model import MockModel, mock_model, seal
from tests.raw_sql import fetch
from tests.worker.test_processes import AGENT, create, unfinished, wait_for

CANARY = "sk-CANARY-0f1e2d3c4b5a"
FEW = 20
ENDS_S = 60
FRESH_S = 1.5
"""Longer than a worker goes by what it read of models before."""


class Checking(MockModel):
    """A provider that answers to one key alone."""

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get("authorization") != f"Bearer {CANARY}":
            return web.json_response({"error": {"message": "who are you?"}}, status=401)
        return await super().answer(request)


def deploy(server: LiveServer, mock: MockModel) -> str:
    server.request("POST", "/v1/models", {"name": "mock", "base_url": mock.base_url, "api_key": CANARY})
    server.request("POST", "/v1/applications", AGENT)
    server.request("POST", "/v1/applications/sealed/deploy")
    return str(server.request("POST", "/v1/webhooks", {"url": "https://hooks.example.com/"})["secret"])


@contextlib.contextmanager
def creating(server: LiveServer) -> Iterator[dict[str, str]]:
    """Jobs, one after the other, all the while; their nonces by id."""
    jobs: dict[str, str] = {}
    enough = threading.Event()

    def create_on() -> None:
        while not enough.is_set():
            nonce = f"n-{len(jobs)}"
            jobs[create(server, nonce)] = nonce

    with ThreadPoolExecutor(1) as thread:
        created = thread.submit(create_on)
        try:
            yield jobs
        finally:
            enough.set()
        created.result()


def shown_in(folder: Path, *secrets: str) -> list[Path]:
    """The files that hold one of these texts: database, log, backup, sockets' names, whatever there is."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and any(one.encode() in path.read_bytes() for one in secrets):
                found.append(path)
    return found


def pressrun(server: LiveServer, *arguments: str) -> "subprocess.CompletedProcess[str]":
    place = ["--data-dir", str(server.data_dir), "--database-url", server.database_url]
    command = [sys.executable, "-m", "pressrun", *arguments, *place]
    where = server.data_dir.parent
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=where, timeout=ENDS_S)


async def test_s18_the_key_is_changed_under_load_and_nothing_shows_what_it_seals(
    database_url: str, tmp_path: Path
) -> None:
    with (
        mock_model(lambda _nonce, _serial: 0.05, Checking) as mock,
        live_server(tmp_path / "data", database_url, arguments=("--concurrency", "5")) as server,
    ):
        secret = deploy(server, mock)
        key_file = server.data_dir / "secret.key"
        (former,) = load_keys(key_file)
        with creating(server) as jobs:
            wait_for(lambda: len(mock.calls) > FEW, "jobs run")
            changed = pressrun(server, "secret-key", "rotate", "--yes", "--json")
            assert (changed.returncode, json.loads(changed.stdout or "{}")) == (0, {"resealed": 2}), changed.stderr
            assert len(load_keys(key_file)) == 2
            gone = pressrun(server, "secret-key", "forget", "--yes", "--json")
            assert json.loads(gone.stdout) == {"forgotten": 1}, gone.stderr
            assert former not in load_keys(key_file)
            before, began = len(mock.calls), time.monotonic()
            wait_for(lambda: len(mock.calls) > before + FEW and time.monotonic() > began + FRESH_S, "jobs run on")
        wait_for(lambda: unfinished(server) == 0, "all jobs end")
        for job_id, nonce in jobs.items():
            job = server.request("GET", f"/v1/applications/jobs/{job_id}")
            assert seal(nonce) in job["data"]["suggestion"], job
        backup = pressrun(server, "backup", str(tmp_path / "all.backup"))
        assert backup.returncode == 0, backup.stderr
        assert shown_in(tmp_path, CANARY, secret.removeprefix("whsec_")) == []
    lines = await fetch(database_url, "SELECT data FROM audit_log WHERE action = 'secret_key.changed'")
    assert [json.loads(data) for (data,) in lines] == [{"resealed": 2}]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s18_a_server_without_the_key_says_so_and_does_not_start(database_url: str, tmp_path: Path) -> None:
    with (
        mock_model(lambda _nonce, _serial: 0.0) as mock,
        live_server(tmp_path / "data", database_url) as server,
    ):
        deploy(server, mock)
    key_file = tmp_path / "data" / "secret.key"
    (right,) = load_keys(key_file)
    replace_keys(key_file, [bytes(32)])
    refused = pressrun(server, "serve", "--port", "0")
    assert refused.returncode == 1
    assert f"{key_file} does not hold the key that opens the API key of model 'mock', the secret of" in refused.stderr
    assert "secret-key discard" in refused.stderr
    assert pressrun(server, "secret-key", "reseal").returncode == 1
    replace_keys(key_file, [bytes(32), right])
    assert pressrun(server, "secret-key", "forget", "--yes").returncode == 0, "it seals anew what is left"
    assert pressrun(server, "secret-key", "reseal").returncode == 0, "nothing is under the key that is gone"
    replace_keys(key_file, [b"x" * 32])
    lost = pressrun(server, "secret-key", "discard", "--yes", "--json")
    assert len(json.loads(lost.stdout)["discarded"]) == 2
    assert pressrun(server, "secret-key", "reseal", "--json").stdout.split() == ["{", '"resealed":', "0", "}"]
    assert await fetch(database_url, "SELECT count(*) FROM models WHERE api_key_sealed IS NOT NULL") == [(0,)]
