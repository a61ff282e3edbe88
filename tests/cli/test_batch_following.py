"""Following a batch through whatever stands between here and its server."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pressrun.cli.batch_following import follow
from pressrun.cli.client import Refused, open_server
from pressrun.cli.credentials import Credentials

Answer = tuple[int, str, str]
RUNNING: dict[str, Any] = {"id": "b", "state": "running", "retrying": False, "cancel_requested": False}
DONE = {**RUNNING, "state": "completed"}


def stream(*batches: dict[str, Any]) -> Answer:
    """Server-sent events, with comments and other events between."""
    events = "".join(f": hello\n\nid: 7\nevent: progress\ndata: {json.dumps(batch)}\n\n" for batch in batches)
    return 200, "text/event-stream", f"{events}event: other\ndata: {{}}\n\n"


def document(batch: dict[str, Any]) -> Answer:
    """The batch itself."""
    return 200, "application/json", json.dumps(batch)


def refusal(status: int) -> Answer:
    """No, in the API's words."""
    return status, "application/json", json.dumps({"errors": [{"description": "no batch"}]})


@pytest.fixture
def between() -> Iterator[Callable[..., str]]:
    """Starts something that answers like a server, a gateway or neither; its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(events: list[Answer], batches: list[Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = events if self.path.endswith("/events") else batches
                status, kind, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


async def followed(url: str) -> list[str]:
    """The states that were told."""
    told: list[str] = []
    async with open_server(Credentials(url, "key")) as server:
        found = await follow(server, "b", lambda batch: told.append(batch["state"]))
    assert found["state"] == told[-1]
    return told


async def test_it_hears_what_the_server_tells(between: Callable[..., str]) -> None:
    assert await followed(between([stream(RUNNING, DONE)], [])) == ["running", "completed"]


async def test_a_stream_that_breaks_off_is_taken_up_again(between: Callable[..., str]) -> None:
    url = between([stream(RUNNING), stream(DONE)], [document(RUNNING)])
    assert await followed(url) == ["running", "running", "completed"]


async def test_where_no_stream_comes_through_it_asks(between: Callable[..., str]) -> None:
    url = between([refusal(404)], [document(RUNNING), document(DONE)])
    assert await followed(url) == ["running", "completed"]


async def test_a_batch_that_waits_for_its_sender_is_not_waited_for(between: Callable[..., str]) -> None:
    paused = {**RUNNING, "state": "paused"}
    assert await followed(between([stream(paused)], [])) == ["paused"]
    cancelling = {**paused, "cancel_requested": True}
    assert await followed(between([stream(cancelling, {**DONE, "state": "cancelled"})], [])) == ["paused", "cancelled"]


async def test_an_ended_batch_that_is_being_retried_is_not_over(between: Callable[..., str]) -> None:
    url = between([stream({**DONE, "retrying": True}, RUNNING, DONE)], [])
    assert await followed(url) == ["completed", "running", "completed"]


async def test_a_batch_that_is_not_there_is_refused(between: Callable[..., str]) -> None:
    with pytest.raises(Refused, match="no batch"):
        await followed(between([refusal(404)], [refusal(404)]))
