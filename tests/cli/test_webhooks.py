"""`pressrun webhooks`, against a server that may send to loopback."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import AGENT, Pressrun
from tests.live_server import LiveServer, live_server
from tests.webhooks.sink import Sink, listening

MISSING = "6f2c1e0a-1111-4222-8333-444455556666"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server of its own."""
    folder = tmp_path_factory.mktemp("telling")
    environment = {"PRESSRUN_WEBHOOK_PRIVATE_NETWORKS": '["127.0.0.0/8"]', "PRESSRUN_GRACE_S": "0"}
    with live_server(folder / "data", f"sqlite:///{folder / 'data' / 'pressrun.db'}", environment=environment) as one:
        yield one


@pytest.fixture
def sink() -> Iterator[Sink]:
    """A receiver in a thread of its own: the command holds this one."""
    loop = asyncio.new_event_loop()
    ready, ending = threading.Event(), asyncio.Event()
    found: list[Sink] = []

    async def serve() -> None:
        async with listening() as one:
            found.append(one)
            ready.set()
            await ending.wait()

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(20)
    yield found[0]
    loop.call_soon_threadsafe(ending.set)
    thread.join(20)


def test_from_adding_to_removing(pressrun: Pressrun, sink: Sink) -> None:
    added = pressrun("webhooks", "add", sink.url, "--name", "shop", "--event", "job.failed")
    assert added.exit_code == 0, added.stderr
    secret = added.stdout.strip()
    assert secret.startswith("whsec_")
    (made,) = json.loads(pressrun("webhooks", "list", "--json").stdout)["data"]
    assert (made["name"], made["events"]) == ("shop", ["job.failed"])
    assert sink.url in pressrun("webhooks", "list").stdout
    tested = pressrun("webhooks", "test", made["id"])
    assert tested.exit_code == 0, tested.stderr
    assert "answered 204" in tested.stdout
    assert sink.received[-1].is_signed_by(secret)
    rotated = pressrun("webhooks", "rotate", made["id"], "--grace-hours", "1")
    new = rotated.stdout.strip()
    pressrun("webhooks", "test", made["id"])
    assert sink.received[-1].is_signed_by(secret)
    assert sink.received[-1].is_signed_by(new)
    assert pressrun("webhooks", "disable", made["id"]).stdout == f"Webhook {made['id']} is disabled.\n"
    assert pressrun("webhooks", "enable", made["id"]).stdout == f"Webhook {made['id']} is enabled.\n"
    assert f"url: {sink.url}" in pressrun("webhooks", "show", made["id"]).stdout
    assert pressrun("webhooks", "remove", made["id"]).exit_code == 2, "nobody can be asked"
    assert pressrun("webhooks", "remove", made["id"], "--yes").stdout == f"Removed {made['id']}.\n"
    assert pressrun("webhooks", "show", made["id"]).exit_code == 1


def test_the_log_and_sending_again(pressrun: Pressrun, sink: Sink) -> None:
    made = json.loads(pressrun("webhooks", "add", sink.url, "--json").stdout)
    pressrun("webhooks", "test", made["id"])
    listed = json.loads(pressrun("webhooks", "deliveries", "--webhook", made["id"], "--json").stdout)["data"]
    assert [(one["event"], one["state"]) for one in listed] == [("webhook.test", "delivered")]
    assert listed[0]["id"] in pressrun("webhooks", "deliveries", "--state", "delivered").stdout
    shown = pressrun("webhooks", "show", listed[0]["id"]).stdout
    assert "state: delivered" in shown
    assert "204" in shown
    again = pressrun("webhooks", "resend", listed[0]["id"])
    assert again.exit_code == 0, again.stderr
    assert pressrun("webhooks", "resend", MISSING).exit_code == 1
    pressrun("webhooks", "remove", made["id"], "--yes")


def test_a_message_that_does_not_arrive_says_why(pressrun: Pressrun) -> None:
    made = json.loads(pressrun("webhooks", "add", "http://127.0.0.1:1/", "--json").stdout)
    done = pressrun("webhooks", "test", made["id"])
    assert done.exit_code == 1
    assert "no connection could be made" in done.stderr
    pressrun("webhooks", "remove", made["id"], "--yes")


def test_the_secret_of_urls_given_with_jobs(pressrun: Pressrun) -> None:
    secret = pressrun("webhooks", "secret").stdout.strip()
    assert secret.startswith("whsec_")
    assert pressrun("webhooks", "secret").stdout.strip() == secret
    assert pressrun("webhooks", "rotate").stdout.strip() == pressrun("webhooks", "secret").stdout.strip() != secret


def test_listening_on_loopback(pressrun: Pressrun, server: LiveServer, agent: str, tmp_path: Path) -> None:
    """A webhook for as long as the command runs: it prints what is verified, and leaves nothing behind."""
    command = [sys.executable, "-m", "pressrun", "webhooks", "listen", "--count", "1", "--json"]
    environment = {**os.environ, "PRESSRUN_DATA_DIR": str(server.data_dir)}
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            assert "Listening as webhook" in process.stderr.readline()
            assert pressrun("run", agent, "Topic=hello").exit_code == 0
            printed, problems = process.communicate(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    assert problems == ""
    message = json.loads(printed)
    assert (message["type"], message["again"]) == ("job.completed", False)
    assert message["data"]["data"]["suggestion"] == "hello"
    assert json.loads(pressrun("webhooks", "list", "--json").stdout)["data"] == []


def test_listening_needs_a_server_that_may_send_to_loopback(
    alone: Pressrun, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It says how to start one."""
    folder = tmp_path_factory.mktemp("strict")
    with live_server(folder / "data", f"sqlite:///{folder / 'data' / 'pressrun.db'}") as strict:
        done = alone("webhooks", "listen", PRESSRUN_DATA_DIR=str(strict.data_dir))
    assert done.exit_code == 1
    assert "PRESSRUN_WEBHOOK_PRIVATE_NETWORKS" in done.stderr


def test_the_agent_of_these_tests_echoes() -> None:
    """The server of this file has no script: `scripted` gives back what it is asked."""
    assert "scripted" in AGENT
