"""A provider that serves nobody: nobody is charged, nobody is sent in vain, and the way back is no stampede."""

from dataclasses import asdict
from random import Random

import pytest

from pressrun.errors import FailureCode
from pressrun.jobs import outages
from pressrun.jobs.job import Claim, State
from pressrun.jobs.outages import Change, Outage, after
from pressrun.jobs.outcome import Again, Call, Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.models.configured import add_model
from pressrun.models.model import NewModel
from pressrun.models.vault import Vault
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import RESULT, Scene

DOWN = Call("m", FailureCode.MODEL_UNAVAILABLE, 0.1, outage=True)
ANSWER = Call("m", "completed", 0.1)


@pytest.fixture
async def asking(scene: Scene) -> Scene:
    """The scene with an agent whose jobs ask the model `m`."""
    await add_agent(scene.store, "o", "asks", models='["m"]')
    return scene


async def fail(scene: Scene, held: Claim) -> State | None:
    again = Again(1.0, FailureCode.MODEL_UNAVAILABLE, "answered 503", charged=False)
    return (await scene.store.write(lambda tx: settle(tx, [(held, Ending(again, [DOWN]))])))[0]


async def answer(scene: Scene, held: Claim) -> None:
    await scene.store.write(lambda tx: settle(tx, [(held, Ending(Completed(RESULT), [ANSWER]))]))


async def test_outages_hold_jobs_back_and_charge_them_nothing(asking: Scene, clock: FakeClock) -> None:
    ids = [await asking.add(agent_id="asks") for _ in range(50)]
    for held in await asking.claim(outages.OPENS_AFTER):
        assert await fail(asking, held) == State.WAITING
    assert await asking.claim(10) == [], "so many outages in a row, so nobody is sent any more"
    for _ in range(12):
        clock.advance(outages.LONGEST_PAUSE_S + 1)
        probes = await asking.claim(10)
        assert len(probes) == 1, "one asks whether it is over"
        assert probes[0].errors == 0
        await fail(asking, probes[0])
    clock.advance(outages.LONGEST_PAUSE_S + 1)
    started = []
    for _ in range(8):
        claims = await asking.claim(100)
        started.append(len(claims))
        for held in claims:
            await answer(asking, held)
        clock.advance(outages.GROWS_EVERY_S + 0.1)
    assert started == [1, 2, 4, 8, 16, 19, 0, 0]
    assert {(await asking.job(job_id)).state for job_id in ids} == {State.COMPLETED}


async def test_recovery_ends_the_outage(asking: Scene, clock: FakeClock) -> None:
    await asking.create(*(asking.new_job(agent_id="asks") for _ in range(600)))
    for held in await asking.claim(outages.OPENS_AFTER):
        await fail(asking, held)
    while await asking.store.read(outages.find_all):
        clock.advance(2)
        for held in await asking.claim(500):
            await answer(asking, held)
    assert len(await asking.claim(100)) > 0


async def test_other_models_and_organizations_are_not_held_back(asking: Scene) -> None:
    await add_agent(asking.store, "o", "other", models='["n"]')
    await asking.create(*(asking.new_job(agent_id="asks") for _ in range(9)))
    for held in await asking.claim(outages.OPENS_AFTER):
        await fail(asking, held)
    await asking.create(*(asking.new_job(agent_id="other") for _ in range(5)))
    assert {held.agent_id for held in await asking.claim(10)} == {"other"}


async def test_the_default_model_is_held_back_under_either_name(scene: Scene) -> None:
    await add_agent(scene.store, "o", "asks", models='["default"]')
    await add_agent(scene.store, "o", "names", models='["m"]')

    model = NewModel("m", "http://m", is_default=True, concurrency=7)
    await add_model(scene.store, Vault(bytes(32)), "o", model)
    await scene.create(*(scene.new_job(agent_id="asks") for _ in range(9)))
    await scene.create(*(scene.new_job(agent_id="names") for _ in range(9)))
    assert len(await scene.claim(100)) == 7, "both names are one model, whose limit is seven"


async def test_the_timeline_tells_the_calls_and_that_nothing_was_charged(asking: Scene) -> None:
    job_id = await asking.add(agent_id="asks")
    (held,) = await asking.claim()
    await fail(asking, held)
    rows = await asking.store.read(lambda tx: tx.all("list_job_events", organization_id="o", job_id=job_id))
    last = bytes(rows[-1]["data"])
    assert b'"charged":false' in last
    assert b'"calls":[{"model":"m","outcome":"model_unavailable"' in last


def outage(**changes: object) -> Outage:
    changes.pop("closed_for_s", None)
    values: dict[str, object] = {"failures": 3, "openings": 1, "allowance": 1, "reason": "", "is_open": False}
    return Outage(**{**values, "age_us": 2_000_000, **changes})  # type: ignore[arg-type]


def test_how_an_outage_goes_on() -> None:
    assert after(None, 1, 0) is None
    assert after(None, 0, 4) == Change(4, 0, 0)
    assert after(None, 0, 5) == Change(5, 1, 1, outages.FIRST_PAUSE_S)
    assert after(outage(openings=0, failures=4), 1, 5) is None, "an answer among failures: it is there"
    assert after(outage(), 0, 1) == Change(4, 2, 1, 2.0), "whoever asked whether it is over was told that it is not"
    assert after(outage(openings=50), 0, 1) == Change(4, 51, 1, outages.LONGEST_PAUSE_S)
    assert after(outage(is_open=True), 0, 100) == Change(3, 1, 1), "calls from before it opened"
    assert after(outage(allowance=8, openings=7), 3, 0) == Change(0, 1, 16)
    assert after(outage(allowance=8, age_us=10), 3, 0) == Change(0, 1, 8)
    assert after(outage(allowance=8, failures=0), 0, 1) == Change(1, 1, 8), "one failure on the way back"
    assert after(outage(allowance=8, failures=4), 0, 1) == Change(5, 2, 1, 2.0)
    assert after(outage(allowance=outages.CLOSES_AT), 1, 0) is None


def test_a_provider_that_fails_for_one_in_four_is_not_held_back_for_long() -> None:
    random, known, held_back = Random(1), None, 0
    for _ in range(2000):
        fails = random.random() < 0.25
        change = after(known, 0 if fails else 1, int(fails))
        held_back += bool(change and change.closed_for_s)
        known = None if change is None else outage(**asdict(change), is_open=False)
    assert held_back < 20
