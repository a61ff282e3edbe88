"""Text of every kind of file, with the page it stands on."""

import io
from datetime import datetime

import pytest

from pressrun.knowledge.extraction.child import reader_of
from pressrun.knowledge.text_sections import Section
from tests.knowledge import documents


def sections(kind: str, data: bytes) -> list[Section]:
    return [*reader_of(kind)(io.BytesIO(data))]


def test_documents() -> None:
    data = documents.word("First.", "Zweiter Absatz.", table=(("a", "b"), ("1", "2")))
    assert sections("docx", data) == [Section("First.\nZweiter Absatz.\na | b\n1 | 2")]


def test_presentations() -> None:
    data = documents.slides("One", "Two", notes="Say hello")
    assert sections("pptx", data) == [Section("One\nSay hello", 1), Section("Two\nSay hello", 2)]


def test_workbooks() -> None:
    data = documents.workbook(
        Prices=[["Item", "Price"], ["Shoe", 12.0], [None, None], ["Hat", True]],
        When=[[datetime(2026, 1, 2)]],  # noqa: DTZ001
    )
    assert sections("xlsx", data) == [
        Section("Item | Price\nShoe | 12\nHat | true", 1, "Prices"),
        Section("2026-01-02", 2, "When"),
    ]


def test_pdfs() -> None:
    assert sections("pdf", documents.pdf("Hello", "", "World")) == [Section("Hello", 1), Section("World", 3)]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (b"<title>A &amp; B</title><p>One<br>two</p><p>three</p>", "A & B\nOne\ntwo\n\nthree"),
        (b"<head><style>p{}</style><script>x</script><body><p>seen<!-- not --> &lt;b&gt;", "seen <b>"),
        (b'<meta charset="windows-1252"><p>gr\xfcn', "grün"),
        ("<p>grün".encode(), "grün"),
        (b"<ul><li>a<li>b</ul>", "a\nb"),
    ],
)
def test_pages(markup: bytes, text: str) -> None:
    assert sections("html", markup) == [Section(text)]


def test_messages() -> None:
    (plain,) = sections("eml", documents.mail("Hello\n"))
    assert plain.text == "From: ann@example.com\nTo: bob@example.com\nSubject: Grüße\nAttached: plan.pdf\n\nHello"
    (html,) = sections("eml", documents.mail("", "<p>Hello <b>you</b>"))
    assert html.text.endswith("\n\nHello you")


def test_subtitles() -> None:
    data = (
        b"1\r\n00:00:01,000 --> 00:00:02,500\r\nHello\r\n\r\n2\r\n00:00:03.000 --> 00:00:04.000 line:0\r\nthere 2\r\n"
    )
    assert sections("srt", data) == [Section("Hello\nthere 2")]


def test_long_texts_come_in_pieces_that_end_where_lines_end() -> None:
    data = ("ä" * 99 + "\n").encode() * 20_000
    found = sections("txt", data)
    assert len(found) > 2
    assert "\n".join(section.text for section in found) + "\n" == data.decode()


def test_what_is_no_text_becomes_a_mark() -> None:
    assert sections("md", b"long enough to be told\x00 apart") == [Section("long enough to be told apart")]
