"""S-19: secrets and texts stay where they belong, even when everything is logged and everything goes wrong."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from tests.live_server import LiveServer, live_server
from tests.mock_model import MockModel, mock_model

PROVIDER_KEY = "CANARY-provider-0b7e3f19"
WRONG_KEY = "pr_live_CANARY-caller-5c1d"
INPUT = "CANARY-input-77aa"
PROMPT = "CANARY-prompt-31bc"
FILE = "CANARY-file-9c02"
CHAT = "CANARY-chat-e41d"
QUESTION = "CANARY-question-58fa"
TEXTS = (INPUT, PROMPT, FILE, CHAT, QUESTION)
ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\nforged: line"

AGENT = {
    "name": "Canary",
    "alias": "canary",
    "inputs": [{"name": "Text", "type": "text"}],
    "prompts": [{"name": "say", "model": "outside", "prompt": PROMPT + " @Text"}],
}


@dataclass
class Indiscreet(MockModel):
    """Refuses every call and repeats what it was sent, key and all."""

    async def answer(self, request: web.Request) -> web.Response:
        said = f"wrong key {request.headers['authorization']}{ESCAPES}"
        return web.json_response({"error": {"message": said, "code": "invalid_api_key"}}, status=401)


@dataclass(frozen=True)
class Run:
    """A server at its most talkative, after everything that could make it talk."""

    server: LiveServer
    answers: str
    job_error: str
    webhook_secret: str


def provoke_knowledge(server: LiveServer) -> None:
    """A file with text, in a graph; a chat and questions about it, which the model refuses."""
    sent = {"Content-Type": "text/plain", "Content-Disposition": "attachment; filename=canary.txt"}
    file_id = server.request("POST", "/v1/files", f"{FILE} stands in it", **sent)["id"]
    graph = server.request("POST", "/v1/graphs", {"name": "Canary"})["id"]
    server.request("POST", f"/v1/graphs/{graph}/file", {"file_id": file_id})
    job_id = server.request("GET", f"/v1/files/{file_id}")["job_id"]
    assert server.request("GET", f"/v1/applications/jobs/{job_id}?wait=30")["status"] == "completed"
    assert FILE in json.dumps(server.request("POST", "/v1/graphs/search", {"graph_ids": [graph], "query": FILE}))
    message = {"role": "user", "content": CHAT}
    for path, body in (
        ("/v1/chat", {"model": "outside", "messages": [message]}),
        ("/v1/chat", {"model": "outside", "messages": [message], "stream": True}),
        ("/v1/completions", {"model": "outside", "prompt": CHAT}),
        ("/v1/graphs/question", {"graph_ids": [graph], "question": QUESTION}),
    ):
        with pytest.raises((urllib.error.HTTPError, ValueError)) as refusal:  # a stream that has begun is no JSON
            server.request("POST", path, body)
        if isinstance(refusal.value, urllib.error.HTTPError):
            refusal.value.close()


def provoke(server: LiveServer, base_url: str) -> tuple[str, str]:
    """Jobs that fail, keys that are wrong, bodies that are none; what callers saw of it, and a job's error."""
    seen = []
    server.request("POST", "/v1/models", {"name": "outside", "base_url": base_url, "api_key": PROVIDER_KEY})
    made = server.request("POST", "/v1/applications", AGENT)
    server.request("POST", f"/v1/applications/{made['id']}/deploy")
    values = {"inputs": [{"id": "Text", "value": [INPUT]}]}
    job = server.request("POST", "/v1/applications/canary/jobs", values)
    done = server.request("GET", f"/v1/applications/jobs/{job['id']}?wait=30")
    timeline = server.request("GET", f"/v1/applications/jobs/{job['id']}/events")
    seen += [json.dumps(done["error"]), json.dumps(timeline)]
    for method, path, body, headers in (
        ("POST", "/v1/applications/canary", values, {}),
        ("POST", "/v1/models/outside/test", None, {}),
        ("GET", "/v1/models", None, {"Authorization": f"Bearer {WRONG_KEY}"}),
        ("GET", f"/v1/applications/{'x' * 50}%0d%0aforged:%20line%1b%5b2J", None, {}),
        ("POST", "/v1/keys", {"name": ESCAPES}, {}),
        ("POST", "/v1/models", {"name": "outside", "base_url": base_url, "api_key": PROVIDER_KEY}, {}),
        ("POST", "/v1/applications/canary/jobs", {"inputs": [{"id": "Wrong", "value": [INPUT]}]}, {}),
    ):
        with pytest.raises(urllib.error.HTTPError) as refusal:
            server.request(method, path, body, **headers)
        seen.append(refusal.value.read().decode())
        refusal.value.close()
    for path in ("/v1/models", "/v1/keys", "/v1/audit", "/v1/limits"):
        seen.append(json.dumps(server.request("GET", path)))
    return "\n".join(seen), str(done["error"])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Everything at debug level."""
    folder = tmp_path_factory.mktemp("canary")
    url = f"sqlite:///{folder / 'data' / 'pressrun.db'}"
    environment = {"PRESSRUN_LOG_LEVEL": "debug", "PRESSRUN_GRACE_S": "0"}
    with (
        mock_model(lambda _nonce, _serial: 0.0, kind=Indiscreet) as provider,
        live_server(folder / "data", url, environment=environment) as server,
    ):
        answers, job_error = provoke(server, provider.base_url)
        server.request("POST", "/v1/models/outside/default")
        provoke_knowledge(server)
        # Nobody is there: it is tried, and its failure told.
        hook = server.request("POST", "/v1/webhooks", {"url": "http://192.0.2.1.invalid/"})
        server.request("POST", f"/v1/webhooks/{hook['id']}/test")
        yield Run(server, answers, job_error, hook["secret"])


def test_s19_the_log_holds_no_secret_and_no_text_of_anybodys(run: Run) -> None:
    logged = run.server.log.read_text()
    assert logged.count("http.request") > 15, "it did log"
    for canary in (PROVIDER_KEY, WRONG_KEY, *TEXTS, run.server.api_key, run.webhook_secret):
        assert canary not in logged, canary


def test_s19_answers_hold_no_secret(run: Run) -> None:
    """Not even where the provider repeats it."""
    assert "***" in run.job_error
    for canary in (PROVIDER_KEY, WRONG_KEY, PROMPT, run.server.api_key):
        assert canary not in run.answers, canary


def test_s19_nothing_that_was_sent_commands_a_terminal_or_forges_a_line(run: Run) -> None:
    """One line is one JSON object, whatever is in it."""
    for line in run.server.log.read_text().splitlines():
        if line.startswith("{"):
            assert isinstance(json.loads(line), dict)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line), line
        assert not line.startswith("forged")
    assert "\x1b" not in run.job_error
    assert "\r" not in run.job_error


def test_s19_figures_hold_no_secret(run: Run) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own server
        run.server.url + "/metrics", headers={"Authorization": f"Bearer {run.server.api_key}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        figures = answer.read().decode()
    assert "pressrun_model_call_seconds" in figures
    assert "CANARY" not in figures


def test_s19_no_secret_is_on_a_command_line(run: Run) -> None:
    """Where every user of the machine reads it."""
    for pid in (run.server.process.pid, *run.server.children()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        for canary in (PROVIDER_KEY, run.server.api_key):
            assert canary.encode() not in command


def test_s19_secrets_at_rest_are_sealed(run: Run) -> None:
    """Database and its log; texts of jobs are in it as they are, which docs/security.md says."""
    files = [path for path in run.server.data_dir.rglob("*") if path.is_file() and path.name != "credentials.json"]
    assert any(path.name.startswith("pressrun.db") for path in files)
    for path in files:
        content = path.read_bytes()
        for canary in (PROVIDER_KEY, WRONG_KEY, run.server.api_key, run.webhook_secret):
            assert canary.encode() not in content, path
