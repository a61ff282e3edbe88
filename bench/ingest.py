"""Documents taken in over HTTP: how fast, and whether any process grows with their number."""

import asyncio
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from tests.knowledge.graphs.labelled import documents
from tests.live_server import LiveServer

from bench.figure import Figure
from bench.scene import database, mock, server

DOCUMENTS = 1000
CHARACTERS = 1800
UPLOADS = 8
NAMES = {
    "pressrun.api.process": "API",
    "pressrun.worker.process": "worker",
    "pressrun.knowledge.embedding.process": "embedder",
    "-m pressrun serve": "supervisor",
}


def texts(count: int) -> list[str]:
    """Texts of one length, each another stretch of the labelled documents."""
    whole = "\n\n".join(documents().values())
    step = max(1, (len(whole) - CHARACTERS) // count)
    return [f"Document {number}.\n\n{whole[number * step : number * step + CHARACTERS]}" for number in range(count)]


async def upload(session: aiohttp.ClientSession, url: str, graph_id: str, name: str, text: str) -> str:
    """A file in a graph; its id."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}", "content-type": "text/plain"}
    async with session.post(f"{url}/v1/files?graphId={graph_id}", data=text.encode(), headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["id"])


async def taken_in(session: aiohttp.ClientSession, url: str, graph_id: str, count: int) -> dict[str, Any]:
    """The graph once `count` of its files have ended."""
    while True:
        async with session.get(f"{url}/v1/graphs/{graph_id}") as answer:
            found: dict[str, Any] = await answer.json()
        if found["file_status"]["completed"] + found["file_status"]["failed"] >= count:
            return found
        await asyncio.sleep(0.2)


def resident_mb(pid: int) -> dict[str, float]:
    """What each process of a server has resident now, by what it is."""
    found: dict[str, float] = {}
    for process in (pid, *_below(pid)):
        command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        name = next((NAMES[part] for part in NAMES if part in command), None)
        if name is not None:
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
            size = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
            found[name] = max(found.get(name, 0.0), size * 1024 / 1e6)
    return found


def _below(pid: int) -> list[int]:
    # Of every thread: the embedder is started by one that is not the first.
    threads = Path(f"/proc/{pid}/task").iterdir()
    children = [int(one) for thread in threads for one in (thread / "children").read_text().split()]
    return [one for child in children for one in (child, *_below(child))]


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Documents a second, and what each process has resident after a quarter of them and after all."""
    count = max(40, int(DOCUMENTS * scale))
    with mock(0) as model_url, database(dialect) as url, server(url, model_url) as live:
        return await _measure(live, dialect, texts(count))


async def _measure(live: LiveServer, dialect: str, given: list[str]) -> list[Figure]:
    count = len(given)
    graph_id = live.request("POST", "/v1/graphs", {"name": "Bench"})["id"]
    room = asyncio.Semaphore(UPLOADS)

    async def send(session: aiohttp.ClientSession, number: int) -> None:
        async with room:
            await upload(session, live.url, graph_id, f"{number}.txt", given[number])

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {live.api_key}"}) as session:
        began = time.monotonic()
        await asyncio.gather(*(send(session, number) for number in range(count)))
        uploaded_s = time.monotonic() - began
        await taken_in(session, live.url, graph_id, count // 4)
        quarter = resident_mb(live.process.pid)
        found = await taken_in(session, live.url, graph_id, count)
        took_s = time.monotonic() - began
        whole = resident_mb(live.process.pid)
    assert found["file_status"]["failed"] == 0, found
    told = ", ".join(f"{name} {quarter.get(name, 0):.0f} → {size:.0f} MB" for name, size in sorted(whole.items()))
    rate = f"{count / took_s:.1f} documents/s, {found['passages'] / took_s:.1f} passages/s"
    return [
        Figure(
            "ingest",
            f"{count:,} documents of {CHARACTERS:,} characters uploaded",
            dialect,
            f"{count / uploaded_s:.0f}/s",
        ),
        Figure("ingest", f"{count:,} documents taken in, searchable ({found['search']})", dialect, rate),
        Figure("ingest", "resident after a quarter of them → after all", dialect, told, "flat"),
    ]
