"""S-17: a file that is more than it looks ends as a clear failure, in a process of its own."""

import io
import json
import resource
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.extraction.limits import MOST_ENTRIES, MOST_MEMORY_BYTES, MOST_OPEN_FILES, MOST_PAGES
from tests.knowledge import documents
from tests.knowledge.keeping import chunked, on_disk

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol" * 10}">' for n in range(10))


def most_resident() -> int:
    """The most bytes this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def overlapping() -> bytes:
    """Every entry of the directory names the same bytes."""
    good = documents.archive({"word/document.xml": b"\0" * 10_000_000})
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        directory = archive.start_dir
    entry = good[directory : good.index(b"PK\x05\x06")]
    many = 40
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, many, many, len(entry) * many, directory, 0)
    return good[:directory] + entry * many + end


def xml_bomb(kind: str) -> bytes:
    """A document whose XML refers to what it should not."""
    doctype = {
        "laughs": f"<!DOCTYPE d [{LAUGHS}]>",
        "xxe": '<!DOCTYPE d [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    }[kind]
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    paragraph = "<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>"
    xml = f'<?xml version="1.0"?>{doctype}<w:document xmlns:w="{space}"><w:body>{paragraph}</w:body></w:document>'
    return documents.changed(documents.word("x"), "word/document.xml", xml.encode())


def sheet_bomb() -> bytes:
    """A workbook that says it is a billion rows long, with a cell in one of them."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<dimension ref="A1:ZZZ1000000000"/>'
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c r="ZZZ999999999"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    return documents.changed(documents.workbook(S=[[1]]), "xl/worksheets/sheet1.xml", sheet.encode())


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "zip of zeros": ("docx", lambda: documents.archive({"word/document.xml": b"\0" * 20_000_000})),
    "overlapping": ("docx", overlapping),
    "many parts": ("pptx", lambda: documents.archive({f"ppt/{n}": b"" for n in range(MOST_ENTRIES + 1)})),
    "nested flate": (
        "pdf",
        lambda: documents.pdf(
            "x", content=documents.nested_flate(120 * 2**20, 3), filters="[/FlateDecode /FlateDecode /FlateDecode]"
        ),
    ),
    "a million pages": ("pdf", lambda: documents.pdf("x", count=1_000_000)),
    "pages that were not announced": ("pdf", lambda: documents.pdf(*[""] * (MOST_PAGES + 1), count=1)),
    "billion laughs": ("docx", lambda: xml_bomb("laughs")),
    "work without end": ("html", lambda: b"<i>" * 3_000_000),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_s17_bombs(blobs: DiskBlobs, tmp_path: Path, name: str) -> None:
    kind, make = BOMBS[name]
    await blobs.put("o/bomb", chunked(make(), 1_000_000))
    before, began = most_resident(), time.monotonic()
    with pytest.raises(RunFailure) as failure:
        await Extractor(cpu_s=1).extract(blobs, "o/bomb", kind, "o/text")
    assert failure.value.code in {FailureCode.PARSE_LIMIT, FailureCode.UNREADABLE_FILE}, failure.value.message
    assert (failure.value.code == FailureCode.PARSE_LIMIT) == (name != "billion laughs"), failure.value.message
    assert not failure.value.retryable
    assert time.monotonic() - began < 25
    assert most_resident() - before < 50 * 2**20
    assert [path.name for path in on_disk(tmp_path / "files")] == ["bomb"]


CONFINED = """
import json, resource
from pressrun.knowledge.extraction.child import confine
confine(7)
print(json.dumps([resource.getrlimit(one) for one in
    (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]))
"""


def test_s17_a_reader_has_limits_before_it_reads() -> None:
    """Each by itself: most bombs meet a finer limit before."""
    done = subprocess.run([sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True)
    memory, files = MOST_MEMORY_BYTES, MOST_OPEN_FILES
    assert json.loads(done.stdout) == [[memory, memory], [7, 8], [0, 0], [files, files], [0, 0]]


async def test_s17_what_is_only_odd_is_read(blobs: DiskBlobs) -> None:
    await blobs.put("o/sheet", chunked(sheet_bomb()))
    found = await Extractor(cpu_s=5).extract(blobs, "o/sheet", "xlsx", "o/text")
    assert found.words <= 2


async def test_s17_nothing_outside_a_file_is_read(blobs: DiskBlobs, tmp_path: Path) -> None:
    """An external entity is not followed; a part named like a path out of the archive is written nowhere."""
    await blobs.put("o/xxe", chunked(xml_bomb("xxe")))
    assert (await Extractor().extract(blobs, "o/xxe", "docx", "o/xxe.text")).characters == 0
    outside = tmp_path / "slipped"
    slip = documents.changed(documents.word("slip"), f"../../../../../..{outside}", b"x")
    await blobs.put("o/slip", chunked(slip))
    assert (await Extractor().extract(blobs, "o/slip", "docx", "o/slip.text")).words == 1
    assert outside not in [*tmp_path.iterdir()]  # noqa: ASYNC240


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("docx", b"PK\x03\x04 damaged"),
        ("docx", documents.workbook(S=[[1]])),
        ("pdf", b"%PDF-1.7 damaged"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 damaged"),
    ],
    ids=["docx", "xlsx called docx", "pdf", "xls"],
)
async def test_damaged_files(blobs: DiskBlobs, kind: str, data: bytes) -> None:
    await blobs.put("o/file", chunked(data))
    with pytest.raises(RunFailure) as failure:
        await Extractor().extract(blobs, "o/file", kind, "o/text")
    assert failure.value.code == FailureCode.UNREADABLE_FILE
