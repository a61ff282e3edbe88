"""Values of unknown origin: every fault at once, each with its input and its fix."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.agents.inputs import MAX_ITEMS, MAX_VALUE_CHARS, check
from pressrun.errors import Code, PressrunError, Problem
from tests.agents.samples import definition

GOOD = [{"id": "Product name", "value": ["Terra"]}, {"id": "Tone", "value": ["friendly"]}]


def problems(raw: object, **changes: Any) -> list[Problem]:
    with pytest.raises(PressrunError) as refusal:
        check(definition(**changes), raw)
    assert refusal.value.code == Code.INVALID
    return list(refusal.value.problems)


def test_every_input_has_a_value_in_the_order_of_the_agent() -> None:
    values = check(definition(), [*reversed(GOOD), {"id": "Photo", "value": []}])
    assert list(values.items()) == [
        ("Product name", ("Terra",)),
        ("Tone", ("friendly",)),
        ("Notes", ()),
        ("Brief", ()),
        ("Photo", ()),
    ]


def test_values_are_kept_as_they_are() -> None:
    nasty = "\0 @Tone {{x}} 😀\u2028 "
    assert check(definition(), [{"id": "Product name", "value": [nasty, ""]}, GOOD[1]])["Product name"] == (nasty, "")


def test_the_agent_of_the_official_tests() -> None:
    agent = definition(inputs=[{"name": "id", "type": "text"}], prompts=[{"name": "p", "prompt": "@id"}], output=None)
    assert check(agent, [{"id": "id", "value": ["string"]}]) == {"id": ("string",)}


def test_all_faults_come_at_once() -> None:
    found = problems(
        [
            {"id": "Tone", "value": ["angry"]},
            {"id": "Product Name", "value": ["x"]},
            {"id": "Notes", "value": ["one"]},
            {"id": "Photo", "value": ["f1", "f2"]},
            {"value": ["x"]},
            7,
        ]
    )
    assert {problem.extras.get("input", problem.extras.get("index")) for problem in found} == {
        "Product name", "Product Name", "Tone", "Notes", "Photo", 4, 5,
    }  # fmt: skip
    assert len(found) == 7


@pytest.mark.parametrize(
    ("item", "fix"),
    [
        ({"id": "Tone", "value": "friendly"}, 'write ["friendly"]'),
        ({"id": "Tone", "value": 7}, 'must be a list of texts (got 7): write ["…"]'),
        ({"id": "Tone", "value": None}, "must be a list of texts (got nothing)"),
        ({"id": "Tone"}, 'has no "value": write "value": ["…"]'),
        ({"id": "Tone", "values": ["friendly"]}, '(it has "values")'),
        (
            {"id": "Tone", "value": ["friendly", "playful"]},
            'must be exactly one of "friendly", "playful" (got 2 values)',
        ),
        ({"id": "Tone", "value": ["Friendly"]}, 'must be exactly one of "friendly", "playful" (got "Friendly")'),
        ({"id": "Tone", "value": [7]}, 'value 1 of "Tone" must be text (got 7): put it in quotes'),
        ({"id": "Tone", "value": []}, '"Tone" is required: add {"id": "Tone", "value": ["…"]}'),
        ({"id": "Tone", "value": [" ", "\t"]}, '"Tone" is required'),
        ({"id": "Tone", "value": ["\ud800"]}, 'value 1 of "Tone" is not valid Unicode'),
    ],
)
def test_a_faulty_item_is_named_with_its_fix(item: dict[str, Any], fix: str) -> None:
    (problem,) = problems([GOOD[0], item])
    assert fix in problem.description
    assert problem.extras["input"] == "Tone"


@pytest.mark.parametrize(("count", "extent"), [(4, "between 1 and 3 values (got 4)")])
def test_the_number_of_texts(count: int, extent: str) -> None:
    (problem,) = problems([{"id": "Product name", "value": ["x"] * count}, GOOD[1]])
    assert problem.description == f'"Product name" takes {extent}'
    (problem,) = problems([*GOOD, {"id": "Notes", "value": ["x"]}])
    assert problem.description == '"Notes" takes exactly 2 values (got 1)'


def test_an_absent_optional_input_need_not_have_its_number_of_texts() -> None:
    assert check(definition(), [*GOOD, {"id": "Notes", "value": [""]}])["Notes"] == ()


def test_a_text_has_a_largest_length() -> None:
    fits = "x" * MAX_VALUE_CHARS
    assert check(definition(), [{"id": "Product name", "value": [fits]}, GOOD[1]])["Product name"] == (fits,)
    (problem,) = problems([{"id": "Product name", "value": [fits + "x"]}, GOOD[1]])
    assert "must not be longer than 100,000 characters" in problem.description


def test_an_unknown_name_lists_the_valid_ones() -> None:
    (problem,) = problems([*GOOD, {"id": "product_NAME", "value": ["x"]}])
    assert 'Did you mean "Product name"?' in problem.description
    assert problem.extras["valid"] == ["Product name", "Tone", "Notes", "Brief", "Photo"]
    (problem,) = problems([*GOOD, {"id": "Ton", "value": ["x"]}])
    assert 'Did you mean "Tone"?' in problem.description


def test_a_name_that_cannot_be_sent_back_is_made_sendable() -> None:
    (problem,) = problems([*GOOD, {"id": "\ud800" + "x" * 10_000, "value": ["x"]}])
    assert len(problem.description.encode()) < 1_000
    assert problem.extras["input"].encode()


def test_an_input_given_twice() -> None:
    (problem,) = problems([*GOOD, GOOD[1]])
    assert problem.description == '"Tone" is given twice: put all its values in one item'


@pytest.mark.parametrize("raw", [None, 7, "x", {"Tone": ["friendly"]}, True])
def test_what_is_no_list_is_refused_with_the_shape(raw: object) -> None:
    (problem,) = problems(raw)
    assert '[{"id": "<input name>", "value": ["<text>"]}]' in problem.description


def test_a_list_without_end_is_one_fault() -> None:
    assert len(problems([GOOD[0]] * (MAX_ITEMS + 1))) == 1
    assert len(problems([GOOD[1], {"id": "Product name", "value": [7] * 100_000}])) < 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()) | st.just("Tone"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "value", "x"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(raw=JSON)
def test_whatever_stands_there_is_answered(raw: object) -> None:
    found = problems(raw)  # the required inputs are always missing or wrong
    for problem in found:
        assert problem.description.encode()
