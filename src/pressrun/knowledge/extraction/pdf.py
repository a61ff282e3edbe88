"""Text of a PDF, page by page."""

from collections.abc import Iterator
from typing import IO, Any

from pressrun.knowledge.extraction.limits import MOST_PAGES, ParseLimitError, UnreadableError
from pressrun.knowledge.extraction.plain import whole
from pressrun.knowledge.text_sections import Section


def pdf_sections(file: IO[bytes]) -> Iterator[Section]:
    """A section for each page that has text."""
    import pypdf  # noqa: PLC0415 - each kind loads its own parser
    from pypdf.errors import LimitReachedError, PyPdfError  # noqa: PLC0415

    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("the file is encrypted: save it without a password")
        _check_count(reader)
        for number, page in enumerate(reader.pages, 1):
            if number > MOST_PAGES:
                raise _too_many()
            text = whole(page.extract_text()).strip()
            if text:
                yield Section(text, page=number)
    except LimitReachedError as error:
        raise ParseLimitError(f"a part of the file unpacks to more than it may ({error})") from None
    except RecursionError:
        raise ParseLimitError("the parts of the file are nested too deeply") from None
    except PyPdfError as error:
        raise UnreadableError(f"the file is damaged ({error})") from None


def _check_count(reader: Any) -> None:
    """What the file says of its length, before its pages are listed."""
    try:
        said = int(reader.trailer["/Root"]["/Pages"]["/Count"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    if said > MOST_PAGES:
        raise _too_many()


def _too_many() -> ParseLimitError:
    return ParseLimitError(f"the file has more than {MOST_PAGES:,} pages: split it")
