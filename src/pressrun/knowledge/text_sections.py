"""Sections of text, as light as can be: the process that reads strangers' files begins with them."""

from typing import NamedTuple


class Section(NamedTuple):
    """Some text. `page` counts pages, slides or sheets from 1; `label` is the name that a sheet has."""

    text: str
    page: int | None = None
    label: str | None = None


def count_words(text: str) -> int:
    """How many words there are: what stands between blanks."""
    return len(text.split())
