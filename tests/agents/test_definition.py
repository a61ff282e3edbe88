"""A definition that exists is consistent, and survives being printed."""

from typing import Any

import pytest

from pressrun.agents.check import MAX_PROBLEMS, check
from pressrun.agents.definition import MAX_INPUTS, MAX_PROMPT_CHARS, MAX_PROMPTS, digest, from_json, to_json
from pressrun.errors import Code, PressrunError
from tests.agents.samples import definition

PROMPT = {"name": "p", "prompt": "hello"}


def problems(data: object) -> list[str]:
    with pytest.raises(PressrunError) as refusal:
        check(data)
    assert refusal.value.code == Code.INVALID
    return [problem.description for problem in refusal.value.problems]


def agent(**fields: Any) -> dict[str, Any]:
    return {"name": "x", "prompts": [PROMPT]} | fields


def test_the_smallest_agent_has_the_documented_defaults() -> None:
    small = check(agent())
    assert (small.output.title, small.settings.joiner, small.settings.fan_out) == ("Output", "\n", False)
    assert (small.settings.deadline_s, small.settings.max_attempts) == (86_400, 5)
    assert small.settings.on_worker_loss == "retry"
    assert small.settings.concurrency is None


def test_json_reads_back_equal_and_leaves_defaults_out() -> None:
    one = definition()
    assert from_json(to_json(one)) == one
    assert b"settings" not in to_json(one)


def test_the_digest_is_of_the_meaning_not_of_the_writing() -> None:
    written_out = agent(output={"title": "Output"}, settings={"joiner": "\n"}, inputs=[])
    assert digest(check(agent())) == digest(check(written_out))
    assert digest(check(agent())) != digest(check(agent(name="y")))
    assert digest(check(agent(prompts=[PROMPT | {"temperature": 1}]))) == digest(
        check(agent(prompts=[PROMPT | {"temperature": 1.0}]))
    )


def test_models_are_named_once_and_the_default_not_at_all() -> None:
    prompts = [{"name": str(n), "prompt": "x", "model": m} for n, m in enumerate(["b", "a", None, "b"]) if m]
    assert check(agent(prompts=[PROMPT, *prompts])).models == ("b", "a")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"prompts": []}, "prompts: must not be empty"),
        ({"prompts": [PROMPT | {"temperature": 7}]}, "prompts[0].temperature: must be between 0 and 2 (got 7)"),
        ({"prompts": [PROMPT | {"temperature": True}]}, "prompts[0].temperature: must be a number (got true)"),
        ({"prompts": [PROMPT | {"max_tokens": "9"}]}, 'prompts[0].max_tokens: must be a whole number (got "9")'),
        ({"prompts": [PROMPT | {"stop": ["a"] * 5}]}, "prompts[0].stop: must not hold more than 4"),
        (
            {"prompts": [{"name": "p", "prompt": "x" * (MAX_PROMPT_CHARS + 1)}]},
            "prompts[0].prompt: must not be longer than 100,000 characters",
        ),
        (
            {"prompts": [{"name": str(n), "prompt": "x"} for n in range(MAX_PROMPTS + 1)]},
            "prompts: must not hold more than 20",
        ),
        (
            {"inputs": [{"name": str(n), "type": "text"} for n in range(MAX_INPUTS + 1)]},
            "inputs: must not hold more than 50",
        ),
        ({"inputs": [{"name": "a"}]}, "inputs[0]: is missing its `type`: add one of text, dropdown, file, media"),
        (
            {"inputs": [{"name": "a", "type": "txt"}]},
            'inputs[0].type: must be one of text, dropdown, file, media (got "txt")',
        ),
        (
            {"inputs": [{"name": "a", "type": "text", "min_fields": 3}]},
            "inputs[0].max_fields: must be at least min_fields (3), got 1: raise it",
        ),
        (
            {"inputs": [{"name": "a", "type": "dropdown", "options": ["x", "x", " "]}]},
            "inputs[0].options[1]: is in the list twice: remove one",
        ),
        ({"inputs": [{"name": "a", "type": "dropdown", "options": []}]}, "inputs[0].options: must not be empty"),
        (
            {"inputs": [{"name": "a", "type": "file", "file_types": ["p df"]}]},
            'inputs[0].file_types[0]: must be a file extension such as pdf (got "p df")',
        ),
        ({"settings": {"deadline_s": 0}}, "settings.deadline_s: must be between 1 and 2592000 (got 0)"),
        ({"settings": {"fan_out": 1}}, "settings.fan_out: must be true or false, without quotes (got 1)"),
        ({"settings": {"on_worker_loss": "x"}}, "settings.on_worker_loss: must be 'retry' or 'fail' (got \"x\")"),
        (
            {"settings": {"fan_out": True}},
            "settings.fan_out: needs exactly one text input with max_fields above 1, and there are 0",
        ),
        ({"name": "a\0b"}, "name: must not hold line breaks, tabs or other control characters"),
        ({"name": "_ _"}, "name: must hold at least one letter or digit"),
        ({"name": " a"}, "name: must not begin or end with a space: write 'a'"),
        ({"name": "a" * 256}, "name: must not be longer than 255 characters"),
        ({"name": "{a}"}, "name: must not hold @, { or }: they mark references"),
        ({"name": "\ud800x"}, "name: is not valid Unicode: it holds half of a surrogate pair"),
        ({"settings": {"concurrency": 2**70}}, "settings.concurrency: must not be beyond 9223372036854775807"),
        ({"alias": "jobs"}, "alias: must not be jobs: the API uses that word"),
        ({"alias": "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"}, "alias: must not look like an id: use a word"),
        (
            {"alias": "My Agent!"},
            "alias: must be 1 to 100 of a-z, 0-9, - and _, beginning with a letter or digit: for example my-agent",
        ),
        ({"output": []}, "output: must be an object with fields (got a list)"),
        (
            {"output": {"titel": "x"}},
            "output.titel: is not a field here; did you mean `title`? It can be: template, title",
        ),
    ],
)
def test_a_fault_is_named_with_its_field_and_its_fix(fields: dict[str, Any], fault: str) -> None:
    assert fault in problems(agent(**fields))


@pytest.mark.parametrize("data", [None, 3, "x", [], [agent()]])
def test_what_is_no_object_is_refused(data: object) -> None:
    assert len(problems(data)) == 1


def test_names_may_not_be_confused() -> None:
    inputs = [{"name": "Text input", "type": "text"}, {"name": "text_INPUT", "type": "text"}]
    (fault,) = problems(agent(inputs=inputs))
    assert fault.startswith("inputs[1].name: is the name of inputs[0] already")
    (fault,) = problems(agent(inputs=[{"name": "P", "type": "text"}]))
    assert fault.startswith("prompts[0].name: is the name of inputs[0] already")


def test_a_prompt_refers_to_earlier_ones_only() -> None:
    prompts = [{"name": "a", "prompt": "see @b and @a"}, {"name": "b", "prompt": "x", "system": "@{B}"}]
    assert problems(agent(prompts=prompts)) == [
        "prompts[0].prompt: refers to 'b', which comes later: move 'b' above this prompt",
        "prompts[0].prompt: refers to its own result: remove the reference to 'a'",
        "prompts[1].system: refers to its own result: remove the reference to 'b'",
    ]


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"type": "strin"}, "is not a valid JSON schema at $.type"),
        ({"properties": {"a": {"$ref": "https://example.com/x"}}}, "must be complete in itself"),
        ({"pattern": "("}, 'is not a "regex"'),
        ({"description": "x" * 100_001}, "must not be longer than 100,000 characters"),
    ],
)
def test_a_schema_is_checked_when_the_agent_is_written(schema: dict[str, Any], fault: str) -> None:
    (found,) = problems(agent(prompts=[PROMPT | {"json_schema": schema}]))
    assert found.startswith("prompts[0].json_schema: ")
    assert fault in found


def test_nesting_without_end_is_refused() -> None:
    deep: Any = {}
    for _ in range(5_000):
        deep = {"a": deep}
    assert "nested more than 64 deep" in problems(agent(prompts=[PROMPT | {"json_schema": deep}]))[0]


def test_a_thousand_faults_are_not_a_thousand_lines() -> None:
    found = problems(agent(inputs=[{"name": "", "type": "text"}] * 1_000))
    assert len(found) <= MAX_PROBLEMS + 1
