"""Dealing free slots: exact limits, no idle slot, no starved organization."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pressrun.jobs.lanes import BATCH_PLACES, Lane, shares

MODELS = ["m1", "m2", "m3"]

lanes = st.lists(
    st.builds(
        Lane,
        organization_id=st.sampled_from(["o1", "o2", "o3"]),
        agent_id=st.uuids().map(str),
        batch_id=st.sampled_from(["", "b1"]),
        priority=st.integers(0, 9),
        queued=st.integers(-2, 30),
        running=st.integers(0, 10),
        concurrency=st.none() | st.integers(1, 12),
        models=st.lists(st.sampled_from(MODELS), unique=True, max_size=3).map(tuple),
    ),
    max_size=8,
    unique_by=lambda lane: lane.agent_id,
)
limits = st.dictionaries(st.tuples(st.sampled_from(["o1", "o2", "o3"]), st.sampled_from(MODELS)), st.integers(1, 15))


@given(lanes, st.integers(0, 60), limits)
def test_no_limit_is_ever_passed(waiting: list[Lane], slots: int, model_limits: dict[tuple[str, str], int]) -> None:
    dealt = shares(waiting, slots, model_limits)
    assert sum(dealt.values()) <= slots
    asking: Counter[tuple[str, str]] = Counter()
    before: Counter[tuple[str, str]] = Counter()
    for lane in waiting:
        share = dealt.get(lane.name, 0)
        assert share <= max(0, lane.queued)
        if share and lane.concurrency is not None:
            assert lane.running + share <= lane.concurrency
        for model in lane.models:
            asking[lane.organization_id, model] += lane.running + share
            before[lane.organization_id, model] += lane.running
    for key, limit in model_limits.items():
        assert asking[key] <= max(limit, before[key])


@given(lanes, st.integers(1, 60), limits)
def test_no_slot_idles_while_something_may_start(
    waiting: list[Lane], slots: int, model_limits: dict[tuple[str, str], int]
) -> None:
    dealt = shares(waiting, slots, model_limits)
    if sum(dealt.values()) == slots:
        return
    after = [
        replace(
            lane,
            queued=lane.queued - dealt.get(lane.name, 0),
            running=lane.running + dealt.get(lane.name, 0),
        )
        for lane in waiting
    ]
    assert shares(after, 1, model_limits) == {}


def test_a_backlog_does_not_starve_another_organization() -> None:
    dealt = shares([Lane("big", "a", 100_000, 50), Lane("small", "b", 1, 0)], 10, {})
    assert dealt == {("a", ""): 9, ("b", ""): 1}


def test_one_slot_at_a_time_is_not_always_the_same_organizations() -> None:
    """One worker with one place: nothing runs when it claims, so only lots decide."""
    waiting = [Lane("big", "a", 100_000, 0), Lane("small", "b", 1, 0)]
    served = Counter(next(iter(shares(waiting, 1, {}, f"token {number}"))) for number in range(200))
    assert served["b", ""] > 50
    assert served["a", ""] > 50


def test_nor_always_the_same_agents() -> None:
    waiting = [Lane("o", "a", 100_000, 0), Lane("o", "b", 1, 0)]
    served = Counter(next(iter(shares(waiting, 1, {}, f"token {number}"))) for number in range(200))
    assert served["b", ""] > 50


def test_whoever_runs_least_comes_first() -> None:
    assert shares([Lane("big", "a", 100_000, 50), Lane("small", "b", 9, 3)], 1, {}, "any") == {("b", ""): 1}


def test_within_an_organization_the_lane_that_runs_least_goes_first() -> None:
    assert shares([Lane("o", "a", 10, 5), Lane("o", "b", 10, 0)], 4, {}) == {("b", ""): 4}


def test_one_agent_gets_every_slot_when_nobody_else_waits() -> None:
    assert shares([Lane("o", "a", 1000, 0)], 500, {}) == {("a", ""): 500}


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)), min_size=1, max_size=5), st.integers(1, 12))
def test_the_batches_of_an_agent_share_its_limit(batches: list[tuple[int, int]], most: int) -> None:
    waiting = [
        Lane("o", "a", queued, 0, most, batch_id=f"b{number}", priority=priority)
        for number, (queued, priority) in enumerate(batches)
    ]
    dealt = shares(waiting, 60, {})
    assert sum(dealt.values()) == min(most, sum(queued for queued, _ in batches))


def test_a_single_job_is_taken_before_the_next_row_of_a_batch() -> None:
    waiting = [Lane("o", "a", 100_000, 40, batch_id="b"), Lane("o", "a", 1, 0)]
    assert shares(waiting, 1, {}) == {("a", ""): 1}


def test_a_more_urgent_batch_gets_more_and_not_all() -> None:
    waiting = [Lane("o", "a", 1000, 0, batch_id="b", priority=1), Lane("o", "a", 1000, 0, batch_id="c", priority=5)]
    dealt = shares(waiting, 40, {})
    assert dealt == {("a", "b"): 30, ("a", "c"): 10}


def test_rows_of_batches_leave_places_for_single_jobs() -> None:
    waiting = [Lane("o", "a", 100, 3, batch_id="b"), Lane("p", "c", 100, 3, batch_id="d"), Lane("o", "a", 5, 0)]
    dealt = shares(waiting, 20, {BATCH_PLACES: 9})
    assert sum(share for (_, batch_id), share in dealt.items() if batch_id) == 3
    assert dealt["a", ""] == 5
