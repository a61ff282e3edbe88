"""A file to text: `python -m pressrun.knowledge.extraction.child KIND CPU_SECONDS`, the file itself on standard input.

Sections are JSON lines on standard output; the last line of standard error says how it ended, `{"found": …}` or
`{"error": "…", "code": "…"}`. The process limits itself before it reads a byte: memory, time, open files, no file that
it could write, no new rights, and no network where the kernel takes it away.
"""

import importlib
import json
import resource
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

from pressrun.knowledge.extraction.confinement import leave_network
from pressrun.knowledge.extraction.limits import (
    MOST_CHARACTERS,
    MOST_MEMORY_BYTES,
    MOST_OPEN_FILES,
    ParseLimitError,
    UnreadableError,
)
from pressrun.knowledge.text_sections import Section, count_words

Reader = Callable[[IO[bytes]], Iterator[Section]]

LIMIT = "parse_limit"
UNREADABLE = "unreadable_file"


def confine(cpu_s: int) -> None:
    """Give up what reading a file does not need."""
    leave_network()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_OPEN_FILES, MOST_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


PARSERS = {
    "pdf": ("pypdf",),
    "docx": ("docx",),
    "pptx": ("pptx",),
    "xlsx": ("openpyxl",),
    "xls": ("xlrd",),
    "eml": ("email.parser", "email.policy"),
}
"""Loaded before the process confines itself: so that Python may keep them compiled."""


def reader_of(kind: str) -> Reader:
    """What reads a kind of file; each loads its parser when it is asked."""
    from pressrun.knowledge.extraction import mail, office, pdf, plain, sheets, web  # noqa: PLC0415

    for name in PARSERS.get(kind, ()):
        importlib.import_module(name)
    return {
        "html": web.html_sections,
        "eml": mail.mail_sections,
        "pdf": pdf.pdf_sections,
        "docx": office.document_sections,
        "pptx": office.slide_sections,
        "xlsx": sheets.workbook_sections,
        "xls": sheets.old_workbook_sections,
        "srt": plain.subtitle_sections,
    }.get(kind, plain.text_sections)


def extract(read: Reader, file: IO[bytes], write: Callable[[str], Any]) -> dict[str, Any]:
    """Write the sections of a file; the last line."""
    words = characters = pages = 0
    paged = False
    for number, section in enumerate(read(file)):
        characters += len(section.text) + (1 if number else 0)
        if characters > MOST_CHARACTERS:
            raise ParseLimitError(f"the file has more than {MOST_CHARACTERS:,} characters of text: split it")
        words += count_words(section.text)
        paged = paged or section.page is not None
        pages = max(pages, section.page or 0)
        write(json.dumps(section) + "\n")
    return {"found": {"words": words, "pages": pages if paged else None, "characters": characters}}


def main() -> None:
    """The process."""
    read = reader_of(sys.argv[1])
    confine(int(sys.argv[2]))
    try:
        last = extract(read, sys.stdin.buffer, sys.stdout.write)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.exit(1)
    except (ParseLimitError, UnreadableError) as error:
        last = {"error": str(error), "code": LIMIT if isinstance(error, ParseLimitError) else UNREADABLE}
    except MemoryError:
        last = {
            "error": f"the file needs more than {MOST_MEMORY_BYTES // 1024**2:,} MiB of memory to read",
            "code": LIMIT,
        }
    except RecursionError:
        last = {"error": "the parts of the file are nested too deeply", "code": LIMIT}
    except Exception as error:  # noqa: BLE001 - a broken file makes a parser raise anything
        code = LIMIT if "Entit" in type(error).__name__ or "DTD" in type(error).__name__ else UNREADABLE
        last = {"error": f"the file cannot be read ({type(error).__name__}): save it again", "code": code}
    sys.stderr.write("\n" + json.dumps(last) + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
