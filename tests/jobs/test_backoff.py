"""Waiting between attempts."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pressrun.jobs import backoff


@given(st.integers(1, 100), st.integers())
def test_full_jitter_stays_within_its_bound(errors: int, seed: int) -> None:
    bound = min(backoff.LONGEST_S, backoff.FIRST_S * 2 ** (errors - 1))
    assert 0 <= backoff.wait_s(errors, None, Random(seed)) <= bound


@given(st.integers(1, 100), st.floats(0, 3600), st.integers())
def test_a_providers_wish_is_a_floor(errors: int, retry_after_s: float, seed: int) -> None:
    waited = backoff.wait_s(errors, retry_after_s, Random(seed))
    assert retry_after_s <= waited <= retry_after_s * 1.1 + 1 + 1e-6


def test_the_jitter_is_full() -> None:
    waits = [backoff.wait_s(5, None, Random(seed)) for seed in range(200)]
    assert min(waits) < 2
    assert max(waits) > 14
