"""Every filter of the list of all jobs tells the truth, page by page, and a page looks at a bounded number of jobs."""

import itertools

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.jobs import listing
from pressrun.jobs.job import State
from pressrun.jobs.listing import Filter
from pressrun.store.clock import SECOND
from tests.fake_clock import START, FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene
from tests.raw_sql import execute

STATES = list(State)
JOBS = 36
MODEL_REFUSED, TIMEOUT = "model_refused", "model_timeout"


async def pages(scene: Scene, wanted: Filter, limit: int = 5, **options: int) -> list[str]:
    """The ids on all pages, read one after the other."""
    found: list[str] = []
    before = ""
    for _ in range(50):
        names = {"before": before, "limit": limit, **options}
        page = await scene.store.read(lambda tx, names=names: listing.page(tx, "o", wanted, **names))  # type: ignore[misc]
        assert len(page.lines) <= limit
        found += [line.id for line in page.lines]
        if page.next is None:
            return found
        before = page.next
    raise AssertionError("the pages never end")


@pytest.fixture
async def full(scene: Scene, clock: FakeClock, database_url: str) -> Scene:
    """Jobs of two agents, a second apart, in every state; every third is a row of a batch, failed ones have a code."""
    await add_agent(scene.store, "o", "b")
    for number in range(JOBS):
        clock.now = START + number * SECOND
        await scene.add(agent_id="ab"[number % 2])
    states = " ".join(f"WHEN {number} THEN '{state}'" for number, state in enumerate(STATES))
    await execute(
        database_url,
        "UPDATE jobs SET batch_id = 'x', batch_row = seq WHERE seq % 3 = 0",
        f"UPDATE jobs SET state = CASE seq / 2 % 6 {states} END, "  # noqa: S608 - made of our own words
        "lease_token = CASE WHEN seq / 2 % 6 = 1 THEN 't' END, "
        "error_code = CASE WHEN seq / 2 % 6 > 3 THEN "
        f"CASE seq % 4 WHEN 0 THEN '{MODEL_REFUSED}' ELSE '{TIMEOUT}' END END",
    )
    return scene


def expected(states: frozenset[State], agent: str, batch: str, code: str) -> list[str]:
    """What a filter stands for, said again by hand."""
    found = []
    for seq in range(1, JOBS + 1):
        state = STATES[seq // 2 % 6]
        own_code = (MODEL_REFUSED if seq % 4 == 0 else TIMEOUT) if state in {State.FAILED, State.CANCELLED} else ""
        if (
            (not states or state in states)
            and (not agent or "ab"[(seq - 1) % 2] == agent)
            and (not batch or (seq % 3 == 0) == (batch == "x"))
            and (not code or own_code == code)
        ):
            found.append(f"job-{seq - 1:04}")
    return found[::-1]


async def test_every_filter_and_all_of_them_together(full: Scene) -> None:
    wanted = [
        frozenset[State](),
        frozenset({State.FAILED}),
        frozenset({State.QUEUED, State.COMPLETED, State.CANCELLED}),
    ]
    for states, agent, batch, code in itertools.product(wanted, ("", "a"), ("", "x", "none"), ("", TIMEOUT)):
        found = await pages(full, Filter(states, agent, batch, code))
        assert found == expected(states, agent, batch, code), (states, agent, batch, code)


async def test_the_time_of_acceptance(full: Scene) -> None:
    middle = Filter(from_us=START + 10 * SECOND, to_us=START + 13 * SECOND)
    assert await pages(full, middle) == ["job-0012", "job-0011", "job-0010"]
    assert await pages(full, Filter(to_us=START + SECOND)) == ["job-0000"]
    assert await pages(full, Filter(from_us=START + 35 * SECOND)) == ["job-0035"]
    assert await pages(full, Filter(from_us=START + 100 * SECOND)) == []
    in_batch = Filter(batch_id="x", from_us=START + 10 * SECOND, to_us=START + 15 * SECOND)
    assert await pages(full, in_batch) == ["job-0014", "job-0011"]


async def test_a_page_that_gave_up_looking_goes_on(full: Scene) -> None:
    for wanted in (
        Filter(frozenset({State.FAILED}), "a"),
        Filter(frozenset({State.CANCELLED}), batch_id="none"),
        Filter(batch_id="x", error_code=TIMEOUT),
    ):
        found = await pages(full, wanted, limit=2, most_looked=7)
        assert found == expected(wanted.states, wanted.agent_id, wanted.batch_id, wanted.error_code), wanted


async def test_a_page_after_a_job_that_is_gone(full: Scene) -> None:
    with pytest.raises(PressrunError) as refusal:
        await full.store.read(lambda tx: listing.page(tx, "o", Filter(), before="gone", limit=5))
    assert refusal.value.code == Code.INVALID
    theirs = await full.store.read(lambda tx: listing.page(tx, "another", Filter(), limit=5))
    assert (theirs.lines, theirs.next) == ([], None)
