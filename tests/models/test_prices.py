"""What calls cost, from prices that are set and from the table."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.models.price_table import is_public, listed
from pressrun.models.prices import FREE, Price, Rate, flat
from pressrun.models.provider import Usage

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"
MINI = flat(150_000_000, 600_000_000, 75_000_000)
STEPS = Price(Rate(1_000, ((200_000, 2_000),)), Rate(10_000, ((200_000, 15_000),)), Rate(100))


@pytest.mark.parametrize(
    ("price", "usage", "nano"),
    [
        (MINI, Usage(1000, 100), 150_000 + 60_000),
        (MINI, Usage(1000, 100, 400), 600 * 150 + 400 * 75 + 60_000),
        (MINI, Usage(10, 0, 400), 10 * 75),  # no more is cached than was sent, whatever the provider says
        (flat(1, 0), Usage(499_999), 0),
        (flat(1, 0), Usage(500_000), 1),
        (STEPS, Usage(200_000, 1_000), 200 + 10),
        (STEPS, Usage(200_001, 1_000), 400 + 15),
        (FREE, Usage(10**9, 10**9), 0),
    ],
)
def test_a_call_costs(price: Price, usage: Usage, nano: int) -> None:
    assert price.cost(usage) == nano


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.sampled_from([MINI, STEPS, FREE]))
def test_no_call_costs_more_than_the_most(sent: int, received: int, cached: int, price: Price) -> None:
    assert price.cost(Usage(sent, received, cached)) <= price.most(sent, received)


def test_the_table_knows_well_known_models() -> None:
    terms = listed(OPENAI, "gpt-4o-mini", NOON)
    assert terms.price == MINI
    assert terms.context_tokens == 128_000


@pytest.mark.parametrize(
    ("url", "model"),
    [
        (OPENAI, "no-such-model"),
        ("https://gateway.example/v1", "gpt-4o-mini"),
        ("http://127.0.0.1:9/v1", "gpt-4o-mini"),
        ("http://10.0.0.7/v1", "gpt-4o-mini"),
        ("http://llm:8000/v1", "gpt-4o-mini"),
    ],
)
def test_what_the_table_does_not_know_has_no_price(url: str, model: str) -> None:
    assert listed(url, model, NOON).price is None


def test_servers_of_ones_own_network_are_no_well_known_providers() -> None:
    assert is_public(OPENAI)
    assert not is_public("http://[::1]:9/v1")
    assert not is_public("http://localhost/v1")


def test_the_table_is_read_without_a_network() -> None:
    """Any socket that is opened while it is loaded and asked ends the program."""
    program = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.') or event == 'urllib.Request': sys.exit(f'{event} {args}')\n"
        "sys.addaudithook(hook)\n"
        "from pressrun.models.price_table import listed\n"
        f"print(listed({OPENAI!r}, 'gpt-4o-mini').price is not None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
