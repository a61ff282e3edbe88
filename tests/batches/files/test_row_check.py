"""The quick check of rows decides as the general one does, always."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.inputs import MAX_VALUE_CHARS, check
from pressrun.batches.files.columns import plan_columns
from pressrun.batches.files.file_cells import names_in
from pressrun.batches.files.met import FirstMet, Met
from pressrun.batches.files.row_check import ObjectCheck, TableCheck
from pressrun.batches.files.row_ids import RowIds
from pressrun.errors import PressrunError
from tests.batches.files.reading import TONES, agent, read

TEXT = st.sampled_from(["", " ", "\t\n", "x", "é", " friendly ", *TONES, "x" * (MAX_VALUE_CHARS + 1), "0"]) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=4
)
INPUTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["text", "dropdown", "file"]),
            "required": st.booleans(),
            "min_fields": st.integers(0, 2),
            "max_fields": st.integers(2, 3),
        }
    ),
    min_size=1,
    max_size=4,
)


def definition(kinds: list[dict[str, Any]]) -> AgentDefinition:
    inputs = []
    for number, kind in enumerate(kinds):
        one = {"name": f"in{number}", "type": kind["type"], "required": kind["required"] and kind["type"] != "file"}
        if kind["type"] == "text":
            one |= {"min_fields": kind["min_fields"], "max_fields": kind["max_fields"]}
        if kind["type"] == "dropdown":
            one["options"] = TONES
        inputs.append(one)
    return agent(inputs=inputs)


def generally(one: AgentDefinition, values: dict[str, list[Any]]) -> bytes | set[str]:
    """What a single job with these values stores, or the inputs it is refused for."""
    try:
        return msgspec.json.encode(check(one, [{"id": name, "value": texts} for name, texts in values.items()]))
    except PressrunError as error:
        return {problem.extras["input"] for problem in error.problems}


@settings(deadline=None)
@given(kinds=INPUTS, cells=st.lists(TEXT, min_size=4, max_size=4))
def test_a_row_and_a_single_job_never_disagree(kinds: list[dict[str, Any]], cells: list[str]) -> None:
    """Stored byte for byte alike, or refused for the same inputs."""
    one = definition(kinds)
    names = [declared.name for declared in one.inputs]
    plan = plan_columns(one, names, {})
    values = {
        declared.name: names_in(cell)
        if declared.type == "file"
        else [cell.strip() if declared.type == "dropdown" and cell not in TONES else cell]
        for declared, cell in zip(one.inputs, cells, strict=False)
    }
    expected = generally(one, values)
    fields = dict(zip(names, cells, strict=False))
    for found in (TableCheck(one, plan, names).inputs(cells[: len(names)]), ObjectCheck(one, plan).inputs(fields)):
        assert (found if isinstance(found, bytes) else {name for _, name, _ in found}) == expected


@settings(deadline=None)
@given(value=st.none() | st.booleans() | st.integers() | TEXT | st.lists(TEXT | st.none(), max_size=4) | st.just({}))
def test_a_json_value_is_checked_as_the_texts_it_stands_for(value: Any) -> None:
    one = definition([{"type": "text", "required": True, "min_fields": 1, "max_fields": 3}])
    words = {True: "true", False: "false"}
    texts = (
        value
        if isinstance(value, list)
        else []
        if value is None
        else [words.get(value, value) if isinstance(value, bool) else str(value) if isinstance(value, int) else value]
    )
    found = ObjectCheck(one, plan_columns(one, ["in0"], {})).inputs({"in0": value})
    assert (found if isinstance(found, bytes) else {name for _, name, _ in found}) == generally(one, {"in0": texts})


async def test_blanks_around_an_option_are_the_tables() -> None:
    _, found = await read("Product name,Tone\n Terra , friendly \n")
    assert found[0].inputs == b'{"Product name":[" Terra "],"Tone":["friendly"],"Notes":[]}'


async def test_every_fault_of_every_bad_row_is_listed_and_the_first_thousand_kept() -> None:
    bad = " ,angry,\n"
    rows, found = await read("Product name,Tone,Notes\n" + bad * 700 + "Terra,friendly,\n")
    assert (rows.bad.count, len(rows.bad.kept), rows.total) == (700, 1_000, 701)
    first, second = rows.bad.kept[:2]
    assert (first.column, first.input, first.reason) == (
        "Product name", "Product name", 'the required input "Product name" is empty',
    )  # fmt: skip
    assert second.reason == '"Tone" must be exactly one of "friendly", "playful" (got "angry")'
    assert found[0].problem == f"Product name: {first.reason}; Tone: {second.reason}"
    assert found[-1].problem is None


@given(ids=st.lists(st.text(max_size=2), max_size=300))
def test_ids_are_met_once(ids: list[str]) -> None:
    met, seen = RowIds(), set()
    for one in ids:
        assert (met.fault(one) is not None) == (one in seen or "\0" in one)
        seen.add(one)


@given(values=st.lists(st.integers(0, 50), max_size=2_000))
def test_the_first_of_equal_values_is_remembered(values: list[int]) -> None:
    met, seen = FirstMet(), dict[str, int]()
    for number, value in enumerate(map(str, values), 1):
        assert met.first(value, number) == seen.setdefault(value, number)


def test_ids_of_many_rows_take_little_memory() -> None:
    met = Met()
    assert all(met.add(f"SKU-{number}") for number in range(100_000))
    assert not any(met.add(f"SKU-{number}") for number in range(100_000))
    assert len(met) == 100_000
    assert sum(table.itemsize * len(table) for table in met._tables) <= 32 * 100_000 * 1.4
