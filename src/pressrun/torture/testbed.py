"""One server under test with all of the auditor's programs around it, on a database of its own."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

import asyncpg

from pressrun.torture import dump, journal, seals
from pressrun.torture.answers import MAX_TOKENS, PRICE
from pressrun.torture.batch_dump import dump_batches, open_batches
from pressrun.torture.checker import check
from pressrun.torture.client import Client, Failure, Journals
from pressrun.torture.history import History, assemble
from pressrun.torture.journal import Journal
from pressrun.torture.postgres import PostgresServer
from pressrun.torture.provider import Provider
from pressrun.torture.proxy import Proxy
from pressrun.torture.records import FaultBegan, FaultEnded, Run
from pressrun.torture.server import Server
from pressrun.torture.sink import Sink
from pressrun.torture.verdict import Verdict

LEASE_S = 6.0
Load = Literal["jobs", "batches"]
AGENT = "sealed"
SETTINGS: dict[str, Any] = {"max_attempts": 5, "deadline_s": 600}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a fault looks at beyond the common verdict; `bar` in words."""

    name: str
    value: Any
    ok: bool
    bar: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault is run: `postgres` is there when the database is the auditor's own; `source` is what is tested."""

    store: str
    folder: Path
    database_url: str
    postgres: PostgresServer | None
    source: Path | None = None


@dataclass
class Testbed:
    """What a fault has at hand."""

    place: Place
    random: Random
    repetitions: int
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    agents: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    """Jobs whose agent is gone, so that no list shows them."""
    looks: list[Callable[[History], None]] = field(default_factory=list)
    """What a fault wants to see in the whole history, after the end."""
    verdict: Verdict | None = None
    """Given by a fault whose database does not outlive it."""
    injections: int = 0
    load: Load = "jobs"
    """What the work consists of: single jobs, or files of rows."""
    host: str = "127.0.0.1"
    """The address of the auditor's own programs."""
    ids: "itertools.count[int]" = field(default_factory=itertools.count)
    listens: bool = False
    """Whether there is a receiver of webhooks."""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open(self) -> None:
        """Open the logs and start the provider."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.jsonl"):
            old.unlink()  # of an earlier run: its jobs are not in this database
        self.journals = Journals(self._log("submitter"), self._log("poller"))
        self.nemesis_log, self.final_log = self._log("nemesis"), self._log("final")
        self.provider = Provider(self._log("provider"), self.host)
        await self.provider.start()
        self._stack.push_async_callback(self.provider.stop)

    def _log(self, name: str) -> Journal:
        return self._stack.enter_context(Journal(self.folder / f"{name}.jsonl"))

    async def close(self) -> None:
        """Stop everything."""
        await self._stack.aclose()

    @property
    def is_sqlite(self) -> bool:
        """Which database."""
        return self.place.store == "sqlite"

    async def listen(self) -> None:
        """A receiver of webhooks, for as long as the test bed lives."""
        self.sink = Sink(self._log("sink"))
        self.listens = True
        await self.sink.start()
        self._stack.push_async_callback(self.sink.stop)

    async def proxy(self, port: int) -> Proxy:
        """A fault proxy in front of a port, for as long as the test bed lives."""
        proxy = Proxy(port)
        await proxy.start()
        self._stack.push_async_callback(proxy.stop)
        return proxy

    async def serve(
        self,
        *,
        workers: int = 2,
        concurrency: int = 20,
        lease_s: float = LEASE_S,
        database_url: str | None = None,
        environment: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
        model: Mapping[str, Any] | None = None,
        folder: Path | None = None,
    ) -> Client:
        """Start the server and deploy the agent; the client of its admin."""
        wanted = {
            "PRESSRUN_LEASE_S": str(lease_s),
            "PRESSRUN_LOG_LEVEL": "info",
            **self.environment,
            **(environment or {}),
        }
        self.server = Server(
            folder or self.folder,
            database_url or self.place.database_url,
            workers=workers,
            concurrency=concurrency,
            environment=wanted,
            source=self.place.source,
        )
        self._stack.push_async_callback(self._stop_server)
        await self.server.start()
        self.client = self.client_at(self.server.url)
        await self.deploy(settings, model)
        return self.client

    async def _stop_server(self) -> None:
        if self.server.process is not None:
            await self.server.stop()

    def client_at(self, url: str, api_key: str | None = None) -> Client:
        """A client of the server at some address, for instance a proxy's."""
        client = Client(url, api_key or self.server.api_key, self.journals, self.ids)
        self._stack.push_async_callback(client.close)
        return client

    async def deploy(
        self, settings: Mapping[str, Any] | None = None, model: Mapping[str, Any] | None = None, alias: str = AGENT
    ) -> None:
        """Add the provider as a model, and an agent whose prompt is its input."""
        priced = {"input_price": PRICE, "output_price": PRICE}
        named = {"name": "sealed", "base_url": self.provider.base_url, "replace": True, **priced, **(model or {})}
        await self.client.must("POST", "/v1/models", named)
        definition = {
            "name": alias,
            "alias": alias,
            "inputs": [{"name": "Nonce", "type": "text", "max_fields": 50}],
            "prompts": [{"name": "answer", "model": "sealed", "prompt": "@Nonce", "max_tokens": MAX_TOKENS}],
            "settings": {**SETTINGS, **(settings or {})},
        }
        await self.client.must("POST", "/v1/applications", definition)
        await self.client.must("POST", f"/v1/applications/{alias}/deploy")
        self.agents.append(alias)

    def nonce(self, word: str = "ok") -> str:
        """A nonce nobody had before."""
        return seals.nonce(word, f"{self.place.store[0]}{next(self.ids):06}")

    @asynccontextmanager
    async def fault(self, name: str, detail: str = "") -> AsyncIterator[None]:
        """The time of one injection, logged."""
        number = next(self.ids)
        self.injections += 1
        self.nemesis_log.write(FaultBegan(time.monotonic(), number, name, detail))
        try:
            yield
        finally:
            self.nemesis_log.write(FaultEnded(time.monotonic(), number))

    def find(self, name: str, value: Any, *, ok: bool, bar: str = "") -> None:
        """Note what a fault looked at."""
        self.findings.append(Finding(name, value, ok, bar))

    async def workers_ready(self, timeout_s: float = 90) -> bool:
        """Wait until as many workers as were started say that they live; False when the time ran out."""
        wanted = f"pressrun_workers_alive {float(self.server.workers)}"
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            said: Any = None
            with contextlib.suppress(*Failure):
                _, said = await self.client.ask("GET", "/metrics")
            if wanted in str(said) and len(self.server.worker_pids()) == self.server.workers:
                return True
            await asyncio.sleep(0.1)
        return False

    async def drained(self, timeout_s: float) -> bool:
        """Wait until no job and no batch is in progress, which may be resumed; False when the time ran out."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            batches = await open_batches(self.client) if self.load == "batches" else 0
            if batches == 0 and await dump.open_jobs(self.client, self.agents) == 0:
                return True
            await asyncio.sleep(0.1)
        return False

    async def finish(self) -> Verdict:
        """Write down how everything ended and judge it."""
        ended_at = time.monotonic()
        await dump.dump(self.client, self.agents, self.final_log, self.provider.calls, self.orphans)
        if self.load == "batches":
            await dump_batches(self.client, self.final_log)
        self.final_log.write(Run(self.server.slots, ended_at, hooks_observed=self.listens))
        history = self.history()
        for look in self.looks:
            look(history)
        return check(history)

    def history(self) -> History:
        """What the logs say so far."""
        return assemble(journal.read(self.folder))

    async def database(self, query: str, *arguments: Any) -> Any:
        """A statement on the PostgreSQL database itself, for faults of the database."""
        connection = await asyncpg.connect(self.place.database_url)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()
