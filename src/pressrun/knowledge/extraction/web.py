"""Text of HTML: what a reader sees, block by block; nothing is run, fetched or expanded."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import IO

from pressrun.knowledge.extraction.plain import decoded, whole
from pressrun.knowledge.text_sections import Section

UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "math", "iframe", "object", "head"})
BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
        "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
        "title", "tr", "ul",
    }
)  # fmt: skip
_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)


class Reader(HTMLParser):
    """Collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._unseen = 0
        self._in_title = False
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the library's
        """See HTMLParser."""
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "body":
            self._unseen = 0  # a head that is not closed hides nothing else
        self._in_title = tag == "title"
        if tag in BLOCKS:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        self._in_title = False
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self._pieces.append(data)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """See HTMLParser, which breaks off at a section like `<![x[` whose name it does not know."""
        try:
            return super().parse_marked_section(i, report)
        except AssertionError:
            return self.parse_bogus_comment(i, report)

    @property
    def text(self) -> str:
        """All of it, with single blanks and at most one empty line between blocks."""
        lines = [" ".join(line.split()) for line in "".join(self._pieces).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def html_text(markup: str) -> tuple[str, str]:
    """The title and the text of a page."""
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return " ".join(reader.title.split()), reader.text


def html_sections(file: IO[bytes]) -> Iterator[Section]:
    """The title, if the page has one, then what it says."""
    title, text = html_text(_markup(file.read()))
    yield Section(f"{title}\n{text}" if title and not text.startswith(title) else text)


def _markup(raw: bytes) -> str:
    said = _CHARSET.search(raw[:4096])
    if said is not None and not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return whole(raw.decode(said[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    return decoded(raw)
