"""Workbooks: what people see in their cells is read; what would harm the server is not."""

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from defusedxml import EntitiesForbidden
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.batches.files import xlsx_sheet
from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.limits import MOST_ROW_CHARS
from pressrun.batches.files.rows import read_rows
from pressrun.batches.files.xlsx_sheet import rows_of
from tests.batches.files.reading import agent, cells, inputs, read, refusal

FREE = agent(inputs=[{"name": "a", "type": "text", "required": False}])
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def workbook(*rows: list[Any], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def patched(content: bytes, **parts: bytes) -> bytes:
    """The workbook with parts of it replaced or added."""
    changed = {"sheet": SHEET, "strings": STRINGS}
    new = {changed.get(name, name): value for name, value in parts.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in {*old.namelist(), *new}:
            archive.writestr(name, new[name] if name in new else old.read(name))
    return file.getvalue()


def sheet_of(rows: str, *, before: str = "") -> bytes:
    """A workbook whose sheet is the given XML."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return patched(
        workbook(["a"]), sheet=f"{before}<worksheet {space}><sheetData>{rows}</sheetData></worksheet>".encode()
    )


async def test_cells_become_the_text_that_people_see() -> None:
    header = ["Product name", "Tone", "Notes"]
    values: list[Any] = [
        42,
        42.0,
        19.9,
        True,
        date(2026, 11, 25),
        datetime(2026, 11, 25, 13, 5),  # noqa: DTZ001 - sheets know no zones
        time(13, 5),
        "_x000D_",
    ]
    rows, found = await read(workbook(header, *([value, "friendly"] for value in values)))
    assert rows.facts.format == Format.XLSX
    assert [row[0] for row in cells(found)] == [
        "42", "42", "19.9", "true", "2026-11-25", "2026-11-25 13:05:00", "13:05:00", "\r",
    ]  # fmt: skip
    assert inputs(found)[0] == {"Product name": ["42"], "Tone": ["friendly"], "Notes": []}


async def test_empty_rows_are_none_and_rows_keep_the_number_of_the_sheet() -> None:
    rows, found = await read(workbook([], ["a", None, "b"], [], ["x"], [None, " "], [None, None, "y"]), definition=FREE)
    assert rows.columns == ("a", "Column 2", "b")
    assert [(row.number, row.line) for row in found] == [(1, 4), (2, 6)]
    assert cells(found) == [["x", "", ""], ["", "", "y"]]


async def test_the_first_sheet_that_can_be_seen_or_the_one_that_is_named() -> None:
    def sheets(book: openpyxl.Workbook) -> None:
        book.worksheets[0].sheet_state = "hidden"
        book.create_sheet("Second").append(["a"])
        book["Second"].append(["2"])

    content = workbook(["a"], ["1"], change=sheets)
    assert cells((await read(content, definition=FREE))[1]) == [["2"]]
    assert cells((await read(content, Told(sheet="Sheet"), definition=FREE))[1]) == [["1"]]
    message = await refusal(content, Told(sheet="Third"), definition=FREE)
    assert message == 'the workbook has no sheet "Third": it has "Second"'


async def test_a_spreadsheets_error_is_no_value() -> None:
    rows, found = await read(workbook(["a", "b"], ["#N/A", "x"], ["y", "#REF!"]), definition=FREE)
    assert rows.bad.kept[0].reason == "the cell holds the spreadsheet's error #N/A"
    assert [row.problem is None for row in found] == [False, True]


async def test_a_formula_is_its_last_result_and_never_text() -> None:
    _, found = await read(sheet_of('<row r="1"><c r="A1" t="str"><v>a</v></c></row>'
                                   '<row r="2"><c r="A2"><f>6*7</f><v>42</v></c></row>'), definition=FREE)  # fmt: skip
    assert cells(found) == [["42"]]


async def test_sizes_that_a_sheet_claims_are_not_believed() -> None:
    cell = '<c r="{}" t="str"><v>x</v></c>'
    far_row = f'<row r="1">{cell.format("A1")}</row><row r="999999999999">{cell.format("A999999999999")}</row>'
    assert await refusal(sheet_of(far_row), definition=FREE) == "the file holds no rows"
    far_column = f'<row r="1">{cell.format("A1")}</row><row r="2">{cell.format("XFD2")}</row>'
    assert "more than 2,000 columns" in await refusal(sheet_of(far_column), definition=FREE)


@pytest.mark.parametrize(
    "entity",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
async def test_entities_are_refused(entity: str) -> None:
    row = '<row r="1"><c r="A1" t="str"><v>&e;</v></c></row>'
    assert "cannot be read" in await refusal(sheet_of(row, before=entity), definition=FREE)
    with pytest.raises(ValueError, match=r"could not read worksheets") as refused:
        list(rows_of(io.BytesIO(sheet_of(row, before=entity))))
    assert isinstance(refused.value.__context__, EntitiesForbidden)


@pytest.mark.parametrize(("part", "most"), [(SHEET, 2**30), (STRINGS, 2**28), ("xl/styles.xml", 2**26)])
async def test_a_bomb_is_refused_before_it_is_unpacked(part: str, most: int) -> None:
    """The archive says how large its parts are, and nothing is unpacked beyond that."""
    content = bytearray(patched(workbook(["a"], ["x"]), **{part: b" " * 1000}))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(part).file_size.to_bytes(4, "little")
    at = content.rindex(part.encode()) - 22
    assert content[at : at + 4] == size
    content[at : at + 4] = (most + 1).to_bytes(4, "little")
    assert f"unpacks to more than {most // 2**20:,} MiB" in await refusal(bytes(content), definition=FREE)


async def test_a_row_without_end_is_refused() -> None:
    row = f'<row r="1"><c r="A1" t="str"><v>{"x" * (MOST_ROW_CHARS + 1)}</v></c></row>'
    assert "row 1 of the sheet has more than 2,000,000 characters" in await refusal(sheet_of(row), definition=FREE)


def test_the_process_cannot_take_the_machines_memory() -> None:
    """What is asked for beyond its limit, it does not get."""
    program = f"from {xlsx_sheet.__name__} import limit_itself; limit_itself(); bytes(2**30)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("MemoryError")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(1000), workbook(["a"])[:-100]], ids=["head", "zeros", "cut"]
)
async def test_a_broken_archive_is_refused(content: bytes) -> None:
    assert "cannot be read" in await refusal(content, definition=FREE)


async def test_an_archive_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.txt", "x")
    assert "cannot be read" in await refusal(file.getvalue(), definition=FREE)


SMALL = workbook(["a", "b"], ["x", 1], ["y", 2.5])


@settings(deadline=None, max_examples=50)
@given(data=st.data())
def test_whatever_is_broken_the_reader_ends(data: st.DataObject) -> None:
    """Some bytes of a good workbook changed: rows, or an exception that the process turns into a refusal."""
    content = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        for _, row in rows_of(io.BytesIO(content)):
            assert all(isinstance(cell, str) for cell in row)
    except Exception:  # noqa: BLE001, S110 - `main` catches everything; a broken archive makes the library raise it
        pass


async def test_the_process_knows_no_secrets_and_is_gone_when_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSRUN_SECRET_KEY", "CANARY")
    content = workbook(["a"], *([f"text {number}"] for number in range(20_000)))

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async with read_rows(chunks(), Told(), FREE) as rows:
        async for _ in rows:
            (reader,) = readers_of_ours()
            assert b"CANARY" not in (reader / "environ").read_bytes()
            break
    assert not readers_of_ours()


def readers_of_ours() -> list[Path]:
    """Processes of this one that read workbooks."""
    return [process for process in Path("/proc").glob("[0-9]*") if _is_reader_of_ours(process)]


def _is_reader_of_ours(process: Path) -> bool:
    try:
        parent = int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
        return parent == os.getpid() and xlsx_sheet.__name__.encode() in (process / "cmdline").read_bytes()
    except OSError:
        return False
