"""What a new model must look like."""

from typing import Any

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.models.model import NewModel

URL = "https://host/v1"


@pytest.mark.parametrize("name", ["a", "x" * 100, "meta-llama/Llama-3.1:8b", "模型", "@home"])
def test_names(name: str) -> None:
    assert NewModel(name, URL).kind == "openai"


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"name": "two words"}, ["name"]),
        ({"name": "line\n"}, ["name"]),
        ({"name": "nul\x00"}, ["name"]),
        ({"name": "lone\ud800"}, ["name"]),
        ({"base_url": None}, ["base_url"]),
        ({"base_url": "host/v1"}, ["base_url"]),
        ({"base_url": "file:///etc/passwd"}, ["base_url"]),
        ({"script": b"[]"}, ["base_url"]),
        ({"base_url": None, "script": b"[{times: 0}]"}, ["times"]),
        ({"model_id": ""}, ["model_id"]),
        ({"api_key": ""}, ["api_key"]),
        ({"api_key": "a\nb"}, ["api_key"]),
        ({"concurrency": 0, "timeout_s": 0, "name": " "}, ["name", "concurrency", "timeout_s"]),
    ],
)
def test_faults_are_all_named(fields: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(PressrunError) as caught:
        NewModel(**{"name": "mine", "base_url": URL, **fields})
    assert caught.value.code == Code.INVALID
    assert [problem.extras["field"] for problem in caught.value.problems] == faults


def test_a_script_makes_it_scripted() -> None:
    assert NewModel("mine", script=b"[]").kind == "scripted"
