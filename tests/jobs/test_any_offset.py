"""A page at any offset is the page that a plain query would cut, whatever has become of the jobs meanwhile."""

from random import Random

from pressrun.jobs import cancel, delete, read, retry
from pressrun.jobs.job import PHASES, Phase, State
from pressrun.store.store import Store, Transaction
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene
from tests.raw_sql import execute, fetch

STEPS = 60
BLOCK = 16_384


async def test_pages_are_exact_after_random_moves_and_deletions(store: Store, database_url: str) -> None:
    random = Random(7)
    scene = await Scene.set(store)
    await add_agent(store, "o", "other")
    await scene.add_worker()
    for step in range(STEPS):
        await scene.create(*(scene.new_job(agent_id=random.choice(["a", "a", "other"])) for _ in range(3)))
        await _leave_a_gap(database_url, random.randrange(BLOCK))
        await _move(scene, random)
        if step % 10 == 9:
            await _compare(scene, database_url, random)
    blocks = "SELECT SUM(jobs) FROM job_blocks WHERE agent_id = 'a' AND phase = 'completed'"
    await execute(database_url, "DELETE FROM jobs WHERE state = 'completed'")  # by whatever hand
    assert [int(row[0]) for row in await fetch(database_url, blocks)] == [0]


async def _leave_a_gap(database_url: str, numbers: int) -> None:
    """Let the next sequence numbers fall into another block, as if other jobs lay between."""
    if database_url.startswith("sqlite"):
        statement = f"UPDATE sqlite_sequence SET seq = seq + {numbers} WHERE name = 'jobs'"  # noqa: S608
    else:
        statement = f"SELECT setval(pg_get_serial_sequence('jobs', 'seq'), max(seq) + {numbers}) FROM jobs"  # noqa: S608
    await execute(database_url, statement)


async def _move(scene: Scene, random: Random) -> None:
    for held in await scene.claim(random.randrange(5)):
        await random.choice([scene.complete, scene.fail])(held)
    for job_id in random.sample([f"job-{number:04}" for number in range(next(scene.numbers))], 2):
        row = await scene.store.read(lambda tx, job_id=job_id: read.find(tx, "o", job_id))  # type: ignore[misc]
        if row is None:
            continue
        if row.state in {State.FAILED, State.CANCELLED}:
            move = random.choice([retry.retry, delete.delete])
        else:
            move = delete.delete if row.state == State.COMPLETED else cancel.cancel
        await scene.store.write(lambda tx, move=move, job_id=job_id: move(tx, "o", job_id))  # type: ignore[misc]


async def _compare(scene: Scene, database_url: str, random: Random) -> None:
    for phase in (None, *Phase):
        states = ", ".join(f"'{state}'" for state in (PHASES[phase] if phase else State))
        query = f"SELECT id FROM jobs WHERE agent_id = 'a' AND state IN ({states}) ORDER BY seq DESC"  # noqa: S608
        wanted = [str(row[0]) for row in await fetch(database_url, query)]
        for offset in {0, 1, max(0, len(wanted) - 2), len(wanted), *random.choices(range(len(wanted) + 1), k=8)}:
            limit = random.randrange(1, 20)
            assert await _page(scene.store, phase, offset, limit) == wanted[offset : offset + limit], (phase, offset)


async def _page(store: Store, phase: Phase | None, offset: int, limit: int) -> list[str]:
    async def work(tx: Transaction) -> list[str]:
        jobs, _ = await read.page(tx, "o", "a", phase, offset=offset, limit=limit)
        return [job.id for job in jobs]

    return await store.read(work)
