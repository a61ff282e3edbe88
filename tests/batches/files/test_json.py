"""JSON rows: one array, or one object a line, in any pieces."""

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.json_rows import JsonArray, JsonLines, JsonRow, row_of
from pressrun.errors import PressrunError
from tests.batches.files.reading import agent, cells, inputs, read, refusal

LIST_AGENT = agent(
    inputs=[
        {"name": "Product name", "type": "text", "max_fields": 3},
        {"name": "Price", "type": "text", "required": False},
    ]
)
ROWS = [
    {"id": 7, "Product name": ["Terra", "Aqua"], "Price": 19.90},
    {"product_name": "x"},
    {"Product name": "Flex: [}", "Price": None, "more": {"a": [1]}},
]


@pytest.mark.parametrize("format_", [Format.JSON, Format.JSONL])
async def test_rows_are_objects_and_keep_what_they_hold(format_: Format) -> None:
    lines = [json.dumps(row).replace("19.9", "19.90") for row in ROWS]
    text = "\ufeff[" + ",\n ".join(lines) + " ]\n" if format_ == Format.JSON else "\n\n".join(lines)
    rows, found = await read(text, definition=LIST_AGENT)
    assert rows.facts.format == format_
    assert rows.columns == ("id", "Product name", "Price", "product_name", "more")
    assert inputs(found) == [
        {"Product name": ["Terra", "Aqua"], "Price": ["19.90"]},
        None,
        {"Product name": ["Flex: [}"], "Price": []},
    ]
    assert [row.row_id for row in found] == ["7", None, None]
    assert found[0].cells == b'{"id":7,"Product name":["Terra","Aqua"],"Price":19.90}'
    assert cells(found)[1:] == ROWS[1:]
    assert rows.bad.kept[0].reason == 'the required input "Product name" is empty'
    assert [row.line for row in found] == ([1, 2, 3] if format_ == Format.JSON else [1, 3, 5])


async def test_a_field_that_first_comes_late_is_an_input_too() -> None:
    text = "".join('{"Product name": "x"}\n' for _ in range(30_000)) + '{"Product name": "y", "price": 5}\n'
    rows, found = await read(text, definition=LIST_AGENT)
    assert (len(found), rows.columns) == (30_001, ("Product name", "price"))
    assert found[-1].inputs == b'{"Product name":["y"],"Price":["5"]}'


async def test_rows_that_are_none_are_bad_and_the_others_good() -> None:
    lines = ["[1]", "7", "null", '"x"', "{", '{"a": 1, "a": 2}', '{"Product name": "\\ud800"}', "{" * 100_000, "NaN"]
    text = '{"Product name": "x"}\n' + "\n".join(lines) + '\n{"Product name": "y"}'
    rows, found = await read(text, definition=LIST_AGENT)
    assert [row.problem is None for row in found] == [True] + [False] * len(lines) + [True]
    reasons = [bad.reason for bad in rows.bad.kept]
    assert reasons[0] == "a row must be an object (got an array)"
    assert 'the name "a" stands twice in one object' in reasons[5]


async def test_a_required_input_that_no_row_has_is_said_once() -> None:
    message = await refusal('{"Tone": "friendly"}\n' * 100)
    assert message.startswith('no column for the required input "Product name"')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"Product name": "x"}', "the array is not closed"),
        ('[{"Product name": "x"} {"a": 1}]', "after row 1 a comma or the end of the array is expected"),
        ('[{"Product name": "x"}] x', "something stands after the end of the array"),
        ('[{"Product name": x}]', "row 1 is not valid JSON"),
        ('[{"Product name": "x"},]', "row 2 is not valid JSON"),
        ("[]", "the file holds no rows"),
        ("[" * 100_000, "row 1 nests too deep"),
        ('[{"Product name": NaN}]', "row 1 is not valid JSON"),
    ],
)
async def test_an_array_that_breaks_is_refused_where_it_does(text: str, said: str) -> None:
    assert said in await refusal(text, Told(Format.JSON), definition=LIST_AGENT)


async def test_one_object_is_no_array() -> None:
    assert "one array of objects" in await refusal('{"rows": []}', Told(Format.JSON))


FIELDS = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)


@settings(deadline=None)
@given(
    objects=st.lists(FIELDS, max_size=5),
    indent=st.sampled_from([None, 1]),
    sizes=st.lists(st.integers(1, 9), max_size=60),
    escaped=st.booleans(),
)
def test_any_objects_in_any_pieces(
    objects: list[dict[str, Any]], indent: int | None, sizes: list[int], escaped: bool
) -> None:
    """An array and lines give what a parser of the whole gives."""
    array = json.dumps(objects, indent=indent, ensure_ascii=escaped).encode()
    lines = "\n".join(json.dumps(one, ensure_ascii=escaped) for one in objects).encode()
    for content, reader in ((array, JsonArray()), (lines, JsonLines())):
        found, at = [], 0
        for size in itertools.chain(sizes, [len(content)]):
            found += reader.feed(content[at : at + size])
            at += size
        found += reader.feed(b"", final=True)
        assert [json.loads(row.text) for _, row in found if isinstance(row, JsonRow)] == objects


@settings(deadline=None)
@given(content=st.binary(max_size=60) | st.text(st.sampled_from('[]{}",:1a \n'), max_size=40).map(str.encode))
def test_whatever_the_bytes_only_our_own_error_is_raised(content: bytes) -> None:
    """And what is taken for a row is what a parser takes for one."""
    for reader in (JsonArray(), JsonLines()):
        try:
            found = [*reader.feed(content), *reader.feed(b"", final=True)]
        except PressrunError:
            continue
        for _, row in found:
            if isinstance(row, JsonRow):
                assert isinstance(msgspec.json.decode(row.text), dict)


def test_numbers_stay_as_they_are_written() -> None:
    text = b'{"a":19.90,"b":12345678901234567890123,"c":1e400,"d":-0.0}'
    row = row_of(text)
    assert isinstance(row, JsonRow)
    assert row.text == text
