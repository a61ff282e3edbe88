"""Rows out: the same columns in every format, safe in a spreadsheet, one line for every row."""

import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.batches.files.formula_safe import DANGEROUS, formula_safe
from pressrun.batches.files.results import RESULT_COLUMNS, ResultColumns, ResultRow
from pressrun.batches.files.text_results import csv_results, jsonl_results
from pressrun.batches.files.xlsx_results import (
    CUT,
    MOST_CELL_CHARS,
    MOST_ROWS,
    cell_text,
    refuse_too_long,
    xlsx_results,
)
from pressrun.errors import PressrunError
from tests.batches.files.reading import agent, cells, read

PAYLOADS = ("", "1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil","x")', "SUM(A1:A9)", "-1+cmd|x", "\t=1", "DDE()")
HOSTILE = [f"{sign}{payload}" for sign in DANGEROUS for payload in PAYLOADS]
DONE = {
    "status": "completed",
    "prompts": {"Text": "Nice.", "Status": "ok"},
    "suggestion": "=1+1",
    "attempts": 1,
    "prompt_tokens": 10,
    "completion_tokens": 5,
    "cost": Decimal("0.000125"),
    "model": "small",
    "version": 3,
    "job_id": "j1",
}
COLUMNS = ResultColumns(["Product name", "status"], ["Text", "Status"])


def row(number: int, *values: str, **more: Any) -> ResultRow:
    return ResultRow(number, msgspec.json.encode(values), **{"status": "queued", **more})


async def some(*blocks: Sequence[ResultRow]) -> AsyncIterator[Sequence[ResultRow]]:
    for block in blocks:
        yield block


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


def test_columns_of_one_name_are_told_apart() -> None:
    assert COLUMNS.names[:6] == ("Product name", "status", "Text", "Status (result)", "suggestion", "status (result 2)")
    assert ResultColumns([], []).names == RESULT_COLUMNS
    assert len(set(ResultColumns(COLUMNS.names, ["Text"]).names)) == len(COLUMNS.names) + 1 + len(RESULT_COLUMNS)


async def test_csv_has_a_line_for_every_row() -> None:
    content = await whole(csv_results(COLUMNS, some([row(1, "Terra, the shoe", "x", **DONE)], [], [row(2, "Aqua")])))
    header, first, second = csv.reader(io.StringIO(content.decode(), newline=""))
    assert tuple(header) == COLUMNS.names
    assert first[:6] == ["Terra, the shoe", "x", "Nice.", "ok", "'=1+1", "completed"]
    assert dict(zip(header, first, strict=True))["cost"] == "0.000125"
    assert second[:6] == ["Aqua", "", "", "", "", "queued"]


async def test_the_sender_may_have_his_own_delimiter_a_mark_and_raw_text() -> None:
    rows = [row(1, "Größe", **DONE)]
    content = await whole(csv_results(COLUMNS, some(rows), raw=True, delimiter=";", bom=True))
    assert content.startswith(b"\xef\xbb\xbfProduct name;status;")
    assert "Größe;;Nice.;ok;=1+1;" in content.decode("utf-8-sig")


async def test_jsonl_keeps_numbers_and_what_a_json_row_held() -> None:
    held = ResultRow(1, b'{"Product name":["a","b"],"price":19.90,"extra":null}', **DONE)  # type: ignore[arg-type]
    content = await whole(jsonl_results(COLUMNS, some([held, row(2, "Aqua", "y")])))
    first, second = (json.loads(line, parse_float=str) for line in content.splitlines())
    assert (first["Product name"], first["price"], first["extra"]) == (["a", "b"], "19.90", None)
    assert (first["suggestion"], first["cost"], first["row"]) == ("=1+1", "0.000125", 1)
    assert "status" not in first
    assert (second["status"], second["status (result 2)"], second["cost"]) == ("y", "queued", None)
    assert ResultColumns(["price", "Product name"], []).values(held)[:2] == ["19.90", '["a","b"]']


async def test_a_workbook_holds_text_as_text_and_numbers_as_numbers() -> None:
    rows = [row(1, "=1+1", "a\x00\x0bb_x0041_", **DONE), row(2, "x" * 40_000, "\ud7ff😀")]
    content = await whole(xlsx_results(COLUMNS, some(rows[:1], rows[1:])))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    header, first, second = map(list, sheet.iter_rows())
    assert tuple(cell.value for cell in header) == COLUMNS.names
    assert all(cell.data_type in {"s", "n", "inlineStr"} for line in (first, second) for cell in line)
    values = dict(zip(COLUMNS.names, (cell.value for cell in first), strict=True))
    assert (values["Product name"], values["suggestion"]) == ("=1+1", "=1+1")
    assert (values["cost"], values["attempts"]) == (0.000125, 1)
    assert str(second[0].value).endswith(CUT)
    _, back = await read(content, definition=agent(inputs=[{"name": "Product name", "type": "text"}]))
    assert cells(back)[0][:3] == ["=1+1", "a\ufffd\ufffdb_x0041_", "Nice."]


def test_a_cell_holds_what_the_format_allows() -> None:
    assert cell_text("a\x00b\ufffe\td\n") == "a\ufffdb\ufffd\td\n"
    assert cell_text("😀" * 16_383) == "😀" * 16_383
    for long in ("x" * 32_768, "😀" * 16_384, "x" + "😀" * 20_000):
        assert len(cell_text(long).encode("utf-16-le")) // 2 <= MOST_CELL_CHARS
        assert cell_text(long).endswith(CUT)


def test_a_sheet_that_is_too_small_is_refused_with_the_way_out() -> None:
    refuse_too_long(MOST_ROWS)
    with pytest.raises(PressrunError, match="format=csv"):
        refuse_too_long(MOST_ROWS + 1)


@pytest.mark.parametrize("text", HOSTILE)
async def test_s21_what_could_be_a_formula_is_text(text: str) -> None:
    """In the file's own cells, in prompts' results, in errors and in the header."""
    columns = ResultColumns([text], ["p"])
    rows = [row(1, text, prompts={"p": text}, suggestion=text, error=text, model=text)]
    content = await whole(csv_results(columns, some(rows)))
    for line in csv.reader(io.StringIO(content.decode(), newline="")):
        assert not any(cell[:1] in set(DANGEROUS) for cell in line)
        assert any(cell == f"'{text}" for cell in line)


async def test_s21_a_workbook_has_no_formulas_and_no_links() -> None:
    """Whatever its cells begin with, they hold what they are given."""
    rows = [row(number, text, suggestion=text) for number, text in enumerate(HOSTILE, 1)]
    content = await whole(xlsx_results(ResultColumns(["=1+1"], []), some(rows)))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells_ = [line[:2] for line in sheet.iter_rows()]
    found = [str(cell.value).replace("_x000D_", "\r") for cell, _ in cells_]  # as the format writes it
    assert found == ["=1+1", *HOSTILE]
    assert {cell.data_type for line in cells_ for cell in line} == {"s"}
    assert not any(cell.hyperlink for line in cells_ for cell in line)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_s21_a_nul_hides_no_formula() -> None:
    assert formula_safe("\0=1+1") == "'\0=1+1"


@pytest.mark.parametrize("number", ["-5", "+49", "-1.234,50", "-.5", "+1,000.00"])
def test_a_signed_number_is_no_formula(number: str) -> None:
    assert formula_safe(number) == number


@given(text=st.text() | st.text(st.sampled_from("=+-@\t\r\n＝09.,e(|'")))
def test_nothing_safe_begins_like_a_formula_and_nothing_is_lost(text: str) -> None:
    safe = formula_safe(text)
    assert safe in {text, f"'{text}"}
    if safe == text and text[:1] in set(DANGEROUS):
        assert text == "" or set(text[1:]) <= set("0123456789.,")
