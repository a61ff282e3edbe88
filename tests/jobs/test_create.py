"""Accepting jobs, with and without idempotency keys."""

import asyncio

from pressrun.jobs.create import create, witness
from pressrun.jobs.job import Acceptance
from pressrun.store.grouping import Grouped
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene, key


async def test_a_group_is_accepted_in_order(scene: Scene, clock: FakeClock) -> None:
    jobs = [scene.new_job() for _ in range(50)]
    accepted = await scene.create(*jobs)
    assert [one.job_id for one in accepted] == [job.id for job in jobs]
    assert {(one.acceptance, one.created_at) for one in accepted} == {(Acceptance.CREATED, clock.now)}
    claims = await scene.claim(50)
    assert sorted(claim.id for claim in claims) == [job.id for job in jobs]


async def test_a_version_that_moved_is_not_accepted(scene: Scene) -> None:
    old, gone = scene.new_job(agent_version=2), scene.new_job(agent_id="nobody")
    renamed = scene.new_job(agent_reference="its-old-alias")
    accepted = await scene.create(old, scene.new_job(), gone, renamed)
    assert [one.acceptance for one in accepted] == [
        Acceptance.VERSION_MOVED,
        Acceptance.CREATED,
        Acceptance.VERSION_MOVED,
        Acceptance.VERSION_MOVED,
    ]
    assert len(await scene.claim()) == 1


async def test_a_key_stands_for_one_job(scene: Scene, clock: FakeClock) -> None:
    first = scene.new_job(idempotency=key("k1"))
    (accepted,) = await scene.create(first)
    clock.advance(3600)
    same, other = await scene.create(
        scene.new_job(idempotency=key("k1")), scene.new_job(idempotency=key("k1", body="other"))
    )
    assert same.acceptance == Acceptance.REPLAYED
    assert (same.job_id, same.created_at) == (first.id, accepted.created_at)
    assert (other.acceptance, other.job_id) == (Acceptance.KEY_REUSED, first.id)
    assert len(await scene.claim()) == 1


async def test_keys_of_other_callers_are_other_keys(scene: Scene) -> None:
    accepted = await scene.create(
        scene.new_job(idempotency=key("k1")),
        scene.new_job(idempotency=key("k1", key_id="k2")),
        scene.new_job(idempotency=key("k1", route="elsewhere")),
    )
    assert {one.acceptance for one in accepted} == {Acceptance.CREATED}


async def test_concurrent_twins_create_one_job(scene: Scene) -> None:
    grouped = Grouped(scene.store, create, limit=5, witness=witness, patience_s=5)
    accepted = await asyncio.gather(*(grouped.submit(scene.new_job(idempotency=key("k1"))) for _ in range(64)))
    assert sum(one.acceptance == Acceptance.CREATED for one in accepted) == 1
    assert len({one.job_id for one in accepted}) == 1
    assert len(await scene.claim(100)) == 1


async def test_a_key_whose_job_was_not_created_is_free_again(scene: Scene) -> None:
    lost, twin = await scene.create(
        scene.new_job(idempotency=key("k1"), agent_version=9), scene.new_job(idempotency=key("k1"), agent_version=9)
    )
    assert lost.acceptance == twin.acceptance == Acceptance.VERSION_MOVED
    (accepted,) = await scene.create(scene.new_job(idempotency=key("k1")))
    assert accepted.acceptance == Acceptance.CREATED


async def test_a_clients_own_repeat_is_folded_within_its_window(scene: Scene, clock: FakeClock) -> None:
    fold = key("body-digest", fold_window_us=600_000_000)
    repeat = key("body-digest", fold_window_us=600_000_000, is_repeat=True)
    first, twin = scene.new_job(idempotency=fold), scene.new_job(idempotency=fold)
    assert [one.acceptance for one in await scene.create(first, twin)] == [Acceptance.CREATED] * 2
    (folded,) = await scene.create(scene.new_job(idempotency=repeat))
    assert (folded.acceptance, folded.job_id) == (Acceptance.REPLAYED, twin.id)
    clock.advance(601)
    (late,) = await scene.create(scene.new_job(idempotency=repeat))
    assert late.acceptance == Acceptance.CREATED
