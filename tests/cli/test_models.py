"""`pressrun models`."""

import json
from typing import Any

from tests.cli.conftest import Pressrun
from tests.mock_model import mock_model, seal


def listed(pressrun: Pressrun, name: str) -> dict[str, Any]:
    """A model in the list, once it is there: the server may remember its models for a second."""
    while True:
        found = json.loads(pressrun("models", "list", "--json").stdout)["models"]
        for model in found:
            if model["name"] == name:
                return dict(model)


def test_a_model_is_added_tried_and_removed(pressrun: Pressrun, alias: str) -> None:
    """Its key comes from the environment and is never shown."""
    with mock_model(lambda _nonce, _serial: 0.0) as mock:
        added = pressrun(
            "models", "add", alias, "--base-url", mock.base_url, "--api-key-env", "THEIR_KEY", "--model", "big",
            "--concurrency", "3", "--timeout-s", "9", THEIR_KEY="sk-secret",
        )  # fmt: skip
        assert added.exit_code == 0, added.stderr
        model = listed(pressrun, alias)
        tried = json.loads(pressrun("models", "test", alias, "--json").stdout)
        assert seal("Say hello in one short sentence.") in tried["text"]
        assert seal("Say hello in one short sentence.") in pressrun("models", "test", alias).stdout
    assert (model["model_id"], model["concurrency"], model["has_api_key"]) == ("big", 3, True)
    shown = pressrun("models", "list")
    assert alias in shown.stdout
    assert "sk-secret" not in shown.output + added.output + str(model)
    failed = pressrun("models", "test", alias)
    assert failed.exit_code == 1
    assert failed.stderr.startswith("error: ")
    again = pressrun("models", "add", alias, "--base-url", "http://127.0.0.1:1/v1")
    assert again.exit_code == 1
    assert pressrun("models", "add", alias, "--base-url", "http://127.0.0.1:1/v1", "--replace").exit_code == 0
    assert pressrun("models", "remove", alias).exit_code == 0
    assert pressrun("models", "remove", alias).exit_code == 1


def test_the_default_answers_where_none_is_named(pressrun: Pressrun) -> None:
    """`models test` without a name tries it."""
    assert pressrun("models", "default", "scripted").exit_code == 0
    while not listed(pressrun, "scripted")["default"]:
        pass
    assert pressrun("models", "test").stdout == "Say hello in one short sentence.\n"
    assert json.loads(pressrun("models", "default", "scripted", "--json").stdout)["default"] is True
    assert pressrun("models", "default", "nobody-has-this").exit_code == 1


def test_an_empty_variable_is_wrong_usage(pressrun: Pressrun, alias: str) -> None:
    """A model without its key would only fail later."""
    done = pressrun("models", "add", alias, "--base-url", "http://127.0.0.1:1/v1", "--api-key-env", "NOT_SET")
    assert done.exit_code == 2
    assert "NOT_SET" in done.stderr
