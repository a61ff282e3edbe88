"""A claim passes over what its worker has been to, and nothing that stands there is forgotten."""

from pressrun.ids import new_lease_token
from pressrun.jobs.claim import claim
from pressrun.jobs.floors import RESCAN_PART, RESCAN_S, Floors
from pressrun.jobs.job import Claim
from pressrun.jobs.retry import retry
from pressrun.store.store import Store
from tests.jobs.scene import Scene


class _Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _claim(scene: Scene, floors: Floors, slots: int) -> list[Claim]:
    everywhere = floors.begin()
    taken = await scene.store.write(lambda tx: claim(tx, "w", new_lease_token(), slots, floors))
    floors.learn(taken.reached, everywhere=everywhere, took_s=0.01)
    return sorted(taken.claims, key=lambda one: one.id)


async def test_what_comes_to_stand_below_a_floor_is_claimed(store: Store) -> None:
    scene = await Scene.set(store)
    await scene.add_worker()
    floors = Floors(_Seconds())
    await scene.create(*(scene.new_job() for _ in range(10)))
    first = await _claim(scene, floors, 4)
    assert [one.id for one in first] == ["job-0000", "job-0001", "job-0002", "job-0003"]
    await scene.fail(first[0])
    await store.write(lambda tx: retry(tx, "o", "job-0000"))
    assert [one.id for one in await _claim(scene, floors, 3)] == (
        ["job-0000", "job-0004", "job-0005"] if store.dialect == "sqlite" else ["job-0004", "job-0005", "job-0006"]
    )
    # The lane says how many are left, so the last one is missed and looked for.
    rest = await _claim(scene, floors, 10)
    assert len(rest) == 4
    assert (await scene.job("job-0000")).state == "running"


async def test_what_a_claim_wakes_is_seen_by_it(store: Store) -> None:
    scene = await Scene.set(store)
    await scene.add_worker()
    floors = Floors(_Seconds())
    await scene.create(*(scene.new_job() for _ in range(10)))
    first = await _claim(scene, floors, 4)
    await scene.again(first[0], 0)
    assert [one.id for one in await _claim(scene, floors, 3)] == ["job-0000", "job-0004", "job-0005"]


async def test_whoever_rings_is_served_at_once(store: Store) -> None:
    scene = await Scene.set(store)
    await scene.add_worker()
    floors = Floors(_Seconds())
    await scene.create(*(scene.new_job() for _ in range(10)))
    first = await _claim(scene, floors, 4)
    await scene.fail(first[0])
    await store.write(lambda tx: retry(tx, "o", "job-0000"))
    floors.look_everywhere()
    assert [one.id for one in await _claim(scene, floors, 1)] == ["job-0000"]


async def test_every_two_seconds_a_claim_starts_from_the_beginning(store: Store) -> None:
    scene = await Scene.set(store)
    await scene.add_worker()
    seconds = _Seconds()
    floors = Floors(seconds)
    await scene.create(*(scene.new_job() for _ in range(30)))
    (first,) = await _claim(scene, floors, 1)
    await scene.fail(first)
    await store.write(lambda tx: retry(tx, "o", first.id))
    seconds.now += RESCAN_S
    assert [one.id for one in await _claim(scene, floors, 1)] == [first.id]


async def test_urgent_jobs_come_first_whatever_the_floors(store: Store) -> None:
    scene = await Scene.set(store)
    await scene.add_worker()
    floors = Floors(_Seconds())
    await scene.create(*(scene.new_job() for _ in range(10)))
    await _claim(scene, floors, 3)
    urgent = await scene.add(priority=0)
    assert [one.id for one in await _claim(scene, floors, 1)] == [urgent]


def test_looking_everywhere_takes_a_small_part_of_the_time() -> None:
    seconds = _Seconds()
    floors = Floors(seconds)
    assert floors.begin()
    floors.learn({(("a", ""), 5): 7}, everywhere=True, took_s=1.0)
    assert floors.of(("a", "")) == "{0,0,0,0,0,8,0,0,0,0}"
    seconds.now += 0.9 / RESCAN_PART
    assert not floors.begin()
    seconds.now += 0.2 / RESCAN_PART
    assert floors.begin()
    assert not floors.has(("a", ""))
