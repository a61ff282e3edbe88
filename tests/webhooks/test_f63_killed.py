"""F63: the API is killed between the commit of an end and its hook; no hook is missing, none has two ids."""

import asyncio
import os
import signal
from collections import defaultdict
from pathlib import Path

from aiohttp import web

from tests.api.server import until
from tests.live_server import LiveServer, live_server
from tests.webhooks.sink import Received, Sink

KILLS = 3
JOBS = 12

AGENT = {
    "name": "Echo",
    "alias": "echo",
    "inputs": [{"name": "Text", "type": "text"}],
    "prompts": [{"name": "say", "model": "scripted", "prompt": "@Text"}],
}


def api_of(server: LiveServer) -> int:
    """The API process."""
    (pid,) = (pid for pid, command in server.children().items() if "pressrun.api.process" in command)
    return pid


async def test_f63_no_hook_is_missing(tmp_path: Path, database_url: str, sink: Sink) -> None:
    """A hook arrives, is not answered, and its sender dies: again and again, while jobs end."""
    environment = {"PRESSRUN_WEBHOOK_PRIVATE_NETWORKS": '["127.0.0.0/8"]', "PRESSRUN_GRACE_S": "0"}
    hung = asyncio.Event()
    hanging = True

    async def behave(_received: Received) -> web.StreamResponse:
        if hanging:
            await hung.wait()
        return web.Response()

    sink.behave = behave
    accepted: list[str] = []
    with live_server(tmp_path / "data", database_url, environment=environment) as server:
        made = await asyncio.to_thread(server.request, "POST", "/v1/applications", AGENT)
        await asyncio.to_thread(server.request, "POST", f"/v1/applications/{made['id']}/deploy")
        secret = (await asyncio.to_thread(server.request, "POST", "/v1/webhooks", {"url": sink.url}))["secret"]
        for _ in range(KILLS):
            seen = len(sink.received)
            for number in range(JOBS):
                body = {"inputs": [{"id": "Text", "value": [str(number)]}]}
                job = await asyncio.to_thread(server.request, "POST", "/v1/applications/echo/jobs", body)
                accepted.append(job["id"])
            await until(lambda seen=seen: len(sink.received) > seen)  # type: ignore[misc]
            killed = api_of(server)
            os.kill(killed, signal.SIGKILL)
            await answering_again(server, killed)
        hanging = False
        hung.set()
        async with asyncio.timeout(120):
            while {one.json["data"]["id"] for one in sink.received} != set(accepted):
                await asyncio.sleep(0.1)
    ids: defaultdict[str, set[str]] = defaultdict(set)
    for one in sink.received:
        assert one.is_signed_by(secret)
        assert one.json["data"]["state"] == "completed"
        ids[one.json["data"]["id"]].add(one.id)
    assert {len(found) for found in ids.values()} == {1}


async def answering_again(server: LiveServer, killed: int) -> None:
    """Wait until another API answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                await asyncio.to_thread(server.request, "GET", "/v1/webhooks")
            except OSError:
                await asyncio.sleep(0.1)
                continue
            if killed not in server.children():
                return
