"""What kinds of file are taken, told by their name and their first bytes; what a client says of them comes last."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from pressrun.errors import Code, PressrunError, Problem

HEAD_BYTES = 4096
"""What a kind is told by."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
MP3_SYNC = 0xE0
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Reading(StrEnum):
    """How the text of a kind is found."""

    TEXT = "text"
    PARSED = "parsed"
    NONE = "none"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file by its extension; `begins` tells whether first bytes can be such a file's."""

    extension: str
    media_type: str
    reading: Reading
    begins: Callable[[bytes], bool]


def _text(head: bytes) -> bool:
    return head.startswith(WIDE_MARKS) or b"\x00" not in head


def _pdf(head: bytes) -> bool:
    return b"%PDF-" in head[:1024]  # readers allow other bytes before it


def _zip(head: bytes) -> bool:
    return head.startswith(ZIP)


def _ole(head: bytes) -> bool:
    return head.startswith(OLE)


def _jpeg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def _png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n")


def _gif(head: bytes) -> bool:
    return head.startswith((b"GIF87a", b"GIF89a"))


def _webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _mp3(head: bytes) -> bool:
    return head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & MP3_SYNC == MP3_SYNC)


def _mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


OFFICE = "application/vnd.openxmlformats-officedocument."

KINDS = {
    kind.extension: kind
    for kind in (
        FileKind("txt", "text/plain", Reading.TEXT, _text),
        FileKind("md", "text/markdown", Reading.TEXT, _text),
        FileKind("csv", "text/csv", Reading.TEXT, _text),
        FileKind("srt", "application/x-subrip", Reading.TEXT, _text),
        FileKind("html", "text/html", Reading.PARSED, _text),
        FileKind("eml", "message/rfc822", Reading.PARSED, _text),
        FileKind("pdf", "application/pdf", Reading.PARSED, _pdf),
        FileKind("docx", f"{OFFICE}wordprocessingml.document", Reading.PARSED, _zip),
        FileKind("pptx", f"{OFFICE}presentationml.presentation", Reading.PARSED, _zip),
        FileKind("xlsx", f"{OFFICE}spreadsheetml.sheet", Reading.PARSED, _zip),
        FileKind("doc", "application/msword", Reading.OLD, _ole),
        FileKind("ppt", "application/vnd.ms-powerpoint", Reading.OLD, _ole),
        FileKind("xls", "application/vnd.ms-excel", Reading.PARSED, _ole),
        FileKind("jpg", "image/jpeg", Reading.NONE, _jpeg),
        FileKind("png", "image/png", Reading.NONE, _png),
        FileKind("gif", "image/gif", Reading.NONE, _gif),
        FileKind("webp", "image/webp", Reading.NONE, _webp),
        FileKind("mp3", "audio/mpeg", Reading.NONE, _mp3),
        FileKind("mp4", "video/mp4", Reading.NONE, _mp4),
    )
}

ALIASES = {"jpeg": "jpg", "htm": "html", "markdown": "md", "text": "txt", "m4v": "mp4"}

IMAGES = frozenset({"jpg", "png", "gif", "webp"})

TELLING = ("pdf", "png", "jpg", "gif", "webp", "mp4", "mp3")
"""Kinds that first bytes alone are enough for, the surest first."""


def kind_of(extension: str, head: bytes, media_type: str = "") -> FileKind:
    """The kind of a file; `extension` is that of its name, `media_type` what the client calls it.

    Raises PressrunError (invalid): no kind that is taken, or its bytes are not what its name says.
    """
    extension = normal(extension)
    if not head:
        raise _refusal("the file is empty")
    named = KINDS.get(extension)
    if named is not None:
        if not named.begins(head):
            raise _refusal(
                f"the file is called .{extension} and does not begin like one: it is damaged, or of another kind"
            )
        return named
    for one in TELLING:
        if KINDS[one].begins(head):
            return KINDS[one]
    said = media_type.partition(";")[0].strip().lower()
    told = next((kind for kind in KINDS.values() if kind.media_type == said and kind.begins(head)), None)
    if told is not None and not extension:
        return told
    what = (
        f".{extension} files are not taken"
        if extension
        else "what kind of file it is cannot be told: give its name an extension"
    )
    raise _refusal(f"{what}; taken are {', '.join(KINDS)}")


def normal(extension: str) -> str:
    """An extension as kinds are listed by it: lower case, without a dot, its usual spelling."""
    extension = extension.lower().lstrip(".")
    return ALIASES.get(extension, extension)


def _refusal(message: str) -> PressrunError:
    return PressrunError(Code.INVALID, Problem(message, {"reason": "unsupported_file"}))
