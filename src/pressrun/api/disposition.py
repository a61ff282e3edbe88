"""The name of a file, as `Content-Disposition` carries it: quoted, unquoted, or encoded by RFC 6266."""

from contextlib import suppress
from email.message import Message
from urllib.parse import quote

LONGEST_HEADER = 4096
"""Characters. The parser takes quadratic time over what is longer, and no name needs it."""


def name_of(header: str | None) -> str:
    """The name that a request gives its body, "" for none; `header` as HTTP delivers it, in Latin-1."""
    if not header or len(header) > LONGEST_HEADER:
        return ""
    with suppress(UnicodeError):  # else the letters of Latin-1 are meant
        header = header.encode("latin-1").decode()
    plain = "".join(letter if letter.isprintable() else " " for letter in header)
    return _extended(header) or _file_name(plain)


def attachment(name: str) -> str:
    """The header that makes a browser store an answer under this name, and never show it."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%;' else "_" for letter in name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _extended(header: str) -> str:
    """The name of `filename*`, which goes before the plain one where both are there."""
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key.strip().lower() == "filename*" and value.strip():
            return _file_name(f"attachment; filename*={value.strip()}")
    return ""


def _file_name(header: str) -> str:
    message = Message()
    message["content-disposition"] = header
    try:
        return message.get_filename("") or ""
    except (ValueError, TypeError):  # codecs that only raise (idna, undefined), a part of 5,000 digits or of none
        return ""
