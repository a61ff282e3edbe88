"""CSV as spreadsheets, databases and people write it."""

import csv
import io
import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pressrun.batches.files.csv_records import CsvRecords
from pressrun.batches.files.delimiters import Dialect
from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.limits import MOST_ROW_CHARS
from pressrun.errors import PressrunError
from tests.batches.files.reading import agent, cells, inputs, read, refusal

HEADER = ("Product name", "Tone", "Notes", "id")
ONE = agent(inputs=[{"name": "a", "type": "text", "required": False}])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_every_line_ending(end: str) -> None:
    lines = ['Product name,Tone,"No', 'tes"', "Terra,friendly,x", "", "Aqua,playful,", ' , ,"', '"', ",,"]
    rows, found = await read(end.join(lines))
    assert inputs(found)[0]["Product name"] == ["Terra"]
    assert [(row.number, row.line) for row in found] == [(1, 3), (2, 5)]
    assert rows.columns == ("Product name", "Tone", f"No{end}tes")
    assert rows.blank == 3


async def test_quoted_line_breaks_delimiters_and_quotation_marks() -> None:
    _, found = await read('Product name,Tone\n"Terra, the ""best""\nshoe",friendly\nAqua,playful\n')
    assert cells(found) == [['Terra, the "best"\nshoe', "friendly"], ["Aqua", "playful"]]
    assert [row.line for row in found] == [2, 4]


async def test_a_blank_before_a_quotation_mark_is_none() -> None:
    _, found = await read('Product name, Tone\n"Terra, the shoe", "friendly"\n"Aqua", playful\n')
    assert cells(found) == [["Terra, the shoe", "friendly"], ["Aqua", "playful"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_the_delimiter_is_found(delimiter: str) -> None:
    text = f"Product name,Price{delimiter}Tone{delimiter}id\nTerra; 5,00{delimiter}friendly{delimiter}1\n"
    text = text.replace("; ", "" if delimiter == ";" else "; ").replace("Product name,Price", "Product name")
    rows, found = await read(text.replace("5,00", "5" if delimiter == "," else "5,00"))
    assert rows.facts.delimiter == delimiter
    assert [row.problem for row in found] == [None]


async def test_excels_own_word_on_the_delimiter_is_obeyed() -> None:
    rows, found = await read("sep=;\r\nProduct name;Tone\r\nTerra;friendly\r\n")
    assert (rows.columns, found[0].number, found[0].line) == (("Product name", "Tone"), 1, 3)


async def test_a_list_of_texts_with_commas_is_one_column() -> None:
    _, found = await read("a\nTerra, red\nAqua\nFlex, blue, small\n", definition=ONE)
    assert cells(found) == [["Terra, red"], ["Aqua"], ["Flex, blue, small"]]


async def test_what_is_said_goes_before_what_it_looks_like() -> None:
    rows, _ = await read("a;b,c\n1;2,3\n", Told(Format.CSV, delimiter=","), definition=ONE)
    assert rows.columns == ("a;b", "c")


async def test_short_rows_are_filled_and_long_ones_are_bad() -> None:
    rows, found = await read("Product name,Tone,Notes\nTerra,friendly\nAqua,playful,x,\nFlex,playful,x,y\n")
    assert cells(found)[:2] == [["Terra", "friendly", ""], ["Aqua", "playful", "x"]]
    (bad,) = rows.bad.kept
    assert (bad.row, bad.line, bad.column) == (3, 4, None)
    assert "it has 4 cells, and the header has 3" in bad.reason


async def test_columns_without_a_name_and_of_the_same_name() -> None:
    rows, _ = await read("Product name,,Price,Price,Tone,\nTerra,x,1,2,friendly,\n")
    assert rows.columns == ("Product name", "Column 2", "Price", "Price 2", "Tone")
    assert '2 columns are called "Tone"' in await refusal("Product name,Tone,Tone\nTerra,friendly,playful\n")


async def test_a_header_alone_holds_no_rows() -> None:
    for nothing in ("Product name,Tone\n", "Product name,Tone", "\n\n", "Product name,Tone\n , \n"):
        assert await refusal(nothing) == "the file holds no rows"
    assert await refusal("") == "the file is empty"


async def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens() -> None:
    broken = 'Product name,Tone\nTerra,friendly\nAqua,"playful\n' + "Flex,playful\n" * 5
    assert "line 3 opens a quotation mark that is never closed" in await refusal(broken)
    assert "line 3 has a cell of more than 131,072 characters" in await refusal(broken + "Flex,playful\n" * 20_000)


async def test_text_behind_a_closing_quotation_mark_is_a_bad_row() -> None:
    rows, found = await read('Product name,Tone\n"Terra" x,friendly\nAqua,playful\n')
    assert [row.problem is None for row in found] == [False, True]
    assert rows.bad.kept[0].reason.startswith("text stands after a closing quotation mark")


async def test_a_file_without_line_breaks_is_refused_before_it_fills_the_memory() -> None:
    assert "is longer than" in await refusal(b"x" * (2 * MOST_ROW_CHARS), Told(Format.CSV))


async def test_a_nul_is_a_bad_row() -> None:
    rows, _ = await read("Product name,Tone\nTer\0ra,friendly\nAqua,playful\n")
    assert "NUL" in rows.bad.kept[0].reason


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8) | st.sampled_from(
    ['"', '""', "\r\n", "\n", "\r", ",", ";", "\t", ' "', "a", "é", "-"]
)


@settings(deadline=None)
@given(
    table=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|"),
    style=st.sampled_from([(csv.QUOTE_MINIMAL, "\r\n"), *((csv.QUOTE_ALL, end) for end in ("\n", "\r\n", "\r"))]),
    sizes=st.lists(st.integers(1, 9), max_size=40),
)
@example(table=[["\r\n", "a"]], delimiter=",", style=(csv.QUOTE_ALL, "\r\n"), sizes=[2, 1, 1])
def test_any_table_is_read_as_it_was_written(
    table: list[list[str]], delimiter: str, style: tuple[int, str], sizes: list[int]
) -> None:
    """Whatever the pieces it arrives in."""
    quoting, end = style
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)  # type: ignore[arg-type]
    records = CsvRecords(Dialect(delimiter))
    found, at = [], 0
    for size in itertools.chain(sizes, [len(text.getvalue())]):
        found += records.feed(text.getvalue()[at : at + size])
        at += size
    found += records.feed("", final=True)
    assert [cells for _, cells in found if cells] == [row for row in table if row]
    lines = text.getvalue().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line, record in found:
        if isinstance(record, list) and record and record[0].isalpha():
            assert record[0] in lines[line - 1]


@settings(deadline=None)
@given(content=st.text(st.sampled_from('a",;\n\r\0é '), max_size=60), sizes=st.lists(st.integers(1, 7), max_size=20))
def test_pieces_make_no_difference(content: str, sizes: list[int]) -> None:
    """Also where the text is broken."""

    def outcome(cuts: list[int]) -> object:
        records, found, at = CsvRecords(Dialect()), [], 0
        try:
            for size in [*cuts, len(content)]:
                found += records.feed(content[at : at + size])
                at += size
            return found + records.feed("", final=True)
        except PressrunError as error:
            return str(error)

    assert outcome(sizes) == outcome([])
