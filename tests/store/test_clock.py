"""Stored times as they are told: microseconds of the epoch, there and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.store.clock import EPOCH, iso, microseconds


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_told_to_the_microsecond_and_read_back(moment: datetime) -> None:
    told = iso(microseconds(moment))
    assert told == moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
    assert microseconds(datetime.fromisoformat(told)) == microseconds(moment)


@pytest.mark.parametrize(("time", "told"), [(0, "00:00.000000Z"), (1, "00:00.000001Z"), (61_000_000, "01:01.000000Z")])
def test_times_near_the_epoch(time: int, told: str) -> None:
    assert iso(time) == f"{EPOCH:%Y-%m-%dT%H}:{told}"
