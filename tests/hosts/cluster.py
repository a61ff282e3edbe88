"""A whole installation on several hosts: a database, two API nodes, workers, and the auditor beside them."""

import asyncio
import base64
import json
import secrets
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from pressrun.torture import seals
from pressrun.torture.behaviours import Plan, good, plan
from pressrun.torture.dump import open_jobs
from pressrun.torture.history import Call, History
from pressrun.torture.postgres import PostgresServer
from pressrun.torture.records import NEVER
from pressrun.torture.server import Server
from pressrun.torture.testbed import AGENT, Place, Testbed
from pressrun.torture.verdict import Verdict
from tests.hosts.balanced import Balanced
from tests.hosts.namespaces import Network, network, standing_in
from tests.hosts.node import Node

APIS = ("api1", "api2")
WORKERS = ("w1", "w2", "w3", "w4")
CONCURRENCY = 20
HELD = "held"
DRAIN_S = 120.0
WAIT_S = 60.0


class Everything(Server):
    """All nodes together, for the auditor, who wants to know how much can run at once."""

    @property
    def slots(self) -> int:
        return self.workers * CONCURRENCY


class Cluster:
    """Hosts that are up, and the means to harm them; `bed` is the auditor's."""

    def __init__(
        self, made: Network, folder: Path, database: PostgresServer, lease_s: float, environment: Mapping[str, str]
    ) -> None:
        self.network = made
        self.folder = folder
        self.database = database
        self.lease_s = lease_s
        shared = {
            "PRESSRUN_DATABASE_URL": database.url,
            "PRESSRUN_SECRET_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "PRESSRUN_LEASE_S": str(lease_s),
            "PRESSRUN_CONCURRENCY": str(CONCURRENCY),
            **environment,
        }
        self.apis = [Node(made, name, folder, shared) for name in APIS]
        self.workers = [Node(made, name, folder, shared) for name in WORKERS]
        self.bed = Testbed(
            Place("postgres", folder, database.url, database),
            Random(1),
            1,
            folder / "logs",
            host=made.address("auditor"),
        )
        self.bed.server = Everything(folder, database.url, workers=len(WORKERS), concurrency=CONCURRENCY)

    def node(self, name: str) -> Node:
        """A host by its name."""
        return next(node for node in (*self.apis, *self.workers) if node.name == name)

    @property
    def client(self) -> Balanced:
        """Who sends the load."""
        assert isinstance(self.bed.client, Balanced)
        return self.bed.client

    async def open(self, api_key: str) -> None:
        """Let the auditor in, and deploy his agent."""
        await self.bed.open()
        self.bed.client = Balanced([node.url for node in self.apis], api_key, self.bed.journals, self.bed.ids)
        await self.bed.deploy(settings={"max_attempts": 10})

    async def close(self) -> None:
        """The auditor leaves."""
        await self.bed.client.close()
        await self.bed.close()

    def end(self) -> None:
        """Nothing runs any more."""
        for node in (*self.apis, *self.workers):
            node.kill()

    async def hold(self, hosts: Sequence[str], calls: int, seconds: float) -> dict[str, list[str]]:
        """Create jobs until each host has so many calls open, the first of which takes so long; their nonces by host.

        The calls of other hosts, and repeated ones, take no time at all.
        """
        provider, addresses = self.bed.provider, {self.network.address(host): host for host in hosts}

        def held_or_usual(nonce: str, serial: int) -> Plan:
            if seals.word_of(nonce) != HELD:
                return plan(nonce, serial)
            return good(nonce, serial, seconds if serial == 1 and provider.callers[nonce] in addresses else 0.0)

        provider.plan = held_or_usual
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            await self.client.submit(AGENT, [self.bed.nonce(HELD)])
            await asyncio.sleep(0.05)
            held: dict[str, list[str]] = {host: [] for host in hosts}
            for nonce in provider.in_flight:
                if seals.word_of(nonce) == HELD and (host := addresses.get(provider.callers[nonce])):
                    held[host].append(nonce)
            if all(len(nonces) >= calls for nonces in held.values()):
                return held
        raise AssertionError(f"a host takes no jobs: {[self.node(host).tail() for host in hosts]}")

    async def drained(self) -> None:
        """Wait until every request is answered and every job has ended; raises AssertionError."""
        until = time.monotonic() + DRAIN_S
        # The load's last requests may hang on a node in trouble, and what they create would shift the pages of a list.
        while any(submit.t1 == NEVER for submit in self.bed.history().submits):
            assert time.monotonic() < until, "a request is never answered"
            await asyncio.sleep(0.2)
        while time.monotonic() < until:
            if await open_jobs(self.client, self.bed.agents) == 0:
                return
            await asyncio.sleep(0.1)
        stuck = await self.bed.database(
            "SELECT id, state, worker_id, attempts, error FROM jobs WHERE completed_at IS NULL"
        )
        raise AssertionError(f"not drained: {stuck[:5]} of {len(stuck)}")

    async def judge(self) -> tuple[History, Verdict]:
        """What happened so far, and the verdict on it."""
        for old in (self.folder / "logs").glob("final*.jsonl"):
            old.write_bytes(b"")  # the journal appends; the last state counts
        verdict = await self.bed.finish()
        return self.bed.history(), verdict


def held_for(history: History, nonces: Sequence[str]) -> Iterator[tuple[Call, Call | None]]:
    """The first call of each nonce, and the one that came after it, if any."""
    for nonce in nonces:
        first, *later = history.calls_of(nonce)
        yield first, later[0] if later else None


@contextmanager
def cluster(folder: Path, *, lease_s: float, environment: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """Hosts with nothing on them but the database; this thread stands with the auditor."""
    with network(["db", "auditor", *APIS, *WORKERS]) as made:
        database = PostgresServer(host=made.address("db"))
        try:
            with standing_in(made, "db"):
                database.start()
            with standing_in(made, "auditor"):
                built = Cluster(made, folder, database, lease_s, environment or {})
                try:
                    yield built
                finally:
                    built.end()
        finally:
            database.remove()


def restart(built: Cluster) -> None:
    """The database crashes and comes back."""
    built.database.stop(signal.SIGQUIT)
    with standing_in(built.network, "db"):
        built.database.start()


def first_key(node: Node) -> str:
    """The first admin key of a new database."""
    said = node.ask("keys", "first", "--json")
    return str(json.loads(said[said.index("{") :])["key"])
