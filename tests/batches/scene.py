"""A store with an organization, a real agent, a worker that is alive, and short ways to run batches by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pressrun.agents import drafts, versions
from pressrun.agents.cache import Definitions
from pressrun.agents.yaml_format import read as read_yaml
from pressrun.batches import read
from pressrun.batches.batch import Batch, BatchOptions
from pressrun.batches.keeper import Keeper
from pressrun.batches.read import RowResult
from pressrun.batches.upload import NewBatch, Upload
from pressrun.jobs import workers
from pressrun.jobs.admission import UNLIMITED, Ceilings
from pressrun.jobs.outcome import Call, Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.store.store import Store
from tests.jobs.scene import RESULT, Scene

AGENT = """
name: Product text
inputs:
  - name: Product
    type: text
prompts:
  - name: text
    prompt: Describe {{Product}}.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A checked row, as an upload needs it."""

    number: int
    cells: bytes
    inputs: bytes | None
    row_id: str | None = None
    problem: str | None = None


def rows(*products: str | None, first: int = 1) -> list[Row]:
    """A row for each product; None is a row that cannot be run."""
    return [
        Row(
            number,
            msgspec.json.encode([product or ""]),
            None if product is None else msgspec.json.encode({"Product": [product]}),
            problem="the required input is empty" if product is None else None,
        )
        for number, product in enumerate(products, first)
    ]


@dataclass
class BatchScene(Scene):
    """The scene of job tests with a real agent and the upkeep of batches at hand."""

    definitions: Definitions = field(default_factory=Definitions)

    @classmethod
    async def set(cls, store: Store) -> "BatchScene":
        """The scene on an empty store."""
        scene = cls(store)
        await store.write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
        agent = await store.write(lambda tx: drafts.add_agent(tx, "o", read_yaml(AGENT)))
        scene.agent_id = agent.id
        await scene.deploy()
        await scene.add_large_worker("w")
        return scene

    async def add_large_worker(self, worker_id: str) -> None:
        """A worker with more places than any test takes."""
        await self.store.write(lambda tx: workers.add(tx, worker_id, host="here", pid=1, concurrency=5000))

    async def deploy(self, text: str = AGENT) -> int:
        """Another version of the agent; its number."""
        await self.store.write(lambda tx: drafts.replace_draft(tx, "o", self.agent_id, read_yaml(text)))
        agent = await self.store.write(lambda tx: versions.deploy_agent(tx, "o", self.agent_id))
        assert agent.deployed_version is not None
        return agent.deployed_version

    @property
    def keeper(self) -> Keeper:
        """Upkeep, a round at a time."""
        return Keeper(self.store, self.definitions)

    async def keep(self) -> None:
        """Rounds of upkeep until there is nothing to do."""
        keeper = self.keeper
        while await keeper.round():
            pass

    async def upload(self, given: Sequence[Row], **changes: Any) -> str:
        """A batch of these rows, not loaded yet; its id."""
        options = BatchOptions(**({"deadline_s": 3600} | changes.pop("options", {})))
        reserve = changes.pop("reserve", 0)
        batch = NewBatch("o", self.agent_id, 1, "k", "a file", options, **({"priority": 5} | changes))
        upload = Upload(self.store, batch)
        await upload.begin()
        await upload.add(given)
        batch_id, _ = await upload.finish(["Product"], None, reserve)
        return batch_id

    async def start(self, *products: str | None, **changes: Any) -> str:
        """A batch of rows, loaded."""
        batch_id = await self.upload(rows(*products), **changes)
        await self.keep()
        return batch_id

    async def batch(self, batch_id: str) -> Batch:
        """A batch that exists; its counts always come to all of its rows."""
        found = await self.store.read(lambda tx: read.find(tx, "o", batch_id))
        assert found is not None
        counts = found.counts
        told = found.queued + counts.running + counts.waiting + counts.completed + counts.failed + counts.cancelled
        assert told + found.invalid == found.rows
        return found

    async def results(self, batch_id: str) -> list[RowResult]:
        """Every row."""
        batch = await self.batch(batch_id)
        return list(await self.store.read(lambda tx: read.results(tx, batch, after=0, limit=10_000)))

    async def run(self, *, fails: Sequence[str] = ()) -> list[str]:
        """Carry out all that can be claimed, with upkeep in between; the products asked, in order."""
        asked: list[str] = []
        while True:
            await self.keep()
            claims = await self.claim(slots=100)
            if not claims:
                return asked
            for held in claims:
                product = msgspec.json.decode(held.inputs)["Product"][0]
                asked.append(product)
                if product in fails:
                    await self.fail(held)
                else:
                    await self.complete(held, msgspec.json.encode({"suggestion": f"about {product}"}))


def upload_of(scene: BatchScene, store: Store, ceilings: Ceilings = UNLIMITED) -> Upload:
    """An upload to the scene's agent that nothing was sent of yet."""
    batch = NewBatch("o", scene.agent_id, 1, "k", "a file", BatchOptions(deadline_s=60), 5)
    return Upload(store, batch, ceilings)


CALL = Call("m", "completed", 0.1, prompt_tokens=10, completion_tokens=5)


async def spend(scene: BatchScene, batch_id: str, cost: int) -> None:
    """Complete what is claimed next, at a cost in nano-dollars each."""
    for held in await scene.claim(slots=100):
        assert held.batch_id == batch_id
        await scene.store.write(
            lambda tx, held=held: settle(tx, [(held, Ending(Completed(RESULT), [CALL]))])  # type: ignore[misc]
        )
    assert cost >= 0
