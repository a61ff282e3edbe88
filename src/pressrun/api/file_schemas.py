"""The shapes of files, for `/openapi.json`."""

from typing import Literal

from pressrun.api.schemas import Shape


class FileShape(Shape):
    """A file: Writer's five fields, then Pressrun's.

    `words`, `pages` and `characters` are of its text, null while there is none. `passages` of `passages_total` can be
    found in its graphs by now, null while nobody knows how many there will be; `error` tells why it has failed.
    """

    id: str
    created_at: str
    name: str
    graph_ids: list[str]
    status: Literal["in_progress", "completed", "failed"]
    updated_at: str
    media_type: str
    size: int
    digest: str
    has_text: bool
    words: int | None
    pages: int | None
    characters: int | None
    passages: int | None
    passages_total: int | None
    error: str | None
    error_code: str | None
    job_id: str | None


class FilePage(Shape):
    """A page of files by cursor; `stored_files` and `stored_bytes` are of the whole organization."""

    data: list[FileShape]
    has_more: bool
    first_id: str | None
    last_id: str | None
    stored_files: int
    stored_bytes: int
    max_stored_bytes: int


class FilesRetried(Shape):
    """Failed files are taken in again; `job_ids` by file, of those that had failed."""

    success: bool
    job_ids: dict[str, str]


class TextSection(Shape):
    """Where a page, slide or sheet begins in the text; `label` is the name that a sheet has."""

    offset: int
    page: int | None
    label: str | None


class FileText(Shape):
    """Some of a file's text: it begins at `offset` of `total` characters, and touches these `sections`."""

    text: str
    offset: int
    total: int
    sections: list[TextSection]
