"""A file from its first byte to its last checked row, whatever it is."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.batches.files.formats import Format, Told, told
from pressrun.batches.files.rows import read_rows
from pressrun.errors import PressrunError
from tests.batches.files.reading import agent, inputs, read, refusal

FREE = agent(inputs=[{"name": "a", "type": "text", "required": False}])


@pytest.mark.parametrize(
    ("content_type", "words", "expected"),
    [
        ("text/csv", {}, Told(Format.CSV)),
        ("text/tab-separated-values", {}, Told(Format.CSV, delimiter="\t")),
        ("Application/JSON; charset=utf-8", {}, Told(Format.JSON)),
        ("application/json", {"format": "JSONL"}, Told(Format.JSONL)),
        ("application/x-ndjson", {}, Told(Format.JSONL)),
        ("application/octet-stream", {"delimiter": "semicolon", "sheet": "S"}, Told(delimiter=";", sheet="S")),
        ("application/x-www-form-urlencoded", {}, Told()),
        (None, {"encoding": "Latin-1", "format": "csv"}, Told(Format.CSV, "iso8859-1")),
        ("", {}, Told()),
    ],
)
def test_what_a_request_says_of_its_file(content_type: str | None, words: dict[str, str], expected: Told) -> None:
    assert told(content_type, **words) == expected


@pytest.mark.parametrize("words", [{"format": "xls"}, {"delimiter": "x"}, {"encoding": ""}])
def test_what_cannot_be_is_refused(words: dict[str, str]) -> None:
    if words.get("encoding") == "":
        assert told(None, **words) == Told()
        return
    with pytest.raises(PressrunError, match="must be one of"):
        told(None, **words)


async def test_the_format_is_what_the_file_begins_as() -> None:
    for content, found in (
        ("a\nx\n", Format.CSV),
        ('[{"a": "x"}]', Format.JSON),
        (' {"a": "x"}', Format.JSONL),
        ("[a],b\nx,y\n", Format.CSV),
    ):
        assert (await read(content, definition=FREE))[0].facts.format == found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "save it as .xlsx"),
        (b"\x1f\x8b\x08", "compressed with gzip"),
        (b"%PDF-1.7", "is a PDF"),
    ],
)
async def test_what_holds_no_rows_is_named(content: bytes, said: str) -> None:
    assert said in await refusal(content)


async def test_a_format_that_cannot_be_true_is_refused() -> None:
    assert "begins like a workbook" in await refusal(b"PK\x03\x04", Told(Format.CSV))
    assert "is no XLSX workbook" in await refusal("a\nx\n", Told(Format.XLSX))


async def test_the_inputs_are_those_a_single_job_would_store() -> None:
    _, found = await read('Product name,Tone\n"Ter""ra é",friendly\n')
    assert found[0].inputs == '{"Product name":["Ter\\"ra é"],"Tone":["friendly"],"Notes":[]}'.encode()
    assert inputs(found) == [{"Product name": ['Ter"ra é'], "Tone": ["friendly"], "Notes": []}]


@settings(deadline=None)
@given(
    content=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
    before=st.sampled_from(
        [b"", b"a,b\n", b"[{", b"{", b'"', b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n", b"\xfe\xff\0a"]
    ),
    said=st.sampled_from([Told(), *(Told(one) for one in (Format.CSV, Format.JSON, Format.JSONL))]),
    sizes=st.lists(st.integers(1, 9), max_size=20),
)
def test_whatever_the_bytes_only_our_own_error_is_raised(
    content: bytes, before: bytes, said: Told, sizes: list[int]
) -> None:
    """And every row is either good or told of."""
    try:
        rows, found = asyncio.run(read(before + content, said, definition=FREE, sizes=sizes))
    except PressrunError:
        return
    assert [row.number for row in found] == list(range(1, rows.total + 1))
    assert sum(row.problem is not None for row in found) == rows.bad.count
    assert all((row.inputs is None) == (row.problem is not None) for row in found)


async def test_memory_does_not_grow_with_the_file() -> None:
    """The peak of five times as many rows is the same."""

    async def lines(count: int) -> AsyncIterator[bytes]:
        yield b"Product name,Tone\n"
        for _ in range(count):
            yield b"Terra running shoe,friendly\n" * 1_000

    peaks = []
    for count in (8, 40):
        tracemalloc.start()
        async with read_rows(lines(count), Told(), agent()) as rows:
            total = sum([len(block) async for block in rows])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert total == count * 1_000
    assert peaks[1] < peaks[0] * 1.2
