"""Inputs on the command line."""

from pathlib import Path

import pytest

from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.job_inputs import read_inputs


def test_a_name_that_is_repeated_has_several_values() -> None:
    """In the order they were given; only the first = divides."""
    assert read_inputs(["A=1", "B=x=y", "A=2", "C="]) == [
        {"id": "A", "value": ["1", "2"]},
        {"id": "B", "value": ["x=y"]},
        {"id": "C", "value": [""]},
    ]


@pytest.mark.parametrize(("content", "text"), [("a\nb\n", "a\nb"), ("a\r\n", "a"), ("", ""), ("\n\n", "\n")])
def test_a_file_gives_its_text_without_the_last_line_break(tmp_path: Path, content: str, text: str) -> None:
    """Editors add it, nobody means it."""
    path = tmp_path / "text.txt"
    path.write_bytes(content.encode())
    assert read_inputs([f"A=@{path}"]) == [{"id": "A", "value": [text]}]


def test_two_signs_are_one_sign() -> None:
    """So that a text may begin with it."""
    assert read_inputs(["A=@@mention"]) == [{"id": "A", "value": ["@mention"]}]


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """Wrong usage, each with the way to mend it."""
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(Failure) as caught:
        read_inputs(["word", "=x", "A=@/no/such", f"B=@{tmp_path / 'binary'}"])
    assert caught.value.code == ExitCode.USAGE
    first, second, third, fourth = caught.value.lines
    assert "name=value" in first
    assert "name=value" in second
    assert "A=@@/no/such" in third
    assert "UTF-8" in fourth


def test_standard_input_is_read_once() -> None:
    """The second would be empty."""
    with pytest.raises(Failure, match="read once"):
        read_inputs(["A=-", "B=-"])
