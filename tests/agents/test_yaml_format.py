"""Agents as YAML: faults with line and fix, and nothing lost on the way out and in."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pressrun.agents.check import faults_in
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.lint import lint
from pressrun.agents.yaml_format import read, write
from pressrun.errors import Code, PressrunError
from tests.agents.samples import definition

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
TAIL = "prompts:\n  - name: a\n    prompt: hello\n"


def problems(text: str) -> list[str]:
    with pytest.raises(PressrunError) as refusal:
        read(text)
    assert refusal.value.code == Code.INVALID
    return [problem.description for problem in refusal.value.problems]


def test_every_fault_of_a_file_has_its_line_and_its_fix() -> None:
    text = """name: x
name: y
promts: 1
prompts:
  - name: a
    prompt: yes
    temperature: 7
    stop: [no, 12:30]
    temprature:
      - 1
  - nam: b
"""
    prompt = "json_schema, max_tokens, model, models, name, on_invalid, prompt, stop, system, temperature"
    agent = "alias, description, graphs, inputs, name, output, prompts, settings"
    unknown = "is not a field here; did you mean"
    reads = "must be text, and YAML reads"
    assert problems(text) == [
        "line 2, column 1: `name` is given twice (first on line 1): remove one",
        f"line 3, column 1: promts: {unknown} `prompts`? It can be: {agent}",
        f'line 6, column 13: prompts[0].prompt: {reads} yes as true or false: put it in quotes, "yes"',
        "line 7, column 18: prompts[0].temperature: must be between 0 and 2 (got 7)",
        f'line 8, column 12: prompts[0].stop[0]: {reads} no as true or false: put it in quotes, "no"',
        f'line 8, column 16: prompts[0].stop[1]: {reads} 12:30 as a number: put it in quotes, "12:30"',
        f"line 9, column 5: prompts[0].temprature: {unknown} `temperature`? It can be: {prompt}",
        "line 11, column 5: prompts[1].name: is missing: add it",
        "line 11, column 5: prompts[1].prompt: is missing: add it",
        f"line 11, column 5: prompts[1].nam: {unknown} `name`? It can be: {prompt}",
    ]


def test_a_fault_carries_its_place_as_data() -> None:
    with pytest.raises(PressrunError) as refusal:
        read("name: x\n" + TAIL + "    temperature: 7\n")
    (problem,) = refusal.value.problems
    assert problem.extras == {"field": "prompts[0].temperature", "line": 5, "column": 18}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1, column 1: the file is empty"),
        ("# nothing\n", "line 1, column 1: the file is empty"),
        ("- a\n- b\n", "line 1, column 1: must be an object with at least `name` and `prompts` (got a list)"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: there must be one agent in a file"),
        ("a:\n\tb: 1\n", "line 2, column 1: a tab cannot indent YAML: use spaces"),
        ("name: x\nprompt: @Tone\n", "line 2, column 9: text that begins with @ must stand in quotes"),
        ("name: a: b\n", "line 1, column 8: a colon here makes no sense to YAML"),
        ("name: [1\n", "line 2, column 1: this is not YAML: expected ',' or ']'"),
        ("name: x\x07\n", "line 1, column 8: the character U+0007 cannot stand in YAML"),
        ("a: &x 1\nb: 2\n", "line 1, column 4: anchors (&name) are not allowed"),
        ("a: *x\n", "line 1, column 4: aliases (*name) are not allowed"),
        ("[" * 1_000, "nested more than 64 deep"),
        ("yes: 1\n" + TAIL, "line 1, column 1: field names must be text (got yes): put it in quotes"),
        ("? [a]\n: 1\n", "line 1, column 3: field names must be text"),
        ("name: !!python/object/apply:os.getcwd []\n" + TAIL, "line 1, column 7: name: must be text (got a list)"),
        ("name: !foo x\n" + TAIL, "line 1, column 7: !foo is not plain YAML"),
        ("name: x\nsettings: {concurrency: .nan}\n" + TAIL, "settings.concurrency: must be a finite number"),
        ("name: x\nsettings: {concurrency: " + "9" * 5_000 + "}\n" + TAIL, "line 2, column 25: 9999"),
        ("name:\n" + TAIL, "line 1, column 6: name: must be text (got nothing): write it, in quotes"),
        ("x" * 9_000_000, "the file must not be larger than 8 MiB"),
    ],
)
def test_what_is_not_an_agent_in_yaml(text: str, fault: str) -> None:
    assert any(fault in problem for problem in problems(text)), problems(text)


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    (fault,) = problems("\n".join(lines))
    assert "anchors" in fault


def test_a_date_is_the_text_that_was_written() -> None:
    assert read("name: 2024-01-01\n" + TAIL).name == "2024-01-01"
    assert read("\ufeffname: x\r\n" + TAIL).name == "x"


def test_long_texts_are_blocks_and_unicode_stays() -> None:
    one = definition(prompts=[{"name": "p", "prompt": "Écris 😀\n  @Tone: #x\n\nfin"}], output=None)
    assert "prompt: |-\n      Écris 😀\n        @Tone: #x\n\n      fin\n" in write(one)


def test_fields_come_in_their_usual_order_without_defaults() -> None:
    text = write(definition(alias="copy"))
    assert text.startswith("name: Product copy\nalias: copy\ninputs:\n  - name: Product name\n    type: text\n")
    assert "settings" not in text
    assert text.index("prompts:") < text.index("output:")


NASTY = st.one_of(
    st.text(alphabet=st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40),
    st.text(alphabet="a \t\n\r\x85\u2028\ufeff\0:#@-?|>'\"\\&*!%`{}[]~,😀é", min_size=1, max_size=30),
    st.sampled_from(["yes", "null", "~", "1", "1.5", "2024-01-01", "=", "<<", "0x1F", "12:30", "@x", "- a", "a: b",
                     " lead", "trail ", "a\n", "\na", "a\n\n", "a \nb", "\ta\nb", "---", "...", "--- a\n...\n", "# x"]),
)  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn) -> AgentDefinition:
    optional = st.none() | NASTY
    options = draw(st.lists(NASTY.filter(lambda text: bool(text.strip())), min_size=1, max_size=4, unique=True))
    schema = draw(st.none() | st.dictionaries(NASTY.map(lambda key: "x-" + key), NASTY, max_size=3))
    data: dict[str, Any] = {
        "name": "n" + draw(st.sampled_from(["", ": x", " # y", "'s", '"', "é", " -z", "yes"])),
        "description": draw(optional),
        "inputs": [
            {"name": "in", "type": "dropdown", "options": options, "description": draw(optional)},
            {"name": "yes", "type": "text", "max_fields": draw(st.integers(1, 1_000)), "required": draw(st.booleans())},
        ],
        "prompts": [
            {
                "name": "1",
                "prompt": draw(NASTY),
                "system": draw(optional),
                "temperature": draw(st.none() | st.floats(0, 2)),
                "stop": draw(st.lists(NASTY, max_size=4)),
                "json_schema": schema,
            }
        ],
        "output": {"template": draw(optional)},
        "settings": {"joiner": draw(NASTY)},
    }
    outcome = faults_in(data)
    assume(isinstance(outcome, AgentDefinition))  # else the prompt happens to refer to itself
    assert isinstance(outcome, AgentDefinition)
    return outcome


@settings(max_examples=300, deadline=None)
@given(one=definitions())
def test_what_is_written_reads_back_equal(one: AgentDefinition) -> None:
    assert read(write(one)) == one


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?, \n\t~0.1\x85\u2028name", max_size=60))
def test_no_text_is_unanswered(text: str) -> None:
    assert all(fault.strip() for fault in problems(text))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_without_fault_or_warning(path: Path) -> None:
    one = read(path.read_text("utf-8"))
    assert lint(one) == []
    assert read(write(one)) == one


def test_there_are_examples() -> None:
    """Those of the studio's gallery, which offers no others."""
    gallery = {"faq", "meta-tags", "press-release", "product-description", "social-post", "ticket-triage"}
    assert gallery <= {path.stem for path in EXAMPLES}
    assert {read(path.read_text("utf-8")).alias for path in EXAMPLES} == {path.stem for path in EXAMPLES}
