"""Columns to inputs: by name, by map, and every misfit said once."""

import pytest

from pressrun.batches.files.columns import plan_columns
from pressrun.errors import PressrunError
from tests.batches.files.reading import agent, cells, inputs, read, refusal

VALUES = agent(inputs=[{"name": "Product name", "type": "text", "min_fields": 2, "max_fields": 3}])


async def test_names_match_without_case_blanks_and_underscores() -> None:
    _, found = await read("PRODUCT_NAME, tone ,Price\nTerra,friendly,5\n")
    assert inputs(found) == [{"Product name": ["Terra"], "Tone": ["friendly"], "Notes": []}]


async def test_the_exact_name_goes_first_and_two_alike_are_ambiguous() -> None:
    _, found = await read("product name,Product name,Tone\nx,Terra,friendly\n")
    assert inputs(found)[0]["Product name"] == ["Terra"]
    message = await refusal("product name,PRODUCT NAME,Tone\nx,Terra,friendly\n")
    assert 'the columns "product name", "PRODUCT NAME" are both named like the input "Product name"' in message


async def test_a_map_goes_before_names() -> None:
    text = "Artikel,Tone,Stil,Notes\nTerra,x,friendly,secret\n"
    _, found = await read(text, column_map={"artikel": "product name", "Stil": "Tone", "Notes": None})
    assert inputs(found) == [{"Product name": ["Terra"], "Tone": ["friendly"], "Notes": []}]
    assert cells(found) == [["Terra", "x", "friendly", "secret"]]


async def test_all_misfits_come_at_once_and_once() -> None:
    text = "Artikel,Preis\n" + "Terra,5\n" * 500
    message = await refusal(text, column_map={"Artikl": "Product name", "Preis": "Tonne"})
    assert 'the file has no column "Artikl": did you mean "Artikel"?' in message
    assert '"Tonne" is not an input of this agent: did you mean "Tone"?' in message
    assert message.count('no column for the required input "Product name"') == 1
    assert message.count('no column for the required input "Tone"') == 1
    assert "Notes" not in message


async def test_several_columns_feed_an_input_that_takes_several_values() -> None:
    _, found = await read("Product name 1,product_name2,Product name 3\nTerra,,Aqua\n", definition=VALUES)
    assert inputs(found) == [{"Product name": ["Terra", "Aqua"]}]
    column_map = {"a": "Product name", "b": "Product name"}
    rows, found = await read("b,a\nTerra,Aqua\nFlex,\n", definition=VALUES, column_map=column_map)
    assert inputs(found) == [{"Product name": ["Terra", "Aqua"]}, None]
    assert rows.bad.kept[0].column == "b, a"
    too_many = {"a": "Tone", "b": "Tone"}
    assert "2 columns are mapped to it" in await refusal("a,b,Product name\n1,2,3\n", column_map=too_many)


async def test_ids_of_rows_are_unique() -> None:
    text = "ID,Product name,Tone\n7,Terra,friendly\n8,Aqua,playful\n 7,Flex,playful\n,Nova,playful\n"
    rows, found = await read(text)
    assert [row.row_id for row in found] == ["7", "8", None, None]
    (bad,) = rows.bad.kept
    assert (bad.row, bad.column, bad.reason) == (3, "ID", "another row before it has the same id")
    _, found = await read("SKU,Product name,Tone\n7,Terra,friendly\n", column_map={"SKU": "id"})
    assert found[0].row_id == "7"
    rows, _ = await read(f"id,Product name,Tone\n{'7' * 256},Terra,friendly\n")
    assert "longer than 255" in rows.bad.kept[0].reason


async def test_an_input_called_id_is_an_input() -> None:
    _, found = await read("id\n7\n7\n", definition=agent(inputs=[{"name": "id", "type": "text"}]))
    assert [row.row_id for row in found] == [None, None]
    assert inputs(found) == [{"id": ["7"]}] * 2


async def test_names_and_numbers_of_columns_have_an_end() -> None:
    long = "x" * 1_001
    assert "the name of column 2 is longer than 1,000 characters" in await refusal(f"Product name,{long},Tone\na,b,c\n")
    assert "2,001 columns" in await refusal(",".join(f"c{number}" for number in range(2_001)) + "\nx\n")
    fine = '{"Product name": "x", "Tone": "friendly"'
    wide = ", ".join(f'"c{number}": 1' for number in range(2_000))
    rows, found = await read(f'{fine}}}\n{fine}, "{long}": 1}}\n{fine}, {wide}}}\n{fine}, "more": 1}}\n')
    assert [row.problem is None for row in found] == [True, False, False, True]
    assert rows.columns == ("Product name", "Tone", "more")


def test_files_that_no_table_can_give_are_missing() -> None:
    with pytest.raises(PressrunError, match='required input "Photo"'):
        plan_columns(agent(inputs=[{"name": "Photo", "type": "media"}]), ["a"], {})
