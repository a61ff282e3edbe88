"""What a queued job is told to wait for."""

from pressrun.accounts import ledger
from pressrun.accounts.account import FIRST_QUOTA_PAUSE_S, Limits
from pressrun.accounts.ledger import Ended, Told, Wanted
from pressrun.accounts.rooms import exhausted
from pressrun.accounts.window import SPAN_S, Denied
from pressrun.errors import FailureCode
from pressrun.jobs import reason
from pressrun.jobs.outcome import Again, Call, Ending
from pressrun.jobs.settle import settle
from pressrun.models.configured import add_model, change_model
from pressrun.models.model import NewModel
from pressrun.models.vault import Vault
from pressrun.store.store import Store, Transaction
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene

VAULT = Vault(bytes(range(32)))


async def why(scene: Scene, job_id: str) -> str | None:
    job = await scene.job(job_id)
    return await scene.store.read(lambda tx: reason.why_queued(tx, job))


async def test_without_a_worker(store: Store) -> None:
    scene = await Scene.set(store)
    assert await why(scene, await scene.add()) == reason.NO_WORKER


async def test_for_a_place(scene: Scene) -> None:
    job_id = await scene.add()
    assert await why(scene, job_id) == reason.PLACES
    await scene.claim()
    assert await why(scene, job_id) is None


async def test_for_a_process_of_its_own(scene: Scene) -> None:
    job_id = await scene.add()
    for number in range(2):
        await scene.add_worker(f"w{number}")
        await scene.claim(worker_id=f"w{number}")
        await scene.die(f"w{number}")
    assert await why(scene, job_id) == reason.ALONE


async def test_for_the_end_of_an_outage(scene: Scene) -> None:
    await add_agent(scene.store, "o", "asks", models='["m"]')
    await scene.create(*(scene.new_job(agent_id="asks") for _ in range(5)))
    again = Again(1, FailureCode.MODEL_UNAVAILABLE, "Model 'm' answered 503", charged=False)
    down = Call("m", FailureCode.MODEL_UNAVAILABLE, 0.1, outage=True)
    for held in await scene.claim():
        await scene.store.write(lambda tx, held=held: settle(tx, [(held, Ending(again, [down]))]))  # type: ignore[misc]
    told = await why(scene, await scene.add(agent_id="asks"))
    assert told is not None
    assert "the model 'm' serves nobody" in told
    assert "answered 503" in told


async def test_for_room_in_an_account(scene: Scene, clock: FakeClock) -> None:
    await add_agent(scene.store, "o", "asks", models='["m"]')
    await add_limited(scene, "m", rpm=2)
    job_id = await scene.add(agent_id="asks")
    assert await why(scene, job_id) == reason.PLACES
    await take(scene, 2, Limits(rpm=2))
    told = await why(scene, job_id)
    assert told is not None
    assert "the model 'm' cannot be asked now: 2 calls a minute are allowed; expected to go on at 08:01:05 UTC" in told
    clock.advance(SPAN_S)
    assert await why(scene, job_id) == reason.PLACES


async def test_for_money(scene: Scene) -> None:
    await add_agent(scene.store, "o", "asks", models='["default"]')
    await add_limited(scene, "m", is_default=True)
    job_id = await scene.add(agent_id="asks")
    gone = Ended("o", "m", None, told=Told.EXHAUSTED, reason="you exceeded your current quota")
    await scene.store.write(lambda tx: ledger.keep(tx, [gone]))
    told = await why(scene, job_id)
    assert told is not None
    assert told.startswith("the default model cannot be asked now: you exceeded your current quota; expected to go on")


async def test_a_claim_takes_no_more_than_an_account_has_room_for(scene: Scene, clock: FakeClock) -> None:
    await add_agent(scene.store, "o", "asks", models='["m"]')
    await add_limited(scene, "m", rpm=3)
    await scene.create(*(scene.new_job(agent_id="asks") for _ in range(20)))
    assert len(await scene.claim(20)) == 3
    await take(scene, 3, Limits(rpm=3))
    assert await scene.claim(20) == []  # three are under way, and no more may begin
    clock.advance(SPAN_S)
    assert len(await scene.claim(20)) == 3


async def test_a_claim_leaves_a_model_without_money_alone_and_then_probes(scene: Scene, clock: FakeClock) -> None:
    await add_agent(scene.store, "o", "asks", models='["m"]')
    await scene.create(*(scene.new_job(agent_id="asks") for _ in range(5)))
    gone = Ended("o", "m", None, told=Told.EXHAUSTED, reason="no money")
    await scene.store.write(lambda tx: ledger.keep(tx, [gone]))
    assert await scene.claim(20) == []
    clock.advance(FIRST_QUOTA_PAUSE_S)
    assert len(await scene.claim(20)) == 1


async def test_who_has_no_quota_is_told_by_model(scene: Scene) -> None:
    await add_limited(scene, "m", account="team")
    await add_limited(scene, "n", account="team")
    gone = Ended("o", "team", None, told=Told.EXHAUSTED, reason="no money")
    await scene.store.write(lambda tx: ledger.keep(tx, [gone]))

    async def work(tx: Transaction) -> dict[tuple[str, str], Denied]:
        return await exhausted(tx, await tx.all("list_model_limits"))

    found = await scene.store.read(work)
    assert {name: denied.reason for name, denied in found.items() if name[1] in "mn"} == {
        ("o", "m"): "no money",
        ("o", "n"): "no money",
    }


async def add_limited(scene: Scene, name: str, *, is_default: bool = False, **changes: object) -> None:
    """A model with limits."""
    await add_model(scene.store, VAULT, "o", NewModel(name, script=b"[]", is_default=is_default))
    await change_model(scene.store, "o", name, changes)


async def take(scene: Scene, calls: int, limits: Limits) -> None:
    """Calls that are permitted and under way."""
    items = [Wanted(f"p{number}", "o", "m", 1, limits, 300.0) for number in range(calls)]
    await scene.store.write(lambda tx: ledger.keep(tx, items))
