"""Agents read from files."""

import json
from pathlib import Path

import pytest

from pressrun.cli.agent_files import read_agent_files
from pressrun.cli.failure import Failure

GOOD = {"name": "Crème Brûlée", "prompts": [{"name": "A", "prompt": "🍮 say hi"}]}


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines_of(*paths: Path) -> list[str]:
    with pytest.raises(Failure) as caught:
        read_agent_files(paths)
    return list(caught.value.lines)


def test_json_and_yaml_say_the_same(tmp_path: Path) -> None:
    """Tabs, escapes in pairs and a byte order mark included."""
    as_json = written(tmp_path, "a.json", "\ufeff" + json.dumps(GOOD, indent="\t"))
    as_yaml = written(tmp_path, "a.yaml", "name: Crème Brûlée\nprompts: [{name: A, prompt: 🍮 say hi}]")
    assert read_agent_files([as_json])[0].definition == read_agent_files([as_yaml])[0].definition


def test_without_an_alias_the_name_makes_one(tmp_path: Path) -> None:
    """By it the file finds its agent again."""
    assert read_agent_files([written(tmp_path, "a.json", json.dumps(GOOD))])[0].alias == "creme-brulee"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.yaml", "name: A\nprompts:\n  - name: B\n    promt: hi\n", "line 4"),
        ("a.yaml", "name: A\nprompts: [\n", "line 3"),
        ("a.json", '{\n\t"name": "A",\n\t"prompts": [{"name": "B", "promt": "hi"}]\n}', "line 3"),
        ("a.json", '{\n"name": "A",\n}', "line 3"),
    ],
)
def test_a_fault_has_its_file_and_line(tmp_path: Path, name: str, content: str, place: str) -> None:
    """In JSON too."""
    lines = lines_of(written(tmp_path, name, content))
    assert lines
    assert all(line.startswith(f"{tmp_path / name}: ") for line in lines)
    assert any(place in line for line in lines)


def test_the_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    """One run tells everything there is to mend."""
    missing = tmp_path / "missing.yaml"
    binary = written(tmp_path, "binary.yaml", b"\xff\xfe")
    lines = lines_of(missing, binary)
    assert lines[0].startswith(f"{missing}: cannot be read: No such file")
    assert lines[1].startswith(f"{binary}: is not UTF-8")


def test_two_files_cannot_be_one_agent(tmp_path: Path) -> None:
    """The second would undo the first."""
    one, two = (written(tmp_path, name, json.dumps(GOOD)) for name in ("1.json", "2.json"))
    assert "same alias 'creme-brulee'" in lines_of(one, two)[0]
