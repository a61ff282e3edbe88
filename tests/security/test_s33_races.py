"""S-33: sixty-four at once for the last units of a limit, from two nodes that share nothing but the store."""

import asyncio

from pressrun.errors import LimitError
from pressrun.jobs.create import create
from pressrun.jobs.job import Acceptance, Accepted, NewJob
from pressrun.organizations import keys
from pressrun.organizations.keys import Key, Scope
from pressrun.organizations.limits import Limit, change_limits, spend_request
from pressrun.store.store import Store
from tests.jobs.scene import Scene

RACERS = 64


async def test_s33_the_last_places_in_the_queue(nodes: list[Store]) -> None:
    scene = await Scene.set(nodes[0])
    await nodes[0].write(lambda tx: change_limits(tx, "o", {Limit.QUEUED_JOBS: 40}))
    await scene.create(*(scene.new_job() for _ in range(37)))

    async def race(number: int, job: NewJob) -> Accepted:
        (one,) = await nodes[number % 2].write(lambda tx: create(tx, [job]))
        return one

    jobs = [scene.new_job() for _ in range(RACERS)]
    outcomes = await asyncio.gather(*(race(number, job) for number, job in enumerate(jobs)))
    assert sum(one.acceptance == Acceptance.CREATED for one in outcomes) == 3
    assert sum(one.acceptance == Acceptance.QUEUE_FULL for one in outcomes) == RACERS - 3


async def test_s33_the_last_requests_of_a_minute(nodes: list[Store]) -> None:
    await nodes[0].write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
    key, _ = await nodes[0].write(lambda tx: keys.create(tx, "o", "k", [Scope.ADMIN], requests_per_minute=10))

    async def race(number: int) -> int:
        try:
            return await nodes[number % 2].write(lambda tx: spend_request(tx, key))
        except LimitError:
            return -1

    left = await asyncio.gather(*(race(number) for number in range(RACERS)))
    assert sorted(one for one in left if one >= 0) == list(range(10))


async def test_s33_of_the_last_admin_keys_one_stays(nodes: list[Store]) -> None:
    """Everybody revokes everybody at once."""
    await nodes[0].write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
    admins = [(await nodes[0].write(lambda tx: keys.create(tx, "o", "k", [Scope.ADMIN])))[0] for _ in range(8)]

    async def race(number: int, key: Key) -> None:
        await nodes[number % 2].write(lambda tx: keys.revoke(tx, "o", key.id))

    await asyncio.gather(*(race(number, key) for number, key in enumerate(admins)), return_exceptions=True)
    left = [key for key in await nodes[0].read(lambda tx: keys.list_keys(tx, "o")) if key.revoked_at is None]
    assert len(left) == 1
