"""The weights are found without importing their package, and known by their hash."""

import sys
from pathlib import Path

import pytest

from pressrun.errors import RunFailure
from pressrun.models.weights import PACKAGE, check_weights, find_weights


def test_the_installed_weights_are_found_and_good(tmp_path: Path) -> None:
    weights = find_weights()
    assert weights is not None
    assert PACKAGE not in sys.modules
    memory = tmp_path / "verified"
    check_weights(weights, memory)
    assert str(weights) in memory.read_text()


def test_other_weights_are_refused_even_under_a_good_name(tmp_path: Path) -> None:
    weights, memory = tmp_path / "model.gguf", tmp_path / "verified"
    weights.write_bytes(b"damaged")
    for _ in range(2):
        with pytest.raises(RunFailure, match=r"damaged .*pressrun models install"):
            check_weights(weights, memory)
    assert not memory.exists()
