"""Money as people write it, and as it is kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.money import dollars, nano_dollars, shown


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_what_goes_over_the_wire_comes_back(nano: int) -> None:
    assert nano_dollars(json.loads(json.dumps(dollars(nano)))) == nano


@pytest.mark.parametrize(
    ("written", "nano"), [(0.1, 10**8), ("0.000000001", 1), (15, 15 * 10**9), ("1e-3", 10**6), ("-2.5", -25 * 10**8)]
)
def test_amounts_are_what_they_say(written: str | float, nano: int) -> None:
    assert nano_dollars(written) == nano


@pytest.mark.parametrize("written", ["", "a lot", "1e-10", "nan", "inf", "1e400", True])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"amount|digits"):
        nano_dollars(written)


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "$0.00"),
        (10**9 * 1234, "$1,234.00"),
        (151_200, "$0.0001512"),
        (-500_000_000, "-$0.50"),
        (1, "$0.000000001"),
        (None, "unknown"),
    ],
)
def test_people_see_as_many_digits_as_it_takes(nano: int | None, text: str) -> None:
    assert shown(nano) == text
