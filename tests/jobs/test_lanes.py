"""Dealing free slots: exact limits, no idle slot, no starved organization."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from pressrun.jobs.lanes import Lane, shares

MODELS = ["m1", "m2", "m3"]

lanes = st.lists(
    st.builds(
        Lane,
        organization_id=st.sampled_from(["o1", "o2", "o3"]),
        agent_id=st.uuids().map(str),
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
        share = dealt.get(lane.agent_id, 0)
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
        Lane(
            lane.organization_id,
            lane.agent_id,
            lane.queued - dealt.get(lane.agent_id, 0),
            lane.running + dealt.get(lane.agent_id, 0),
            lane.concurrency,
            lane.models,
        )
        for lane in waiting
    ]
    assert shares(after, 1, model_limits) == {}


def test_a_backlog_does_not_starve_another_organization() -> None:
    dealt = shares([Lane("big", "a", 100_000, 50), Lane("small", "b", 1, 0)], 10, {})
    assert dealt == {"a": 9, "b": 1}


def test_one_slot_at_a_time_is_not_always_the_same_organizations() -> None:
    """One worker with one place: nothing runs when it claims, so only lots decide."""
    waiting = [Lane("big", "a", 100_000, 0), Lane("small", "b", 1, 0)]
    served = Counter(next(iter(shares(waiting, 1, {}, f"token {number}"))) for number in range(200))
    assert served["b"] > 50
    assert served["a"] > 50


def test_nor_always_the_same_agents() -> None:
    waiting = [Lane("o", "a", 100_000, 0), Lane("o", "b", 1, 0)]
    served = Counter(next(iter(shares(waiting, 1, {}, f"token {number}"))) for number in range(200))
    assert served["b"] > 50


def test_whoever_runs_least_comes_first() -> None:
    assert shares([Lane("big", "a", 100_000, 50), Lane("small", "b", 9, 3)], 1, {}, "any") == {"b": 1}


def test_within_an_organization_the_lane_that_runs_least_goes_first() -> None:
    assert shares([Lane("o", "a", 10, 5), Lane("o", "b", 10, 0)], 4, {}) == {"b": 4}


def test_one_agent_gets_every_slot_when_nobody_else_waits() -> None:
    assert shares([Lane("o", "a", 1000, 0)], 500, {}) == {"a": 500}
