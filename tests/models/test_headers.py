"""Headers that tell of limits, and what passes for them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.models.headers import PAIRS, pause_s, reset_s

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("120ms", 0.12),
        ("1m30s", 90.0),
        ("12", 12.0),
        ("0.5", 0.5),
        ("2026-11-25T12:00:20Z", 20.0),
        ("2026-11-25T13:00:20+01:00", 20.0),
        ("2026-11-25T11:59:00Z", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("99999999999", None),
        ("48h", None),
        ("9999-99-99", None),
        ("0001-01-01T00:00:00Z", None),
        ("s", None),
    ],
)
def test_a_reset_is_read_in_every_form(text: str, seconds: float | None) -> None:
    assert reset_s(text, NOW) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "8s"}, 8.0),
        ({"x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": "8s"}, None),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            360.0,
        ),
        (
            {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2026-11-25T12:00:09Z"},
            9.0,
        ),
        ({"x-ratelimit-remaining-tokens": "-3", "x-ratelimit-reset-tokens": "1s"}, 1.0),
        ({"x-ratelimit-remaining-tokens": "none", "x-ratelimit-reset-tokens": "1s"}, None),
        ({"x-ratelimit-remaining-tokens": "0"}, None),
        ({}, None),
    ],
)
def test_only_a_provider_without_room_is_left_alone(headers: dict[str, str], seconds: float | None) -> None:
    assert pause_s(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


@given(st.dictionaries(st.sampled_from([name for pair in PAIRS for name in pair]), st.text(max_size=20)))
def test_nothing_that_stands_in_a_header_does_harm(headers: dict[str, str]) -> None:
    wait = pause_s(headers, NOW)
    assert wait is None or 0 <= wait <= 86_400
