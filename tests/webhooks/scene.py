"""A store where jobs end, somebody listens, and a sender that a test moves by hand."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pressrun.jobs.outcome import Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.models.vault import Vault
from pressrun.outgoing.address import read_networks
from pressrun.outgoing.client import Outgoing
from pressrun.outgoing.target import Rules
from pressrun.store.store import Row, Store, Transaction
from pressrun.webhooks import delivery, endpoint, secret
from pressrun.webhooks.delivery import Delivery, Filter
from pressrun.webhooks.endpoint import Endpoint, Wish
from pressrun.webhooks.sender import Sender
from tests.fake_clock import FakeClock
from tests.jobs.scene import RESULT, Scene

LOOPBACK = Rules(private=read_networks(["127.0.0.0/8"]))
VAULT = Vault(b"k" * 32)


async def describe(tx: Transaction, held: Delivery) -> Mapping[str, Any] | None:
    """A job in few words."""
    row = await tx.one("find_job", job_id=held.job_id, organization_id=held.organization_id)
    return None if row is None else {"id": row["id"], "state": row["state"]}


@dataclass
class Office:
    """One organization `o` with jobs, and its endpoints."""

    jobs: Scene
    clock: FakeClock
    sender: Sender
    senders: list[Sender] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """Where it is kept."""
        return self.jobs.store

    async def listen(self, url: str, **wish: Any) -> tuple[Endpoint, str]:
        """A new endpoint and its secret."""

        async def work(tx: Transaction) -> tuple[Endpoint, str]:
            made = await endpoint.add(tx, "o", Wish(url, **wish))
            return made, await secret.make(tx, VAULT, "o", made.id)

        return await self.store.write(work)

    async def end(self, number: int = 1, **changes: object) -> list[str]:
        """Jobs that have completed, all in one transaction; their ids."""
        jobs = [self.jobs.new_job(**changes) for _ in range(number)]
        await self.jobs.create(*jobs)
        held = await self.jobs.claim(number)
        await self.store.write(lambda tx: settle(tx, [(one, Ending(Completed(RESULT))) for one in held]))
        return [job.id for job in jobs]

    async def send(self) -> None:
        """All that is due now, to its end."""
        while True:
            await self.sender.step()
            if not self.sender._tasks:
                return
            await self.sender.settled()

    async def deliveries(self, **wanted: str) -> list[Delivery]:
        """The log, the oldest first."""
        found = await self.store.read(lambda tx: delivery.page(tx, "o", Filter(**wanted), before=2**62, limit=5000))
        return found[::-1]

    async def the_delivery(self) -> Delivery:
        """The only one."""
        (found,) = await self.deliveries()
        return found

    async def outbox(self) -> list[Row]:
        """What waits to be told."""
        return await self.store.read(lambda tx: tx.all("list_outbox", organization_id="o"))


def new_sender(store: Store, *, total_s: float = 20.0, rules: Rules = LOOPBACK) -> Sender:
    """A sender of a process."""
    return Sender(store, VAULT, describe, lambda: Outgoing(rules, total_s=total_s), random=lambda: 0.0)


@asynccontextmanager
async def office(store: Store, clock: FakeClock) -> AsyncIterator[Office]:
    """An organization, an agent, a worker, a sender."""
    scene = await Scene.set(store)
    await scene.add_worker()
    sender = new_sender(store)
    try:
        yield Office(scene, clock, sender)
    finally:
        await sender.close()
